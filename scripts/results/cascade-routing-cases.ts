/** What the section `cascade-routing` measures, and the shape of what it measures. */

export const FILE = 'rational-cascades-a'
export const MODELS: readonly string[] = ['gpt-4o-mini', 'llama3.1-70b', 'gpt-4o']
/** Splits reported. Features, ridge and search were chosen on 101 to 103. */
export const SEEDS: readonly number[] = [1, 2, 3, 4, 5]
/** Draws of the data set's rows for intervals: the same for every split. */
export const RESAMPLES = 200

/** Systems in the order in which they are printed. */
export const SYSTEMS = [
  'single models',
  'router',
  'searched cascade, confidence',
  'searched cascade, ex post estimate',
  'cascade routing, prefixes only',
  'cascade routing',
] as const

export type System = (typeof SYSTEMS)[number]

export interface Measured {
  /** Mean height of the hull of the system's settings between the mean costs of the cheapest and of the dearest model. */
  readonly area: number
  /** Mean height of the line through its settings by rising cost, without any choice among them. */
  readonly path: number
  readonly highest: number
  /** `area` in each draw. */
  readonly draws: readonly number[]
}

export interface Result {
  readonly seed: number
  readonly trainingRows: number
  readonly testedRows: number
  /** Mean costs on the tested rows of the cheapest and of the dearest model, USD. */
  readonly range: readonly [number, number]
  readonly ratios: readonly number[]
  readonly systems: Readonly<Record<System, Measured>>
}
