/**
 * Draws one chart of an HTML report to SVG text, when the report is written, so that the page needs no script and no network. Observable Plot
 * draws; domino gives it a document in Node (docs/decisions/0006-plots.md). Colours are CSS variables of the page, so that light and dark need one
 * drawing. Every chart carries a description for those who do not see it.
 */
import * as Plot from '@observablehq/plot'
import { createDocument } from 'domino'
import { percent } from './format.ts'

/** Width of the page's column, px; the page scales the drawing down on small screens. */
const WIDTH = 820

export interface Drawing {
  readonly height: number
  /** What the chart shows, in words. */
  readonly describe: string
  readonly x: Plot.ScaleOptions
  readonly y: Plot.ScaleOptions
  readonly marks: readonly Plot.Markish[]
  /** Room for labels on the left, px. */
  readonly marginLeft?: number
  /** Several small charts side by side, placed by the marks' fx and fy; they name themselves. Default false. */
  readonly facets?: boolean
}

/** Axes of every chart of mean quality against the share of calls kept small. */
export const CURVE_AXES: Pick<Drawing, 'x' | 'y'> = {
  x: {
    label: 'share of calls kept on the small model',
    domain: [0, 1],
    tickFormat: (d: number) => percent(d, 0),
    grid: true,
  },
  y: { label: 'mean quality', grid: true, nice: true, tickFormat: (d: number) => d.toFixed(2) },
}

export function draw({ height, describe, x, y, marks, marginLeft = 58, facets = false }: Drawing): string {
  const svg = Plot.plot({
    document: createDocument(),
    width: WIDTH,
    height,
    marginLeft,
    marginBottom: 46,
    marginRight: 24,
    style: { background: 'transparent', fontSize: '13px' },
    ariaLabel: 'chart',
    ariaDescription: describe,
    x,
    y,
    ...(facets
      ? { marginTop: 46, fx: { axis: null, padding: 0.26 }, fy: { axis: null, padding: 0.26 } }
      : {}),
    marks: [...marks],
  })
  svg.setAttribute('role', 'img')
  return svg.outerHTML
}
