import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createQualityCurve } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { DATA } from '../recorded.ts'
import { CURVES, type CurveResult } from './cascade-signals-cases.ts'
import { renderCascadeSignals } from './cascade-signals-page.ts'
import { cascadeSignals, qualityAt } from './cascade-signals.ts'

const hasData = existsSync(join(DATA, 'rational-cascades-a.jsonl.gz'))

function resultOf(at20: number): CurveResult {
  const [of] = CURVES
  return {
    kind: 'curve',
    of: of!,
    rows: 10,
    dataHash: '0'.repeat(64),
    labels: 50,
    small: 0.6,
    large: 0.8,
    measured: { at20, at50: of!.published.at50, apgr: of!.published.apgr },
    least: null,
    intervals: { at20: [0, 1], at50: [0, 1], apgr: null },
    tied: 0.5,
    apgrOfOrders: [0.6, 0.7],
    cuts: 9,
    difference: 0,
  }
}

describe('qualityAt', () => {
  it('lies on the line between the points of the curve', () => {
    // Kept small: none 0.5, the two that score 0.9 (one right of two more) at 2/4, all at 4/4.
    const curve = createQualityCurve({
      scores: [0.9, 0.9, 0.1, 0.1],
      small: [1, 1, 0, 0],
      large: [1, 0, 1, 0],
    })
    expect([0, 0.25, 0.5, 0.75, 1].map((kept) => qualityAt(curve, kept))).toEqual([
      0.5, 0.625, 0.75, 0.625, 0.5,
    ])
  })
})

describe('the section', () => {
  it('counts a figure as reproduced within 0.005, and says which is not', () => {
    const { targets, text } = renderCascadeSignals([resultOf(0.7231 + 0.0049)])
    expect(targets?.[0]).toMatchObject({ reached: '3 of 3', isMet: true })
    expect(text).toContain('| all (85%) |')
    const far = renderCascadeSignals([resultOf(0.7231 + 0.0051)])
    expect(far.targets?.[0]).toMatchObject({ isMet: false })
    expect(far.targets?.[0]?.reached).toMatch(/^2 of 3; not at20 of mmlu-llama/)
    expect(far.text).toContain('**0.7282** (0.7231)')
  })

  it.skipIf(!hasData)(
    'reproduces table 1.1 where log-probabilities do not tie',
    { timeout: 60_000 },
    async () => {
      const result = JSON.parse(await cascadeSignals.measure('triviaqa-llama')) as CurveResult
      const { published } = result.of
      expect(Math.abs(result.measured.at20 - published.at20)).toBeLessThan(0.005)
      expect(Math.abs(result.measured.at50 - published.at50)).toBeLessThan(0.005)
      expect(Math.abs(result.measured.apgr - published.apgr)).toBeLessThan(0.005)
      // The curve is what serving at a cut-off does.
      expect(result.difference).toBeLessThan(1e-12)
    },
  )
})
