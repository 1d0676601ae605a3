/** A cascade from the command line: train, evaluate, compare, calibrate. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createRng, serializeOutcome, type Outcome } from '@weir/core'
import { createPlantedRows, PLANTED_PAIR } from '@weir/core/suites'
import { weir } from './cli-support.ts'

const { small, large } = PLANTED_PAIR
const folder = mkdtempSync(join(tmpdir(), 'weir-cascade-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The small model hedges when it is wrong, mostly. */
function answered(rows: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  return createPlantedRows({ rows, seed }).map(({ row }) => {
    const ours = row.models[small] ?? {}
    const hedges = rng.next() < (ours.score === 1 ? 0.1 : 0.8)
    const response = hedges ? `Perhaps ${rng.int(99)}, I am unsure.` : `It is ${rng.int(99)}.`
    return { ...row, models: { ...row.models, [small]: { ...ours, response } } }
  })
}

function write(name: string, rows: readonly Outcome[]): string {
  const path = join(folder, name)
  writeFileSync(path, rows.map((row) => `${serializeOutcome(row)}\n`).join(''))
  return path
}

const training = write('training.jsonl', answered(900, 3))
const fresh = write('fresh.jsonl', answered(600, 4))
const artifact = join(folder, 'cascade.weir.json')
const pair = ['--small', small, '--large', large]

describe('a cascade from the command line', () => {
  it('is trained, and the text says what reading answers adds and what a draft costs', async () => {
    const { code, out } = await weir([
      'train',
      '--data',
      training,
      ...pair,
      '--policy',
      'cascade',
      '--out',
      artifact,
    ])
    expect(code).toBe(0)
    expect(out).toMatch(
      /cascade: 900 answers of little read \(the text alone\); APGR over the share escalated 0\.\d{3}/,
    )
    expect(out).toContain('a draft costs $0.0010, a call of big $0.010')
    expect(out.match(/level {3}kept small, promised/g)).toHaveLength(2)
  })

  it('is evaluated with every call on the bill, drafts thrown away among them', async () => {
    const args = ['evaluate', '--artifact', artifact, '--data', fresh, '--mode', 'estimate', '--json']
    const router = JSON.parse((await weir(args)).out)
    const cascade = JSON.parse((await weir([...args, '--policy', 'cascade'])).out)
    expect(router.policy).toBe('route')
    expect(router.levels.every((level: { thrownAway: unknown }) => level.thrownAway === null)).toBe(true)
    expect(cascade.policy).toBe('cascade')
    expect(cascade.apgr).toBeGreaterThan(router.apgr)
    const level = cascade.levels.find(({ asked }: { asked: number }) => asked === 0.97)
    const { thrownAway, costAdvantage, costUsd } = level
    // Also where some queries are not drafted and so meet no cut-off.
    expect(
      cascade.levels.every((one: typeof level) => one.costAdvantage === 0 || one.threshold !== null),
    ).toBe(true)
    expect(thrownAway.costUsd).toBeCloseTo(0.001 * thrownAway.fraction, 9)
    // Kept queries pay the draft, escalated ones the large model and their draft where there was one.
    expect(costUsd).toBeCloseTo(0.001 * costAdvantage + 0.01 * (1 - costAdvantage) + thrownAway.costUsd, 9)
  })

  it('stands beside routers in a comparison, on calls and on money', async () => {
    const html = join(folder, 'compare.html')
    const flags = ['--methods', 'trans,cascade', '--seeds', '1', '--json', '--html', html]
    const { code, out } = await weir(['compare', '--data', training, ...pair, ...flags])
    expect(code).toBe(0)
    const { systems, costs } = JSON.parse(out)
    const find = (name: string): { knows: string; curve: readonly { costUsd: number }[] } =>
      systems.find((one: { name: string }) => one.name === name)
    expect(find('cascade').knows).toBe('answer')
    expect(find('trans').knows).toBe('text')
    expect(costs.smallUsd).toBeCloseTo(0.001, 9)
    // With nothing kept a router pays the large model alone, a cascade the drafts too.
    expect(find('trans').curve[0]?.costUsd).toBeCloseTo(0.01, 9)
    expect(find('cascade').curve[0]?.costUsd).toBeCloseTo(0.011, 9)
    expect(find('cascade').curve.at(-1)?.costUsd).toBeCloseTo(0.001, 9)
  })

  it('is proven on fresh rows', async () => {
    const proven = join(folder, 'proven.weir.json')
    const { code, out } = await weir([
      'calibrate',
      '--artifact',
      artifact,
      '--data',
      fresh,
      '--out',
      proven,
      '--json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out).cascade.calibration).toMatchObject({
      source: 'held-out',
      guarantee: 'finite-sample',
      rows: 600,
    })
  })

  it('says what to do when the artifact holds none', async () => {
    const bare = join(folder, 'router.weir.json')
    await weir(['train', '--data', training, ...pair, '--out', bare])
    const { code, err } = await weir(['evaluate', '--artifact', bare, '--data', fresh, '--policy', 'cascade'])
    expect(code).toBe(2)
    expect(err).toContain('weir train --policy cascade')
  })
})
