/** docs/results.json: the numbers of docs/results.md with their intervals, by name. No row and no prompt is in it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure, Figures } from './section.ts'

export const ROOT: string = join(import.meta.dirname, '../..')
export const FIGURES: string = join(ROOT, 'docs/results.json')

export interface StoredFigures {
  readonly commit: string
  readonly date: string
  readonly figures: Figures
}

/** Six digits: enough to compare with, and the same on every machine. */
function shorten(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : Number(value.toPrecision(6))
}

export function toStoredFigures({ commit, date, figures }: StoredFigures): string {
  const lines = Object.entries(figures).map(([name, { value, interval }]) => {
    const ends = interval === null ? null : interval.map(shorten)
    return `    ${JSON.stringify(name)}: ${JSON.stringify({ value: shorten(value), interval: ends })}`
  })
  const head = `{\n  "commit": ${JSON.stringify(commit)},\n  "date": ${JSON.stringify(date)},\n`
  return `${head}  "figures": {\n${lines.join(',\n')}\n  }\n}\n`
}

/** Undefined before the first complete run. */
export function readStoredFigures(): StoredFigures | undefined {
  return existsSync(FIGURES) ? (JSON.parse(readFileSync(FIGURES, 'utf8')) as StoredFigures) : undefined
}

/** Throws when a figure is missing: a page must not quote what was not measured. */
export function figureOf(figures: Figures, name: string): Figure {
  const figure = figures[name]
  if (figure === undefined) throw new Error(`docs/results.json has no ${name}; run npm run results`)
  return figure
}

/** NaN when undefined. */
export function valueOf(figures: Figures, name: string): number {
  return figureOf(figures, name).value ?? Number.NaN
}
