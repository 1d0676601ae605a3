import { decide, queryFromOutcome, type Outcome, type River } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { collectWarnings, describeArtifact, type Evaluation } from './evaluation.ts'
import { renderEvaluation } from './evaluation-text.ts'
import { renderHeadline } from './headline.ts'
import { measureRiver, REPORTED_LEVELS } from './measure.ts'
import { makeArtifact, makeRiver, makeRows } from '../../e2e/evaluation-support.ts'

const rows = makeRows(800, 1)
const river = makeRiver()

async function evaluate(): Promise<Evaluation> {
  const { report, ...left } = await measureRiver(river, rows, { seed: 1, resamples: 100 })
  return {
    ...report,
    ...left,
    dataHash: 'b'.repeat(64),
    files: ['rows.jsonl'],
    skipped: 0,
    artifact: describeArtifact('a.weir', makeArtifact(river)),
    policy: 'route',
    warnings: [],
  }
}

describe('measureRiver', () => {
  it('decides as the live river does, at every level', async () => {
    const { report } = await measureRiver(river, rows, { seed: 1, resamples: 0 })
    for (const [i, quality] of REPORTED_LEVELS.entries()) {
      const live = rows.filter((row) => {
        const query = queryFromOutcome(row)
        return query !== undefined && decide(river, query, { kind: 'quality', quality }).model === 'little'
      })
      expect(report.levels[i]?.costAdvantage).toBeCloseTo(live.length / rows.length, 12)
    }
    expect(report.rows).toBe(800)
    expect(report.apgr).toBeGreaterThan(0.6)
  })

  it('asks the estimator once per row', async () => {
    let asked = 0
    const counting: River = {
      ...river,
      estimator: { name: 'counting', estimate: (f) => ({ pSmall: (asked += 1) && (f.surface[0] ?? 0) }) },
    }
    await measureRiver(counting, rows, { seed: 1, resamples: 0 })
    expect(asked).toBe(800)
  })

  it('leaves out and counts rows that cannot be measured', async () => {
    const odd: readonly Outcome[] = [
      { id: 'x', prompt: 'chance 0.5', models: { little: { score: 1 } } },
      { id: 'y', models: { little: { score: 1 }, big: { score: 1 } } },
    ]
    const measured = await measureRiver(river, [...rows, ...odd], { seed: 1, resamples: 0 })
    expect(measured).toMatchObject({ rowsWithoutPair: 1, rowsWithoutText: 1, report: { rows: 800 } })
  })

  it('says what is wrong when nothing can be measured', async () => {
    const other: Outcome = { id: '1', prompt: 'x', models: { huge: { score: 1 } } }
    const silent: Outcome = { id: '1', models: { little: { score: 1 }, big: { score: 1 } } }
    const options = { seed: 1 }
    await expect(measureRiver(river, [other], options)).rejects.toThrow(/scores of huge/)
    await expect(measureRiver(river, [other], options)).rejects.toMatchObject({ code: 'data.model' })
    await expect(measureRiver(river, [silent], options)).rejects.toMatchObject({ code: 'data.field' })
    await expect(measureRiver(river, [], options)).rejects.toMatchObject({ code: 'data.empty' })
  })

  it('goes on when the estimator fails, and counts it', async () => {
    const failing: River = {
      ...river,
      estimator: {
        name: 'failing',
        estimate: () => {
          throw new Error('no')
        },
      },
    }
    const { report } = await measureRiver(failing, rows, { seed: 1, resamples: 0 })
    expect(report).toMatchObject({ estimatorFailures: 800, calibration: null })
  })
})

describe('renderHeadline', () => {
  it('says what is kept and what is saved', async () => {
    const text = renderHeadline(await evaluate())
    expect(text).toMatch(
      /^Asked to keep 95% of the large model's quality, the router keeps \d+\.\d% of big's quality \(95% interval .*\) and sends \d+\.\d% of the calls to little, which costs \d+\.\d% less/,
    )
  })

  it('says when nothing is saved', async () => {
    const evaluation = await evaluate()
    const levels = evaluation.levels.map((level) => ({ ...level, threshold: null }))
    expect(renderHeadline({ ...evaluation, levels })).toContain('every query goes to big')
  })
})

describe('renderEvaluation', () => {
  it('prints levels, metrics, baselines and warnings', async () => {
    const text = renderEvaluation({ ...(await evaluate()), warnings: ['Careful.'] })
    for (const part of [
      'level',
      'APGR',
      'CPT(80%)',
      'random',
      'task table, 4 types',
      'oracle',
      'warning: Careful.',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain('NaN')
    expect(text).not.toContain('undefined')
  })
})

describe('collectWarnings', () => {
  const artifact = makeArtifact(river)

  it('warns of training rows, few rows and a large model that is not better', async () => {
    const { report } = await measureRiver(river, rows.slice(0, 20), { seed: 1, resamples: 0 })
    const odd = { ...report, large: { ...report.large, quality: 0 } }
    const warnings = collectWarnings(odd, { dataHash: artifact.training.dataHash, artifact })
    expect(warnings).toHaveLength(3)
    const proven = { ...artifact, calibration: { ...artifact.calibration, dataHash: 'c' } }
    expect(collectWarnings({ ...report, rows: 1000 }, { dataHash: 'c', artifact: proven })).toEqual([
      expect.stringContaining('proven on'),
    ])
    expect(collectWarnings({ ...report, rows: 1000 }, { dataHash: 'x', artifact })).toEqual([])
  })
})
