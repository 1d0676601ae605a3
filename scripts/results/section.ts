/**
 * A section of docs/results.md: cases measured each in a process of its own, rendered together. What `measure` gives must survive JSON;
 * NaN does not (it comes back as null) and means "undefined".
 */

/** A printed number. The interval is what a later run must stay in; null when the number has none. */
export interface Figure {
  readonly value: number | null
  readonly interval: readonly [number, number] | null
}

/** By name, "<section>/<case>/<statistic>". */
export type Figures = Readonly<Record<string, Figure>>

/** What an issue asks ("It is done when"), and what was measured. */
export interface Target {
  readonly point: number
  readonly what: string
  readonly asked: string
  readonly reached: string
  readonly isMet: boolean
}

export interface Rendered {
  readonly text: string
  readonly figures: Figures
  readonly targets?: readonly Target[]
}

export interface Section {
  readonly name: string
  /** Whose points its targets are. */
  readonly issue: number
  readonly cases: readonly string[]
  /** One case, as JSON text. */
  measure(name: string): Promise<string>
  /** Given the JSON texts of the cases that were run, in the order of `cases`. */
  render(results: readonly string[]): Rendered
}

export interface SectionOf<R> extends Pick<Section, 'name' | 'cases'> {
  /** Default 3. */
  readonly issue?: number
  readonly measure: (name: string) => Promise<R>
  readonly render: (results: readonly R[]) => Rendered
}

export function createSection<R>({ name, issue = 3, cases, measure, render }: SectionOf<R>): Section {
  return {
    name,
    issue,
    cases,
    measure: async (one) => JSON.stringify(await measure(one)),
    render: (results) => render(results.map((text) => JSON.parse(text) as R)),
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard deviation of a sample. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** Two standard errors of a share of `draws`. */
export function twoErrors(share: number, draws: number): number {
  return 2 * Math.sqrt((share * (1 - share)) / draws)
}

export function three(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3)
}

/** A fraction as displayed percent. */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || Number.isNaN(value)
    ? '–'
    : `${(100 * value).toFixed(digits)}%`
}

export function interval(of: readonly [number, number] | null | undefined): string {
  return of === undefined || of === null ? '–' : `${three(of[0])} to ${three(of[1])}`
}

export function thousands(value: number): string {
  return value.toLocaleString('en-US')
}
