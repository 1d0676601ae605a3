import { describe, expect, it } from 'vitest'
import type { Study, Tally } from '../promise-study.ts'
import { allowedShare } from './promise-tallies.ts'
import { renderPromises } from './promises-page.ts'

function tally(rule: Tally['rule'], delta: number, counts: Pick<Tally, 'broken' | 'kept'>): Tally {
  return { rule, rows: 2000, level: 0.95, delta, draws: 1000, ...counts }
}

function studyOf(broken: number, kept: number): Study {
  return {
    name: 'gemini',
    pair: { small: 's', large: 'l' },
    rows: 6000,
    dataHash: 'abcdef0123456789',
    trainingRows: 4000,
    calibrationRows: 2000,
    tallies: [
      tally('promise', 0.05, { broken, kept }),
      tally('hoeffding-bentkus', 0.05, { broken: 0, kept: 300 }),
      tally('estimate', 0, { broken: 480, kept: 800 }),
    ],
    estimateError: 0.008,
    estimateErrorAlone: 0.015,
    calibrationError: 0.02,
    operatingPoints: 40,
    explainedByScore: 0.025,
  }
}

describe('the promises section', () => {
  it('allows delta and two standard errors of the draws', () => {
    // 0.05 + 2 sqrt(0.05 * 0.95 / 1000) = 0.05 + 2 * 0.0068920
    expect(allowedShare(0.05, 1000)).toBeCloseTo(0.063784, 6)
  })

  it('marks more broken promises than that, and misses the target then', () => {
    const kept = renderPromises([studyOf(63, 700)]).text
    expect(kept).toContain('6.3% ± 1.5% | **70.0%** | 30.0% | 80.0% | 48.0% |')
    expect(kept).not.toContain('**too many** |')
    expect(renderPromises([studyOf(64, 700)]).text).toContain('6.4% ± 1.5% **too many** |')
    expect([63, 64].map((count) => renderPromises([studyOf(count, 700)]).targets?.[0]?.isMet)).toEqual([
      true,
      false,
    ])
  })

  it('says how much of the distance from the prototype to the point estimate was closed', () => {
    // (0.7185 - 0.637) / (0.8 - 0.637) = 0.5
    expect(renderPromises([studyOf(10, 718.5)]).targets?.[1]?.reached).toContain('; 50% of the distance')
  })

  it('says where a level hardly binds', () => {
    const study = studyOf(0, 1000)
    const tallies = [...study.tallies.slice(0, 2), tally('estimate', 0, { broken: 0, kept: 1000 })]
    expect(renderPromises([{ ...study, tallies }]).text).toContain('hardly binds')
    expect(renderPromises([study]).text).not.toContain('hardly binds')
  })
})
