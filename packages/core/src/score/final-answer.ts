/**
 * Final answer: the short answer inside a longer text, brought to a form in which equal answers are equal strings.
 *
 *   found      what the row's source extracted, else the last of: \boxed{…}, "#### …", "the answer is …" / "Answer: …"
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
  const marked = extracted ?? findMarked(text)
  const read = READERS[mode]
  return (marked === undefined ? undefined : read(marked, true)) ?? read(text, false)
}

type Reader = (text: string, isMarked: boolean) => string | undefined

const READERS: Readonly<Record<FinalAnswerMode, Reader>> = {
  exact: (text) => toExact(text),
  number: (text, isMarked) => lastNumber(text, isMarked),
  choice: (text, isMarked) => choiceLetter(text, isMarked),
}

const BOXED = /\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g
const HASHES = /^[ \t]*####[ \t]*(\S.*)$/gm
const SAID = /\b(?:answer|choice|option)\b["'*_]*\s?(?:is\b\s?:?|:|=)\s*(\S.*)/gi

/** The last marked answer, by the marks' order of trust. */
function findMarked(text: string): string | undefined {
  for (const mark of [BOXED, HASHES, SAID]) {
    const [, found] = [...text.matchAll(mark)].at(-1) ?? []
    if (found !== undefined && found.trim() !== '') return found
  }
  return undefined
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
function lastNumber(text: string, isMarked: boolean): string | undefined {
  const found = [
    ...text
      .replace(/\\[,!]/g, '')
      .replaceAll('{,}', ',')
      .matchAll(NUMBER),
  ].at(isMarked ? 0 : -1)
  if (found === undefined) return undefined
  const [whole, digits = '', exponent = '', divisor] = found
  const sign = /^[-−–]/.test(whole) ? -1 : 1
  const value = (sign * Number(digits.replaceAll(',', '') + exponent)) / Number(divisor ?? 1)
  return Number.isFinite(value) ? String(Number(value.toPrecision(9)) + 0) : undefined
}

const FIRST_LETTER = /^[\s"'*_`$({[]*(?:\\text\{)?([A-Z])(?![A-Za-z'’])(?!\s+[a-z])/
const BRACKETED = /[([]([A-Z])[)\]]/g
const ALONE = /(?:^|[\s*_"'`])([A-Z])(?:[).:,*_"'`]|\s*$)(?!\w)/gm

/** Upper-case letter; of a marked answer its first, of a whole text the last that stands in brackets or alone. */
function choiceLetter(text: string, isMarked: boolean): string | undefined {
  const trimmed = text.trim()
  const [, first] = FIRST_LETTER.exec(/^[a-z]$/.test(trimmed) ? trimmed.toUpperCase() : trimmed) ?? []
  if (first !== undefined) return first
  const last =
    [...text.matchAll(BRACKETED)].at(-1) ?? (isMarked ? undefined : [...text.matchAll(ALONE)].at(-1))
  return last?.[1]
}
