/**
 * Reliability diagram: predicted chance that the small model is good enough against how often it was, in bins of equal mass, each with a 95%
 * interval. Bins whose bar touches the diagonal are in line with honesty.
 */
import * as Plot from '@observablehq/plot'
import { meanInterval, type ReliabilityBin } from '@weir/core'
import { draw } from './draw.ts'
import type { Evaluation } from './evaluation.ts'
import { percent } from './format.ts'

export interface BinMark extends ReliabilityBin {
  readonly low: number
  readonly high: number
}

/** Bins with Wilson's interval of the observed frequency. */
export function toBinMarks(bins: readonly ReliabilityBin[]): readonly BinMark[] {
  return bins.map((bin) => {
    const [low, high] = meanInterval(bin.observed, bin.count) ?? [0, 1]
    return { ...bin, low, high }
  })
}

/** Empty text when the estimator failed on every row. */
export function plotReliability({ reliability }: Evaluation): string {
  if (reliability === null) return ''
  const bins = toBinMarks(reliability.bins)
  return draw({
    height: 380,
    describe:
      'Predicted chance that the small model is good enough against how often it was, with 95% intervals. Points on the diagonal are honest. ' +
      bins.map(({ predicted, observed }) => `${percent(predicted, 0)}: ${percent(observed, 0)}`).join(', '),
    x: { label: 'predicted chance', domain: [0, 1], tickFormat: (d: number) => percent(d, 0), grid: true },
    y: {
      label: 'how often it was good enough',
      domain: [0, 1],
      tickFormat: (d: number) => percent(d, 0),
      grid: true,
    },
    marks: [
      Plot.line([{ at: 0 }, { at: 1 }], { x: 'at', y: 'at', stroke: 'var(--quiet)', strokeDasharray: '5 4' }),
      Plot.line(bins, {
        x: 'predicted',
        y: 'observed',
        stroke: 'var(--router)',
        strokeWidth: 1,
        strokeOpacity: 0.6,
      }),
      Plot.link(bins, { x: 'predicted', y1: 'low', y2: 'high', stroke: 'var(--router)', strokeWidth: 1.5 }),
      Plot.dot(bins, {
        x: 'predicted',
        y: 'observed',
        r: 4,
        fill: 'var(--router)',
        stroke: 'var(--page)',
        title: ({ count, from, to }: BinMark) =>
          `${count} queries, predicted ${percent(from)} to ${percent(to)}`,
      }),
    ],
  })
}
