/** A candidate added from probes or taken out: the others' parameters keep their bytes, promises keep to what they were proven for. */
import { describe, expect, it } from 'vitest'
import { addCandidate, removeCandidate } from './candidates.ts'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import type { Artifact } from './contract/artifact.ts'
import type { Decision } from './contract/decision.ts'
import type { Outcome } from './contract/outcome.ts'
import type { Query } from './contract/query.ts'
import { createRng } from './math/rng.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide } from './serve.ts'
import { checkRouter } from './suites/check-router.ts'
import { createPlantedPool } from './suites/planted-pool.ts'
import { trainPool } from './train-pool.ts'

const FRESH = createPlantedPool({ rows: 400, seed: 3 })
const QUERIES = FRESH.slice(0, 40).flatMap((row) => queryFromOutcome(row) ?? []) as Query[]
const trained = trainPool(createPlantedPool({ rows: 500, seed: 1 }), {
  models: ['cheap', 'writer', 'dear'],
  seed: 1,
  dataHash: 'x',
})
const ask = (artifact: Artifact, mode: 'promise' | 'estimate'): Decision[] => {
  const river = createRiver(loadArtifact(saveArtifact(artifact)))
  return QUERIES.map((query) => decide(river, query, { kind: 'quality', quality: 0.9, mode }))
}
/** Rows with the new model's outcomes alone. */
const alone = (rows: readonly Outcome[]): Outcome[] =>
  rows.map((row) => ({ ...row, models: { counter: row.models['counter'] ?? {} } }))

/** What is said of the new model's mean quality. */
function probedIn({ pool }: Artifact): {
  readonly mean: number
  readonly low: number
  readonly high: number
} {
  const mean = pool?.members.find(({ model }) => model === 'counter')?.meanQuality ?? 0
  const [low, high] = pool?.probed?.[0]?.interval ?? [1, 0]
  return { mean, low, high }
}

describe('a candidate added from probes', () => {
  it('changes no byte of what was trained, and no estimate of the others', async () => {
    const before = await trained
    const after = addCandidate(before, FRESH.slice(0, 50), { model: 'counter' })
    expect(JSON.stringify(after.estimator)).toBe(JSON.stringify(before.estimator))
    expect(after.pool?.members.filter(({ model }) => model !== 'counter')).toEqual(before.pool?.members)
    expect(after.pool?.members.map(({ model }) => model)).toEqual(['cheap', 'counter', 'writer', 'dear'])
    const others = ask(after, 'estimate').map(({ estimates = [] }) =>
      estimates.filter(({ model }) => model !== 'counter'),
    )
    expect(others).toEqual(ask(before, 'estimate').map(({ estimates }) => estimates))
  })

  it('is asked at once in mode estimate, in mode promise not before its levels are proven', async () => {
    const after = addCandidate(await trained, FRESH.slice(0, 50), { model: 'counter' })
    expect(ask(after, 'estimate').map(({ model }) => model)).toContain('counter')
    for (const { ranking } of ask(after, 'promise')) expect(ranking).not.toContain('counter')
    checkRouter(createRiver(after), QUERIES.slice(0, 5))
  })

  it('knows the mean quality of the model as far as 50 coins tell, from its own outcomes alone too', async () => {
    const before = await trained
    const truth = FRESH.reduce((sum, row) => sum + (row.models['counter']?.score ?? 0), 0) / FRESH.length
    const rng = createRng(5)
    let [within, held] = [0, 0]
    for (let draw = 0; draw < 60; draw++) {
      const drawn = Array.from({ length: 50 }, () => FRESH[rng.int(FRESH.length)] as Outcome)
      const rows = draw % 2 === 0 ? drawn : alone(drawn)
      const { mean, low, high } = probedIn(addCandidate(before, rows, { model: 'counter' }))
      within += Math.abs(mean - truth) <= 0.14 ? 1 : 0
      held += low <= truth && truth <= high ? 1 : 0
    }
    // A mean of 50 coins near one half has a standard deviation of 0.07.
    expect(within / 60).toBeGreaterThanOrEqual(0.95)
    expect(held / 60).toBeGreaterThanOrEqual(0.9)
  })

  it('says what is missing', async () => {
    const before = await trained
    const add = (rows: readonly Outcome[], model: string): unknown => addCandidate(before, rows, { model })
    expect(() => add(FRESH, 'dear')).toThrow('has dear already')
    expect(() => add(FRESH.slice(0, 9), 'counter')).toThrow('9 of 9 rows have text')
    const free = FRESH.map((row) => ({ ...row, models: { counter: { score: 1 } } }))
    expect(() => add(free, 'counter')).toThrow('record costUsd')
  })
})

describe('a candidate taken out', () => {
  it('is never asked, nor missed among the models; nothing is promised until the levels are proven anew', async () => {
    const before = await trained
    const after = removeCandidate(before, 'writer')
    expect(JSON.stringify(after.estimator)).toBe(JSON.stringify(before.estimator))
    const river = createRiver(after, { candidates: [{ model: 'cheap' }, { model: 'dear' }] })
    for (const query of QUERIES) {
      const { ranking, estimates } = decide(river, query, { kind: 'quality', quality: 0.9, mode: 'estimate' })
      expect([...ranking].sort()).toEqual(['cheap', 'dear'])
      expect(estimates?.map(({ model }) => model)).toEqual(['cheap', 'dear'])
    }
    for (const { confidence } of ask(after, 'promise')) expect(confidence ?? 0).toBe(0)
  })

  it('undoes an addition that was not proven yet, and refuses what levels stand on', async () => {
    const before = await trained
    const added = addCandidate(before, FRESH.slice(0, 50), { model: 'counter' })
    const again = removeCandidate(added, 'counter')
    expect(ask(again, 'promise')).toEqual(ask(before, 'promise'))
    expect(() => removeCandidate(before, 'dear')).toThrow('is the reference')
    expect(() => removeCandidate(before, 'nobody')).toThrow('has no nobody; it has cheap, writer, dear')
  })
})
