/**
 * The books: over random requests with self-checks, judges, faults and caps, the calls that the upstreams counted are the calls that weir
 * reports, weir's ledger sums to the upstreams' bills, and a replay of the recorded rows decides as the gateway did.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRng, replay, type Ask, type Caps, type Outcome, type River } from '@weir/core'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import { replying, startCascade, type Asked, type Reply } from './cascade-support.ts'
import { chatBody, post } from './gateway-support.ts'
import { UNAIDED } from '../src/upstream/faults.ts'

const RUNS = 400
const PRICES = { small: [1, 2], large: [10, 20] } as const

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-ledger-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

interface Drawn {
  readonly isStream: boolean
  readonly caps: Caps
  readonly fails: readonly ('small' | 'large' | 'check' | 'judge')[]
  readonly grade: number
  readonly p: number
  readonly tokens: readonly [number, number]
}

function draw(seed: number): readonly Drawn[] {
  const rng = createRng(seed)
  const below = (n: number): number => Math.floor(rng.next() * n)
  return Array.from({ length: RUNS }, () => {
    const caps = below(3) > 0 ? {} : below(2) === 0 ? { calls: 1 + below(5) } : { usd: rng.next() * 4e-4 }
    const fails = (['small', 'large', 'check', 'judge'] as const).filter(() => rng.next() < 0.1)
    const tokens = [1 + below(50), 1 + below(50)] as const
    return { isStream: below(2) === 0, caps, fails, grade: below(11), p: 0.05 + 0.9 * rng.next(), tokens }
  })
}

const drawn = draw(7)

function numberOf({ text }: Pick<Asked, 'text'>): number {
  return Number(/request (\d+)/.exec(text)?.[1])
}

/** What an upstream answers, and what it then bills. */
function billing(model: 'small' | 'large', bill: number[]): (asked: Asked) => void {
  const [input, output] = PRICES[model]
  return (asked) => {
    const { text, response } = asked
    const { fails, grade, p, tokens } = drawn[numberOf(asked)] ?? drawn[0]!
    const kind = text.includes('You are checking') ? 'check' : text.includes('You grade') ? 'judge' : model
    if (fails.includes(kind)) return void response.writeHead(503).end('{}')
    const reply: Reply = {
      text: kind === 'check' ? 'Yes' : kind === 'judge' ? `Grade: ${grade}` : `answer of ${model}`,
      p,
      input: tokens[0],
      output: tokens[1],
    }
    bill.push((tokens[0] * input + tokens[1] * output) / 1e6)
    void replying(model, reply)(asked)
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

async function readRows(path: string): Promise<readonly LiveOutcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomeStore(path)) rows.push(row)
  return rows as LiveOutcome[]
}

describe(`${RUNS} random requests with checks, faults and caps`, () => {
  it('are counted, billed and replayed as they were', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const bills = { small: [] as number[], large: [] as number[] }
    const { chat, gateway, river, ...fleet } = await startCascade({
      scorers: [{ signal: 'logprob' }, { signal: 'selfCheck' }, { signal: 'judge', model: 'large' }],
      small: billing('small', bills.small),
      large: billing('large', bills.large),
      record: { path, storeText: true },
      // Each call here is one that the policy asked for.
      faults: UNAIDED,
    })
    let reported = 0
    for (const [i, { isStream, caps }] of drawn.entries()) {
      const response = await post(chat, chatBody(`request ${i} easy`, { stream: isStream, weir: { caps } }))
      await response.text()
      reported += Number(response.headers.get('x-weir-calls'))
    }
    await gateway.close()
    const rows = await readRows(path)
    expect(rows.length).toBe(RUNS)

    const made = fleet.small.asked.length + fleet.large.asked.length
    expect(made).toBeGreaterThan(2 * RUNS)
    expect(reported).toBe(made)
    expect(sum(rows.map(({ calls }) => calls))).toBe(made)

    // Every price and every count is known here, so every sum is.
    const bill = sum([...bills.small, ...bills.large])
    expect(rows.every(({ costUsd }) => costUsd !== undefined)).toBe(true)
    expect(sum(rows.map(({ costUsd }) => costUsd ?? 0))).toBeCloseTo(bill, 9)
    const parts = rows.flatMap(({ attempts }) => attempts.flatMap((one) => [one, ...(one.checks ?? [])]))
    expect(sum(parts.map(({ costUsd }) => costUsd ?? 0))).toBeCloseTo(bill, 9)

    for (const row of rows) await checkReplay(river, row)
    const met = new Set(rows.map(({ acceptReason }) => acceptReason ?? 'none'))
    expect([...met].toSorted()).toEqual([
      'answer_at_or_above_threshold',
      'cap_calls',
      'cap_cost',
      'escalation_failed',
      'last_stage',
      'none',
    ])
  })
})

/** The same models in the same order, for the same reasons, with the same beliefs. */
async function checkReplay(river: River, row: LiveOutcome): Promise<void> {
  const { quality, mode } = row.decision
  const ask: Ask = { kind: 'quality', quality: quality ?? 1, ...(mode === null ? {} : { mode }) }
  const { caps } = drawn[numberOf({ text: JSON.stringify(row.messages) })] ?? { caps: {} }
  const again = await replay({ ...river, caps }, row, ask)
  expect(again?.decision).toEqual(withoutId(row.decision))
  // Why a call failed is not in the row's models, and what is not there fails in a replay as well.
  expect(again?.attempts.map(({ model }) => model)).toEqual(row.attempts.map(({ model }) => model))
  expect(again?.verdicts).toEqual(row.attempts.map(({ verdict }) => verdict))
  expect(again?.acceptReason ?? undefined).toBe(row.acceptReason)
  expect(again?.attempts.map(({ score }) => score?.pGoodEnough)).toEqual(
    row.attempts.map(({ pGoodEnough }) => pGoodEnough),
  )
}

function withoutId({ id: _id, ...decision }: LiveOutcome['decision']): object {
  return decision
}
