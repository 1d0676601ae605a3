import type { Outcome } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { makeArtifact, makeRiver, makeRows } from '../../e2e/evaluation-support.ts'
import { listEfficiency, noteNormalisation } from './efficiency-rows.ts'
import { describeArtifact, type Evaluation } from './evaluation.ts'
import { measureRiver } from './measure.ts'
import { listNullRouters } from './null-routers.ts'

const river = makeRiver()

async function evaluate({ knowsMoney }: { knowsMoney: boolean }): Promise<Evaluation> {
  const rows = makeRows(400, 5).map((row): Outcome => {
    const [little, big] = [row.models['little']?.score ?? 0, row.models['big']?.score ?? 0]
    return {
      ...row,
      models: knowsMoney
        ? {
            little: { score: little, costUsd: 0.001, latencyMs: 100 },
            big: { score: big, costUsd: 0.01, latencyMs: 400 },
          }
        : { little: { score: little }, big: { score: big } },
    }
  })
  const { report, ...left } = await measureRiver(river, rows, { seed: 1, resamples: 50 })
  const artifact = describeArtifact('a.weir', makeArtifact(river))
  return { ...report, ...left, dataHash: 'b', files: [], skipped: 0, policy: 'route', artifact, warnings: [] }
}

describe('listNullRouters', () => {
  it('shows all three beside the router, at equal cost where money is known', async () => {
    const table = listNullRouters(await evaluate({ knowsMoney: true }))
    expect(table?.asked).toBe(0.95)
    expect(table?.rows.map(([system]) => system)).toEqual([
      'this router at level 0.95',
      'best single model: big',
      'best per task type',
      'task-type table at equal cost',
      'random mix at equal cost',
    ])
    expect(table?.rows.at(-1)?.[4]).toMatch(/^[+-]0\.\d{3}$/)
    expect(table?.note).toContain('fitted on evaluated rows, cross-fitted')
    expect(JSON.stringify(table)).not.toMatch(/NaN|undefined/)
  })

  it('says calls where it is not, and that nothing mixes when the small model is as good', async () => {
    const evaluation = await evaluate({ knowsMoney: false })
    const table = listNullRouters(evaluation)
    expect(table?.rows.at(-1)?.[0]).toBe('random mix at equal calls')
    expect(table?.rows.every((cells) => cells[3] === '–')).toBe(true)
    const nullRouters = {
      ...evaluation.nullRouters,
      randomMix: { models: ['little'] },
      bestPerTaskType: null,
    }
    const other = listNullRouters({ ...evaluation, nullRouters })
    expect(other?.note).toContain('little alone is as good')
    expect(other?.rows).toHaveLength(3)
    expect(listNullRouters({ ...evaluation, nullRouters: { ...nullRouters, levels: [] } })).toBeUndefined()
  })
})

describe('listEfficiency', () => {
  it('names the cost it speaks of, and a and the normalisation of the efficiency score', async () => {
    const evaluation = await evaluate({ knowsMoney: true })
    const rows = listEfficiency(evaluation)
    expect(rows[0]?.name).toBe('AIQ (USD, 400 rows)')
    expect(rows.find(({ name }) => name === 'IES at level 0.95')?.meaning).toContain('a = 0.5')
    expect(noteNormalisation(evaluation)[0]).toContain('mean USD / that of all large')
    const poor = await evaluate({ knowsMoney: false })
    expect(listEfficiency(poor).map(({ name }) => name)).toEqual([
      'AIQ (calls)',
      'AUDC (calls)',
      'quality-neutral cost',
      'saving at equal quality',
      'oracle gap recovered',
    ])
    expect(noteNormalisation(poor)).toEqual([])
  })
})
