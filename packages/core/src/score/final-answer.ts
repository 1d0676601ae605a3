/**
 * Final answer: the short answer inside a longer text, brought to a form in which equal answers are equal strings.
 *
 *   found      what the row's source extracted, else the last of: \boxed{…}, "#### …", "the answer is …" / "Answer: …" / "ans = …"
 *   number     else the last number of the text: 1,234.50, $3, 20%, -7, 3/4, 1e-5 become plain numbers of 9 significant digits
 *   choice     else a letter on its own: "(B)", "B.", "B) …", "option B"; the last one
 *   exact      else the whole text; white space collapsed, surrounding stars and backticks and a final full stop dropped, case kept
 *
 * 9 digits: rounding in the last places is no disagreement. "A" and "I" are also words: as a letter on its own they count only where no word
 * follows. Not here: similarity of texts that are not equal (text-similarity.ts).
 */
import type { Answer } from '../contract/answer.ts'

export type FinalAnswerMode = 'exact' | 'number' | 'choice'

/** Undefined when the text holds no answer of this kind. */
export function finalAnswerOf({ text, extracted }: Answer, mode: FinalAnswerMode): string | undefined {
  const marked = extracted === undefined ? findMarked(text) : { text: extracted, isShort: true }
  const read = READERS[mode]
  return (marked === undefined ? undefined : read(marked)) ?? read({ text })
}

/** A whole text, or what stands behind a mark. */
interface Read {
  readonly text: string
  /** Of what stands behind a mark: true when it is the answer itself, false when it may be a whole explanation that begins with it. */
  readonly isShort?: boolean
}

const READERS: Readonly<Record<FinalAnswerMode, (read: Read) => string | undefined>> = {
  exact: ({ text, isShort }) => (isShort === false ? undefined : toExact(text)),
  number: readNumber,
  choice: readChoice,
}

const BOXED = /\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g
const HASHES = /^[ \t]*####[ \t]*(\S.*)$/gm
const SAID = /\b(?:answer|ans|choice|option)\b["'*_]*\s?(is\b\s?:?|:|=)\s*(\S.*)/gi

/** Characters up to which "Answer: …" is taken for the answer itself: many prompts make a model begin its whole reasoning with it. */
const SHORT = 40

/** The last marked answer, by the marks' order of trust. */
function findMarked(text: string): Read | undefined {
  const [, marked] = [...text.matchAll(BOXED)].at(-1) ?? [...text.matchAll(HASHES)].at(-1) ?? []
  if (marked !== undefined && marked.trim() !== '') return { text: marked, isShort: true }
  const [, mark = '', said] = [...text.matchAll(SAID)].at(-1) ?? []
  return said === undefined
    ? undefined
    : { text: said, isShort: said.length <= SHORT || mark.startsWith('i') }
}

function toExact(text: string): string | undefined {
  const plain = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[*`_\s]+/, '')
    .replace(/[*`_\s]+$/, '')
    .replace(/([^.])\.$/, '$1')
    .replace(/[*`_\s]+$/, '')
  return plain === '' ? undefined : plain
}

const NUMBER =
  /(?<![\w.])[-−–]?\s?[$€£]?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(e[-+]?\d+)?(?:\s?\/\s?(\d+(?:\.\d+)?))?(?![\d])/gi

/** Of a marked answer the first number, since units and reasons follow it; of a whole text the last. */
function readNumber({ text, isShort }: Read): string | undefined {
  const plain = text.replace(/\\[,!]/g, '').replaceAll('{,}', ',')
  const found = [...plain.matchAll(NUMBER)].at(isShort === undefined ? -1 : 0)
  if (found === undefined) return undefined
  if (isShort === false && /[\p{L}\p{N}]/u.test(plain.slice(0, found.index))) return undefined
  const [whole, digits = '', exponent = '', divisor] = found
  const sign = /^[-−–]/.test(whole) ? -1 : 1
  const value = (sign * Number(digits.replaceAll(',', '') + exponent)) / Number(divisor ?? 1)
  return Number.isFinite(value) ? String(Number(value.toPrecision(9)) + 0) : undefined
}

const FIRST_LETTER = /^[\s"'*_`$({[]*(?:\\text\{)?([A-Z])(?![A-Za-z'’])(?!\s+[a-z])/
const BRACKETED = /[([]([A-Z])[)\]]/g
const ALONE = /(?:^|[\s*_"'`])([A-Z])(?:[).:,*_"'`]|\s*$)(?!\w)/gm

/** Upper-case letter; of a marked answer its first, of a whole text the last that stands in brackets or alone. */
function readChoice({ text, isShort }: Read): string | undefined {
  const trimmed = text.trim()
  const [, first] = FIRST_LETTER.exec(/^[a-z]$/.test(trimmed) ? trimmed.toUpperCase() : trimmed) ?? []
  if (first !== undefined || isShort === false) return first
  const last =
    [...text.matchAll(BRACKETED)].at(-1) ??
    (isShort === undefined ? [...text.matchAll(ALONE)].at(-1) : undefined)
  return last?.[1]
}
