/**
 * Lines of a text: how many, how long, and how they begin. A line begins
 *
 *   like an answer option   "(A) ", "b. ", "C: "     /^\s*\(?[A-Ja-j][.):]\s/
 *   like a list item        "- ", "• ", "12. "       /^\s*(?:[-*•]|\d{1,2}[.)])\s/
 *   indented                two spaces or a tab
 */
import type { Units } from './units.ts'

export interface Lines {
  /** At least 1. */
  count: number
  /** Characters of the first and of the longest line. */
  first: number
  longest: number
  options: number
  items: number
  indented: number
}

const TAB = 9
const NEWLINE = 10
const SPACE = 32
const OPEN = 40
const CLOSE = 41
const DOT = 46
const COLON = 58
const BULLETS: readonly number[] = [45, 42, 0x2022] // - * •

export function countLines(units: Units): Lines {
  const { codes, size } = units
  const lines: Lines = { count: 0, first: 0, longest: 0, options: 0, items: 0, indented: 0 }
  let start = 0
  while (start <= size) {
    let end = start
    while (end < size && codes[end] !== NEWLINE) end += 1
    const length = end - start
    if (lines.count === 0) lines.first = length
    if (length > lines.longest) lines.longest = length
    lines.count += 1
    if (length > 0) countStart(lines, codes, { start, end })
    start = end + 1
  }
  return lines
}

interface Span {
  readonly start: number
  readonly end: number
}

function countStart(lines: Lines, codes: Uint16Array, { start, end }: Span): void {
  const first = codes[start] ?? 0
  if (first === TAB || (first === SPACE && start + 1 < end && codes[start + 1] === SPACE)) lines.indented += 1
  let at = start
  while (at < end && isSpace(codes[at] ?? 0)) at += 1
  const mark = { start: at, end }
  if (isOption(codes, mark)) lines.options += 1
  else if (isItem(codes, mark)) lines.items += 1
}

function isOption(codes: Uint16Array, { start, end }: Span): boolean {
  const letter = codes[start] === OPEN ? start + 1 : start
  if (letter + 2 >= end) return false
  const lower = (codes[letter] ?? 0) | 32
  if (lower < 97 || lower > 106) return false
  const sign = codes[letter + 1]
  return (sign === DOT || sign === CLOSE || sign === COLON) && isSpace(codes[letter + 2] ?? 0)
}

function isItem(codes: Uint16Array, { start, end }: Span): boolean {
  let at = start
  while (at < start + 2 && isDigit(codes[at] ?? 0)) at += 1
  const sign = codes[at] ?? 0
  const isMark = at === start ? BULLETS.includes(sign) : sign === DOT || sign === CLOSE
  return isMark && at + 1 < end && isSpace(codes[at + 1] ?? 0)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** `\s` of a regular expression. */
function isSpace(code: number): boolean {
  if (code < 128) return code === SPACE || (code >= TAB && code <= 13)
  return code === 0xa0 || code === 0xfeff || /\s/.test(String.fromCharCode(code))
}
