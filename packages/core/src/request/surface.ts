/**
 * Surface features: what can be seen of a query without knowing any word: size, digits, symbols, code, lists, answer options,
 * constraints, script, and the conversation around it. One pass over the main turn. All roughly in [0, 1]; estimators
 * standardise them. The system prompt adds nothing, so that a constant one cannot move a score.
 */
import type { Query } from '../contract/query.ts'

/** Names in order. Appending is a new encoder version. */
export const SURFACE_NAMES: readonly string[] = [
  'chars',
  'words',
  'digitFraction',
  'symbolFraction',
  'upperFraction',
  'nonAsciiFraction',
  'ideographFraction',
  'lines',
  'firstLineChars',
  'longestLineChars',
  'meanWordChars',
  'numbers',
  'mathSymbols',
  'dollarSigns',
  'questionMarks',
  'blanks',
  'quotes',
  'braces',
  'answerOptions',
  'listItems',
  'indentedLineFraction',
  'codeFences',
  'constraints',
  'negations',
  'turns',
  'contextChars',
  'tools',
  'images',
  'wantsJson',
]

const OPTION = /^\s*\(?[A-Ja-j][.):]\s/
const LIST_ITEM = /^\s*(?:[-*•]|\d{1,2}[.)])\s/
const CONSTRAINT =
  /\b(?:must|should|exactly|at least|at most|only|no more than|less than|each|without|ensure|format)\b/gi
const NEGATION = /\b(?:not|except|false|incorrect|never|none|neither)\b/gi

/** The part of a conversation that the surface features read. */
export interface SurfaceInput {
  readonly query: Query
  /** The main turn, already excerpted. */
  readonly main: string
  /** Characters of all other turns but system ones. */
  readonly contextChars: number
}

/** Float32Array of length SURFACE_NAMES.length. */
export function readSurface({ query, main, contextChars }: SurfaceInput): Float32Array {
  const chars = countChars(main)
  const lines = countLines(main)
  const n = Math.max(1, main.length)
  const values: Readonly<Record<string, number>> = {
    chars: Math.log1p(main.length) / 10,
    words: Math.log1p(chars.words) / 8,
    digitFraction: chars.digits / n,
    symbolFraction: chars.symbols / n,
    upperFraction: chars.uppers / n,
    nonAsciiFraction: chars.nonAscii / n,
    ideographFraction: chars.ideographs / n,
    lines: Math.log1p(lines.count) / 5,
    firstLineChars: Math.log1p(lines.first) / 8,
    longestLineChars: Math.log1p(lines.longest) / 8,
    meanWordChars: Math.min(2, (n - chars.spaces) / Math.max(1, chars.words) / 10),
    numbers: Math.log1p(chars.numbers) / 4,
    mathSymbols: Math.log1p(chars.math) / 4,
    dollarSigns: Math.log1p(chars.dollars) / 3,
    questionMarks: Math.log1p(chars.questions) / 2,
    blanks: Math.log1p(chars.underscores) / 3,
    quotes: Math.log1p(chars.quotes) / 3,
    braces: Math.log1p(chars.braces) / 4,
    answerOptions: Math.min(1, lines.options / 10),
    listItems: Math.log1p(lines.items) / 3,
    indentedLineFraction: lines.indented / lines.count,
    codeFences: Math.min(1, main.split('```').length - 1),
    constraints: Math.log1p(main.match(CONSTRAINT)?.length ?? 0) / 3,
    negations: Math.log1p(main.match(NEGATION)?.length ?? 0) / 2,
    turns: Math.log1p(Math.max(0, query.turns.filter(({ role }) => role !== 'system').length - 1)) / 3,
    contextChars: Math.log1p(contextChars) / 10,
    tools: Math.log1p(query.tools) / 3,
    images: Math.min(1, query.images),
    wantsJson: query.wantsJson ? 1 : 0,
  }
  return Float32Array.from(SURFACE_NAMES, (name) => values[name] ?? 0)
}

interface CharCounts {
  words: number
  spaces: number
  digits: number
  numbers: number
  symbols: number
  uppers: number
  nonAscii: number
  ideographs: number
  math: number
  dollars: number
  questions: number
  underscores: number
  quotes: number
  braces: number
}

const SYMBOL_FIELDS: Readonly<Record<string, keyof CharCounts>> = {
  ...Object.fromEntries('=+*/^<>\\%'.split('').map((c) => [c, 'math' as const])),
  $: 'dollars',
  '?': 'questions',
  _: 'underscores',
  '"': 'quotes',
  "'": 'quotes',
  ...Object.fromEntries('{}[]();'.split('').map((c) => [c, 'braces' as const])),
}
const SYMBOL_FIELD_OF_CODE: readonly (keyof CharCounts | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => SYMBOL_FIELDS[String.fromCharCode(code)],
)

function countChars(text: string): CharCounts {
  const counts: CharCounts = {
    words: 0,
    spaces: 0,
    digits: 0,
    numbers: 0,
    symbols: 0,
    uppers: 0,
    nonAscii: 0,
    ideographs: 0,
    math: 0,
    dollars: 0,
    questions: 0,
    underscores: 0,
    quotes: 0,
    braces: 0,
  }
  let wasSpace = true
  let wasDigit = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isSpace = code <= 32
    const isDigit = code >= 48 && code <= 57
    if (isSpace) counts.spaces += 1
    else if (wasSpace) counts.words += 1
    if (isDigit && !wasDigit) counts.numbers += 1
    if (!isSpace) countVisible(counts, code, isDigit)
    wasSpace = isSpace
    wasDigit = isDigit
  }
  return counts
}

function countVisible(counts: CharCounts, code: number, isDigit: boolean): void {
  if (code >= 128) {
    counts.nonAscii += 1
    if (code >= 0x2e80 && code <= 0x9fff) counts.ideographs += 1
    return
  }
  if (isDigit) counts.digits += 1
  else if (code >= 65 && code <= 90) counts.uppers += 1
  else if (code < 97 || code > 122) {
    counts.symbols += 1
    const field = SYMBOL_FIELD_OF_CODE[code]
    if (field !== undefined) counts[field] += 1
  }
}

interface LineCounts {
  readonly count: number
  readonly first: number
  readonly longest: number
  readonly options: number
  readonly items: number
  readonly indented: number
}

function countLines(text: string): LineCounts {
  const lines = text.split('\n')
  const matching = (test: (line: string) => boolean): number => lines.filter(test).length
  return {
    count: lines.length,
    first: lines[0]?.length ?? 0,
    longest: lines.reduce((longest, line) => Math.max(longest, line.length), 0),
    options: matching((line) => OPTION.test(line)),
    items: matching((line) => LIST_ITEM.test(line)),
    indented: matching((line) => /^(?: {2}|\t)/.test(line)),
  }
}
