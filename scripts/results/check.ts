/**
 * The fast part of `npm run results`, for every run of the tests: a few cases are measured again, and each of their numbers must lie in the
 * interval that docs/results.json holds for it.
 */
import { NOTHING } from './finished-cases.ts'
import { runCases, type CaseName } from './run-cases.ts'
import type { Figures } from './section.ts'
import { SECTIONS } from './sections.ts'
import { readStoredFigures } from './stored-figures.ts'

/** Routing and a proof on the smallest set. */
export const FAST: readonly CaseName[] = [
  { section: 'routing', name: 'gsm8k' },
  { section: 'proven', name: 'gsm8k' },
]

/** Stored numbers have six digits. */
const ROUNDING = 1e-5

/** One line per number of `measured` that left the interval printed for it, or is not printed at all. */
export function compareFigures(measured: Figures, stored: Figures): readonly string[] {
  return Object.entries(measured).flatMap(([name, { value }]) => {
    const printed = stored[name]
    if (printed === undefined) return [`${name} is not in docs/results.json; run npm run results`]
    if (value === null || printed.interval === null) return []
    const [low, high] = printed.interval
    const isInside = value >= low - ROUNDING && value <= high + ROUNDING
    return isInside ? [] : [`${name} is ${value}, outside ${low} to ${high} of docs/results.json`]
  })
}

/** Measures the fast part. Nothing to say when all is well. */
export async function checkFigures(): Promise<readonly string[]> {
  const stored = readStoredFigures()
  if (stored === undefined) return ['docs/results.json is missing; run npm run results']
  const results = await runCases(FAST, NOTHING)
  return FAST.flatMap(({ section }, i) => {
    const rendered = SECTIONS.find(({ name }) => name === section)?.render([results[i] ?? ''])
    return compareFigures(rendered?.figures ?? {}, stored.figures)
  })
}
