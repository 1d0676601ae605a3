/**
 * Exchange: what a question and its answer look like together, in a dozen plain numbers that need no training. Wrong answers tend to run
 * long, to repeat themselves, to bring in numbers that the question does not hold, or to stop in the middle.
 */
import type { Answer } from '../contract/answer.ts'
import type { Query } from '../contract/query.ts'

/** Order of the columns. All finite; shares are in [0, 1], lengths are natural logs of 1 + count. */
export const EXCHANGE_COLUMNS: readonly string[] = [
  'characters of the answer, log',
  'lines, log',
  'sentences, log',
  'numbers, log',
  "share of the answer's numbers that the question holds",
  "share of the answer's words that the question holds",
  "share of the question's words that the answer holds",
  'share of sentences said before',
  'share of words that differ',
  'characters of the last line, log',
  "share of the last line's words that the question holds",
  'tool calls, log',
  'cut off by the length limit',
]

/** Characters of a text that are looked at, half from its head and half from its tail: a held answer may have millions. */
const MOST_CHARACTERS = 32_000

/** One number per EXCHANGE_COLUMNS. O(MOST_CHARACTERS): of a longer text the length is that of all of it, the rest that of its excerpt. */
export function describeExchange(
  { turns }: Query,
  { text: whole, toolCalls = [], finishReason }: Answer,
): Float32Array {
  const question = excerpt(turns.findLast(({ role }) => role === 'user')?.text ?? '')
  const text = excerpt(whole)
  const lines = split(text, /\n/)
  const sentences = split(text, /[.!?\n]+/)
  const words = wordsOf(text)
  const numbers = numbersOf(text)
  const asked = new Set(wordsOf(question))
  const said = new Set(words)
  const lastLine = lines.at(-1) ?? ''
  return Float32Array.of(
    Math.log1p(whole.length),
    Math.log1p(lines.length),
    Math.log1p(sentences.length),
    Math.log1p(numbers.length),
    shareIn(numbers, new Set(numbersOf(question))),
    shareIn(words, asked),
    shareIn([...asked], said),
    sentences.length === 0 ? 0 : 1 - new Set(sentences).size / sentences.length,
    words.length === 0 ? 0 : said.size / words.length,
    Math.log1p(lastLine.length),
    shareIn(wordsOf(lastLine), asked),
    Math.log1p(toolCalls.length),
    finishReason === 'length' ? 1 : 0,
  )
}

function excerpt(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  return `${text.slice(0, MOST_CHARACTERS / 2)}\n${text.slice(-MOST_CHARACTERS / 2)}`
}

function split(text: string, at: RegExp): readonly string[] {
  return text
    .split(at)
    .map((part) => part.trim())
    .filter(Boolean)
}

/** Letters of any script, three or more in a row. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{L}{3,}/gu) ?? []
}

function numbersOf(text: string): readonly string[] {
  return text.match(/\d+(?:[.,]\d+)*/g) ?? []
}

function shareIn(parts: readonly string[], whole: ReadonlySet<string>): number {
  return parts.length === 0 ? 0 : parts.filter((part) => whole.has(part)).length / parts.length
}
