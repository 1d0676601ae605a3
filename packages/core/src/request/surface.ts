/**
 * Surface features: what can be seen of a query without knowing any word: size, digits, symbols, code, lists, answer options,
 * constraints, script, and the conversation around it. Of the main turn, excerpted; scan.ts and lines.ts count. All roughly in [0, 1]; estimators
 * standardise them. The system prompt adds nothing, so that a constant one cannot move a score.
 */
import type { Query } from '../contract/query.ts'
import { countLines, type Lines } from './lines.ts'
import { scan, type Scan } from './scan.ts'
import type { Units } from './units.ts'

/** The part of a conversation that the surface features read. */
export interface SurfaceInput {
  readonly query: Query
  /** The main turn, already excerpted. */
  readonly main: Units
  /** Characters of all other turns but system ones. */
  readonly contextChars: number
}

/** What the features are made of. `size`: length of the main turn; `n`: the same, but at least 1. */
interface Seen extends Scan {
  readonly lines: Lines
  readonly size: number
  readonly n: number
  readonly query: Query
  readonly contextChars: number
}

/** Name and value of each feature, in order. Appending is a new encoder version. */
const FEATURES: readonly (readonly [name: string, read: (seen: Seen) => number])[] = [
  ['chars', ({ size }) => Math.log1p(size) / 10],
  ['words', ({ words }) => Math.log1p(words) / 8],
  ['digitFraction', ({ digits, n }) => digits / n],
  ['symbolFraction', ({ symbols, n }) => symbols / n],
  ['upperFraction', ({ uppers, n }) => uppers / n],
  ['nonAsciiFraction', ({ nonAscii, n }) => nonAscii / n],
  ['ideographFraction', ({ ideographs, n }) => ideographs / n],
  ['lines', ({ lines }) => Math.log1p(lines.count) / 5],
  ['firstLineChars', ({ lines }) => Math.log1p(lines.first) / 8],
  ['longestLineChars', ({ lines }) => Math.log1p(lines.longest) / 8],
  ['meanWordChars', ({ n, spaces, words }) => Math.min(2, (n - spaces) / Math.max(1, words) / 10)],
  ['numbers', ({ numbers }) => Math.log1p(numbers) / 4],
  ['mathSymbols', ({ math }) => Math.log1p(math) / 4],
  ['dollarSigns', ({ dollars }) => Math.log1p(dollars) / 3],
  ['questionMarks', ({ questions }) => Math.log1p(questions) / 2],
  ['blanks', ({ underscores }) => Math.log1p(underscores) / 3],
  ['quotes', ({ quotes }) => Math.log1p(quotes) / 3],
  ['braces', ({ braces }) => Math.log1p(braces) / 4],
  ['answerOptions', ({ lines }) => Math.min(1, lines.options / 10)],
  ['listItems', ({ lines }) => Math.log1p(lines.items) / 3],
  ['indentedLineFraction', ({ lines }) => lines.indented / lines.count],
  ['codeFences', ({ hasFence }) => (hasFence ? 1 : 0)],
  ['constraints', ({ constraints }) => Math.log1p(constraints) / 3],
  ['negations', ({ negations }) => Math.log1p(negations) / 2],
  ['turns', ({ query }) => Math.log1p(Math.max(0, countSpoken(query) - 1)) / 3],
  ['contextChars', ({ contextChars }) => Math.log1p(contextChars) / 10],
  ['tools', ({ query }) => Math.log1p(query.tools) / 3],
  ['images', ({ query }) => Math.min(1, query.images)],
  ['wantsJson', ({ query }) => (query.wantsJson ? 1 : 0)],
]

export const SURFACE_NAMES: readonly string[] = FEATURES.map(([name]) => name)

/** One number per SURFACE_NAMES, same order. */
export function readSurface({ query, main, contextChars }: SurfaceInput): number[] {
  const { size } = main
  const seen: Seen = {
    ...scan(main),
    lines: countLines(main),
    size,
    n: Math.max(1, size),
    query,
    contextChars,
  }
  return FEATURES.map(([, read]) => read(seen))
}

function countSpoken({ turns }: Query): number {
  let spoken = 0
  for (const { role } of turns) if (role !== 'system') spoken += 1
  return spoken
}
