/** `weir assign`: a batch within its budget, and one message for what cannot be. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveArtifact, trainPool } from '@weir/core'
import { createPlantedPool, PLANTED_MODELS } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BatchReport } from '../src/report/assign-text.ts'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import { linesOf, weir } from './cli-support.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const assign = (budget: string, ...more: readonly string[]): readonly string[] => [
  'assign',
  '--artifact',
  at('pool.weir'),
  '--queries',
  at('batch.jsonl'),
  '--budget',
  budget,
  ...more,
]

async function report(budget: string, ...more: readonly string[]): Promise<BatchReport> {
  const { code, out, err } = await weir(assign(budget, '--json', ...more))
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as BatchReport
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-assign-'))
  const rows = createPlantedPool({ rows: 400, seed: 1 })
  const artifact = await trainPool(rows, { models: PLANTED_MODELS, seed: 1, dataHash: 'a'.repeat(64) })
  await writeFile(at('pool.weir'), saveArtifact(artifact))
  await writeOutcomes(at('batch.jsonl'), createPlantedPool({ rows: 100, seed: 2 }))
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir assign', () => {
  it('spends at most the budget, and more money buys more', async () => {
    const [poor, rich] = [await report('0.005'), await report('0.03', '--pareto', '5')]
    expect(poor.costUsd).toBeLessThanOrEqual(0.005)
    expect(rich.costUsd).toBeLessThanOrEqual(0.03)
    expect(rich.meanQuality).toBeGreaterThan(poor.meanQuality)
    expect(poor.qualityPerUsd).toBeGreaterThan(rich.qualityPerUsd ?? 0)
    expect(rich.pareto).toHaveLength(5)
    const spent = rich.assignments.reduce((sum, { costUsd }) => sum + costUsd, 0)
    expect(spent).toBeCloseTo(rich.costUsd, 12)
    expect(rich.models.map(({ model }) => model)).toEqual(PLANTED_MODELS)
    expect(rich.models.reduce((sum, { queries }) => sum + queries, 0)).toBe(100)
  })

  it('gives the specialists their topics when there is little money', async () => {
    const rows = createPlantedPool({ rows: 100, seed: 2 })
    const { assignments } = await report('0.01')
    const share = (topics: readonly string[], model: string): number => {
      const own = assignments.filter((_, i) => topics.includes(rows[i]?.category ?? ''))
      return own.filter((one) => one.model === model).length / own.length
    }
    expect(share(['algebra', 'geometry'], 'counter')).toBeGreaterThan(0.7)
    expect(share(['greeting', 'weather'], 'cheap')).toBeGreaterThan(0.7)
  })

  it('writes one line a query, in the order of the file', async () => {
    const { code, out } = await weir(assign('0.02', '--out', at('plan.jsonl')))
    expect(code).toBe(0)
    expect(out).toContain('100 queries, predicted: $0.0')
    const lines = (await readFile(at('plan.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(
      Array.from({ length: 100 }, (_, i) => `2-${i}`),
    )
  })

  it('says what the cheapest models take when the budget is smaller', async () => {
    const { code, err } = await weir(assign('0.0001'))
    expect(code).toBe(2)
    expect(linesOf(err)).toEqual([
      expect.stringMatching(
        /^weir: the cheapest models take \$0\.00\d+ for this batch, more than the budget .*\[cli\.usage\]$/,
      ),
    ])
  })
})
