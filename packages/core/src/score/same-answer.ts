/**
 * Do two models give the same answer? Unlike samples of one model they word it differently, so the comparison is wider than agreement.ts:
 *
 *   extracted   both rows' sources named a final answer: equal numbers, or equal but for case and marks
 *   long        either text is longer than SHORT: equal final numbers (final-answer.ts)
 *   short       equal but for case and marks, or one inside the other ("Paris", "Paris, France")
 *
 * Two models that agree are mostly right (docs/methods/cascade-routing.md), which neither one's confidence tells.
 */
import type { Answer } from '../contract/answer.ts'
import { finalAnswerOf } from './final-answer.ts'

/** Characters up to which a text is an answer and not a chain of thought that ends in one. */
const SHORT = 120
/** Letters below which one answer inside another means nothing: a choice's "a" is in most words. */
const LEAST_INSIDE = 4

/** Undefined when one of them has no text to compare. Symmetric. */
export function isSameAnswer(a: Answer | undefined, b: Answer | undefined): boolean | undefined {
  if (a === undefined || b === undefined) return undefined
  if (a.extracted !== undefined && b.extracted !== undefined) return isSameFinal(a.extracted, b.extracted)
  const isLong = a.text.length > SHORT || b.text.length > SHORT
  return isLong ? isSameNumber(a, b) : isSameText(plain(a.text), plain(b.text))
}

/** "16.0" is 16, though its marks differ. */
function isSameFinal(left: string, right: string): boolean {
  const isNumber = NUMBER.test(left.trim()) && NUMBER.test(right.trim())
  return (isNumber && isSameNumber({ text: left }, { text: right }) === true) || plain(left) === plain(right)
}

const NUMBER = /^[-+]?[$€£]?\d[\d,]*(\.\d*)?%?$/

function isSameNumber(a: Answer, b: Answer): boolean | undefined {
  const [left, right] = [finalAnswerOf(a, 'number'), finalAnswerOf(b, 'number')]
  return left === undefined || right === undefined ? undefined : left === right
}

function isSameText(left: string, right: string): boolean | undefined {
  if (left === '' || right === '') return undefined
  return left === right || isInside(left, right) || isInside(right, left)
}

function isInside(part: string, whole: string): boolean {
  return part.length >= LEAST_INSIDE && whole.includes(part)
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
