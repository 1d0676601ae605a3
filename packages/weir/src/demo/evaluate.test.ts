import { describe, expect, it } from 'vitest'
import type { Mode, OperatingPoint, Outcome, River } from '@weir/core'
import { evaluateLevels, writeTable } from './evaluate.ts'

function levelsOf(mode: Mode): OperatingPoint[] {
  return [
    { quality: 0.5, mode, threshold: 0.25, expectedCostAdvantage: 0.75, expectedQuality: 0.5 },
    { quality: 1, mode, threshold: 0.75, expectedCostAdvantage: 0.25, expectedQuality: 1 },
  ]
}

/** A river that knows the answer: the number in the prompt is the estimate. */
const river: River = {
  pair: { small: 's', large: 'l' },
  candidates: [{ model: 's' }, { model: 'l' }],
  encoder: {
    spec: { name: 'number', version: 1, buckets: 1, channels: [1], surface: ['number'] },
    encode: ({ turns }) => ({
      indices: new Uint32Array(),
      values: new Float32Array(),
      surface: Float32Array.of(Number(turns[0]?.text)),
      truncated: false,
    }),
  },
  estimator: { name: 'number', estimate: ({ surface }) => ({ pSmall: surface[0] ?? 0 }) },
  levels: { promise: levelsOf('promise'), estimate: levelsOf('estimate') },
  mode: 'promise',
  confidence: 0.95,
}

const rows: readonly Outcome[] = [0, 0.25, 0.5, 1].map((number, index) => ({
  id: String(index),
  prompt: String(number),
  models: { s: { score: number >= 0.5 ? 1 : 0, costUsd: 1 }, l: { score: 1, costUsd: 10 } },
}))

describe('evaluateLevels', () => {
  it('gives one line each for all small, the levels from low to high, and all large', async () => {
    // At 0.5 three of four go small, two of them right: kept 3 / 4, cost 3 + 10 of 40. At 1 one goes small: cost 1 + 30.
    // Margins: residuals at 0.5 are 1/4 three times and -3/4 once, so sd = sqrt(3)/4; over sqrt(4) that is 1.96 * 0.2165.
    expect(await evaluateLevels(river, rows, [1, 0.5])).toEqual([
      {
        system: 'all small',
        readsAnswers: false,
        smallFraction: 1,
        keptFraction: 0.5,
        keptMarginFraction: (1.96 * 0.5) / 2,
        savedFraction: 0.9,
      },
      {
        system: 0.5,
        readsAnswers: false,
        smallFraction: 0.75,
        keptFraction: 0.75,
        keptMarginFraction: expect.closeTo((1.96 * Math.sqrt(3)) / 8),
        savedFraction: 1 - 13 / 40,
      },
      {
        // Nothing was lost in four questions: the rule of three says how much might have been.
        system: 1,
        readsAnswers: false,
        smallFraction: 0.25,
        keptFraction: 1,
        keptMarginFraction: 3 / 4,
        savedFraction: 1 - 31 / 40,
      },
      {
        system: 'all large',
        readsAnswers: false,
        smallFraction: 0,
        keptFraction: 1,
        keptMarginFraction: 0,
        savedFraction: 0,
      },
    ])
  })

  it('is printed as a table', async () => {
    const table = writeTable(await evaluateLevels(river, rows, [0.5]))
    expect(table).toContain('weir@0.50')
    expect(table.split('\n').find((line) => line.startsWith('weir@0.50'))).toMatch(
      /75\.0%\s+75\.0% ± 42\.4%\s+67\.5%/,
    )
  })
})
