/**
 * Reliability diagrams per task type, small ones side by side: the types with most rows, each with its bins and their 95% intervals.
 */
import * as Plot from '@observablehq/plot'
import type { TaskTypeReliability } from '@weir/core'
import { draw } from './draw.ts'
import { percent } from './format.ts'
import { toBinMarks } from './plot-reliability.ts'
import { nameType } from './reliability-text.ts'

/** Diagrams drawn: three rows of four; smaller ones could not be read. */
export const DRAWN_TYPES = 12
const COLUMNS = 4
/** Height of one row of diagrams, px. */
const ROW_HEIGHT = 190
/** Characters of a name that fit above a diagram. */
const NAME_LENGTH = 22

/** Empty text without types. */
export function plotTaskTypes(types: readonly TaskTypeReliability[]): string {
  const shown = types.slice(0, DRAWN_TYPES)
  if (shown.length === 0) return ''
  const placed = shown.map((type, i) => ({ type, fx: i % COLUMNS, fy: Math.floor(i / COLUMNS) }))
  const bins = placed.flatMap(({ type, fx, fy }) => toBinMarks(type.bins).map((bin) => ({ ...bin, fx, fy })))
  const diagonal = placed.flatMap(({ fx, fy }) => [
    { at: 0, fx, fy },
    { at: 1, fx, fy },
  ])
  const facet = { fx: 'fx', fy: 'fy' }
  return draw({
    height: 50 + ROW_HEIGHT * Math.ceil(shown.length / COLUMNS),
    describe:
      'Reliability per task type: mean predicted chance that the small model is good enough, and how often it was. ' +
      shown
        .map((type) => `${nameType(type)}: ${percent(type.predicted, 0)}, ${percent(type.observed, 0)}`)
        .join('; '),
    x: {
      label: 'predicted chance',
      domain: [0, 1],
      ticks: [0, 0.5, 1],
      tickFormat: (d: number) => percent(d, 0),
    },
    y: {
      label: 'how often it was good enough',
      domain: [0, 1],
      ticks: [0, 0.5, 1],
      tickFormat: (d: number) => percent(d, 0),
      grid: true,
    },
    facets: true,
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.line(diagonal, {
        ...facet,
        x: 'at',
        y: 'at',
        z: null,
        stroke: 'var(--quiet)',
        strokeDasharray: '5 4',
      }),
      Plot.link(bins, {
        ...facet,
        x: 'predicted',
        y1: 'low',
        y2: 'high',
        stroke: 'var(--router)',
        strokeWidth: 1.25,
      }),
      Plot.dot(bins, { ...facet, x: 'predicted', y: 'observed', r: 2.75, fill: 'var(--router)' }),
      Plot.text(placed, {
        ...facet,
        text: ({ type }: (typeof placed)[number]) => shorten(nameType(type)),
        frameAnchor: 'top-left',
        dx: 1,
        dy: -13,
        fill: 'var(--ink)',
      }),
    ],
  })
}

function shorten(name: string): string {
  return name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH - 1)}…`
}
