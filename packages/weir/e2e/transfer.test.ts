/**
 * The journey of weir transfer through the command line, on rows made here: an artifact against a pair like its own, against one that has
 * nothing to do with it, and a cheap measure against the one that counts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, parseJson, type ModelOutcome, type Outcome } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import type { Transfer } from '../src/report/transfer-text.ts'
import { linesOf, weir } from './cli-support.ts'

/** Sums that small models can do, proofs that they seldom can. `twin` shares little's luck; `coin` is right at random. */
function makeRows(count: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  const right = (chance: number): ModelOutcome => ({ score: rng.next() < chance ? 1 : 0 })
  return Array.from({ length: count }, (_, i): Outcome => {
    const isSum = rng.next() < 0.6
    const [a, b] = [rng.int(900), rng.int(900)]
    const little = right(isSum ? 0.95 : 0.2)
    return {
      id: `${seed}-${i}`,
      prompt: isSum
        ? `What is the sum of ${a} and ${b}?`
        : `Prove that the theorem number ${a} holds for every group of order ${b}.`,
      models: { little, big: { score: 1 }, twin: rng.next() < 0.98 ? little : right(0.5), coin: right(0.7) },
    }
  })
}

let folder = ''
const at = (name: string): string => join(folder, name)
const artifact = (): readonly string[] => ['--artifact', at('a.weir')]
const fresh = makeRows(600, 2)

const pair = (small: string, large: string): readonly string[] => ['--small', small, '--large', large]

async function transfer(...args: readonly string[]): Promise<Transfer> {
  const { code, out, err } = await weir(['transfer', ...args, '--json'])
  if (code !== 0) throw new Error(err)
  return parseJson(out) as Transfer
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-transfer-'))
  await writeOutcomes(at('train.jsonl'), makeRows(600, 1))
  await writeOutcomes(at('fresh.jsonl'), fresh)
  // Without the old pair, and the same queries under another measure: half marks for a wrong answer, and no text.
  await writeOutcomes(
    at('new.jsonl'),
    fresh.map((row) => ({ ...row, models: { twin: row.models['twin'] ?? {}, big: { score: 1 } } })),
  )
  await writeOutcomes(
    at('real.jsonl'),
    fresh.slice(100).map(({ id, models }) => ({
      id,
      models: { little: { score: 0.5 + (models['little']?.score ?? 0) / 2 }, big: { score: 1 } },
    })),
  )
  const train = ['train', '--data', at('train.jsonl'), ...pair('little', 'big'), '--out', at('a.weir')]
  const { code, err } = await weir(train)
  if (code !== 0) throw new Error(err)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('weir transfer', () => {
  it('shows that a twin of the small model ranks and correlates', async () => {
    const found = await transfer(...artifact(), '--data', at('fresh.jsonl'), ...pair('twin', 'big'))
    expect(found).toMatchObject({ kind: 'pair', rows: 600, rowsWithBoth: 600, rowsWithoutPair: 0 })
    expect(found.verdict).not.toBe('retrain')
    expect(found.pearson?.interval?.[0]).toBeGreaterThan(0.8)
    expect(found.spearman?.interval?.[0]).toBeGreaterThan(0.8)
    expect(found.apgrInterval?.[0]).toBeGreaterThan(0.6)
    expect(found.levels).toHaveLength(15)
    expect(found.from).toMatchObject({ small: 'little', large: 'big' })
    expect(found.to).toMatchObject({ small: 'twin', large: 'big' })
  })

  it('retrains for a model that is right at random', async () => {
    const found = await transfer(...artifact(), '--data', at('fresh.jsonl'), ...pair('coin', 'big'))
    expect(found.verdict).toBe('retrain')
    expect(found.apgrInterval?.[0]).toBeLessThanOrEqual(0.5)
  })

  it('lets the scores decide alone when the old outcomes are not known', async () => {
    const found = await transfer(...artifact(), '--data', at('new.jsonl'), ...pair('twin', 'big'))
    expect(found).toMatchObject({ rowsWithBoth: 0, pearson: null, spearman: null })
    expect(found.undefinedBecause['pearson']).toContain('decide alone')
    expect(found.verdict).not.toBe('retrain')
  })

  it('joins two measures by id, with and without a router', async () => {
    const files = ['--data', at('fresh.jsonl'), '--against', at('real.jsonl')]
    const alone = await transfer(...files, ...pair('little', 'big'))
    expect(alone).toMatchObject({ kind: 'measure', rows: 500, artifact: null, levels: [], verdict: 'reuse' })
    expect(alone.pearson?.value).toBeCloseTo(1, 12)
    const routed = await transfer(...artifact(), ...files)
    expect(routed).toMatchObject({ kind: 'measure', rows: 500, rowsWithoutText: 0, to: { small: 'little' } })
    expect(routed.apgrInterval?.[0]).toBeGreaterThan(0.6)
    const swapped = await transfer(
      '--data',
      at('real.jsonl'),
      '--against',
      at('fresh.jsonl'),
      ...pair('little', 'big'),
    )
    expect(swapped).toMatchObject({ rows: 500, rowsUnmatched: 100 })
  })

  it('prints the answer, the conditions and what to do', async () => {
    const { code, out } = await weir([
      'transfer',
      ...artifact(),
      '--data',
      at('fresh.jsonl'),
      ...pair('coin', 'big'),
    ])
    expect(code).toBe(0)
    expect(out).toMatch(/^May .*a\.weir, made for little or big, be used for coin or big\?/)
    expect(out).toContain('Train a router on rows of the new pair. weir serve refuses')
    expect(out).toContain('APGR above 0.5')
    expect(out).not.toMatch(/NaN|undefined/)
  })

  it.each([
    [['--data', 'fresh.jsonl'], 'cli.usage'],
    [['--artifact', 'a.weir', '--data', 'fresh.jsonl'], 'cli.usage'],
    [['--artifact', 'a.weir', '--data', 'fresh.jsonl', ...pair('little', 'big')], 'cli.usage'],
    [['--artifact', 'a.weir', '--data', 'fresh.jsonl', ...pair('big', 'big')], 'cli.usage'],
    [['--artifact', 'a.weir', '--data', 'fresh.jsonl', ...pair('nobody', 'big')], 'data.model'],
    [
      ['--data', 'fresh.jsonl', 'fresh.jsonl', '--against', 'real.jsonl', ...pair('little', 'big')],
      'data.field',
    ],
    [['--data', 'train.jsonl', '--against', 'real.jsonl', ...pair('little', 'big')], 'data.empty'],
  ])('refuses %j with %s', async (args, code) => {
    const ran = await weir(['transfer', ...args.map((arg) => (/\./.test(arg) ? at(arg) : arg))])
    expect(ran.code).toBe(2)
    expect(linesOf(ran.err).at(-1)).toContain(`[${code}]`)
  })
})
