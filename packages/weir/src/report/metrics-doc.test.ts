/** docs/metrics.md and the report name the same things, both ways. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { makeArtifact, makeRiver, makeRows } from '../../e2e/evaluation-support.ts'
import { describeArtifact, type Evaluation } from './evaluation.ts'
import { measureRiver } from './measure.ts'

const DOC = readFileSync(join(import.meta.dirname, '../../../../docs/metrics.md'), 'utf8')

/** Backticked names in the first column of every table. */
const NAMES = [...DOC.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell]) =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
)

async function evaluate(): Promise<Evaluation> {
  const river = makeRiver()
  const { report, ...left } = await measureRiver(river, makeRows(200, 1), { seed: 1, resamples: 20 })
  const artifact = describeArtifact('a.weir', makeArtifact(river))
  return { ...report, ...left, dataHash: 'b', files: [], skipped: 0, policy: 'route', artifact, warnings: [] }
}

/** Follows a documented path such as levels[].delivered. */
function lookUp(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => {
    const key = step.replace('[]', '')
    const next = isRecord(at) ? at[key] : undefined
    return step.endsWith('[]') && Array.isArray(next) ? next[0] : next
  }, value)
}

describe('docs/metrics.md', () => {
  it('names only what the report has', async () => {
    const evaluation = await evaluate()
    expect(NAMES.length).toBeGreaterThan(20)
    for (const name of NAMES) expect(lookUp(evaluation, name), name).toBeDefined()
  })

  it('names everything the report has', async () => {
    const evaluation = await evaluate()
    for (const key of Object.keys(evaluation)) expect(NAMES).toContain(key)
    const [level] = evaluation.levels
    const parts = { level, calibration: evaluation.calibration, baselines: evaluation.baselines }
    for (const part of Object.values(parts)) {
      for (const key of Object.keys(part ?? {}))
        expect(DOC).toMatch(new RegExp(`\`([a-zA-Z]*(\\[\\])?\\.)?${key}\``))
    }
  })
})
