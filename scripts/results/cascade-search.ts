/**
 * Cascades chosen from rows: searched chains under a budget (FrugalGPT), meta-verifiers (AutoMix), a running quantile (margin sampling) and
 * reject cuts (HCMA), each replayed on the half of the rows that it has not seen. The method page is docs/methods/cascade-search.md.
 */
import {
  benefitLift,
  cascadeWithin,
  createCascadePolicy,
  createMetaVerifierPolicy,
  createRunningQuantilePolicy,
  EMPTY_MEMORY,
  fitMetaVerifier,
  LABEL_WEIGHT,
  META_VERIFIERS,
  remember,
  searchCascades,
  selectCuts,
  signalsOf,
  type CandidateRows,
  type Outcome,
  type Pair,
  type QuantileMemory,
  type Scorer,
} from '@weir/core'
import { createConvexHull, hullHeight } from '../../packages/core/src/math/convex-hull.ts'
import { hashOf } from '../recorded.ts'
import {
  calibrateModels,
  CASCADE_SEEDS,
  halve,
  meanOf,
  readCascadeRows,
  replayPolicy,
  toCandidateRows,
  type Halves,
} from './cascade-replay.ts'
import { renderCascadeSearch } from './cascade-search-page.ts'
import { createSection, mean, type Section } from './section.ts'

export const SETS: readonly string[] = ['mmlu', 'triviaqa']
/** Budgets as shares of the dearest model's mean cost. */
export const BUDGETS: readonly number[] = [0.1, 0.2, 0.5]
/** Rows that a search is given; more than half of the set's are all of the half. */
export const LABELLED: readonly number[] = [50, 100, 300, 1e6]
export const PAIRS: readonly Pair[] = [
  { small: 'llama3.1-8b', large: 'llama3.1-405b' },
  { small: 'gpt-4o-mini', large: 'gpt-4o' },
]
/** Share of the queries whose escalation the running quantile's budget pays for. */
export const ESCALATIONS: readonly number[] = [0.1, 0.2, 0.3, 0.5]
export const CHAINS: readonly (readonly string[])[] = [
  ['llama3.1-405b'],
  ['gpt-4o'],
  ['gpt-4o-mini', 'gpt-4o'],
  ['llama3.1-8b', 'llama3.1-405b'],
]
/** 'half': all of the training half. */
export const LABELS: readonly (number | 'half')[] = [50, 'half']
export const ABSTENTION = 0.2

/** One row of a table: what was tried, and its figures split by split, in the order of the seeds. */
export interface Tried {
  readonly name: string
  readonly splits: readonly Readonly<Record<string, number>>[]
  /** Most frequent choice, where there is one. */
  readonly choice?: string
}

export interface Result {
  readonly kind: string
  readonly set: string
  readonly rows: number
  readonly dataHash: string
  readonly tried: readonly Tried[]
}

interface SearchOptions {
  readonly maxStages?: number
  readonly labelWeight?: number
}

async function searchSplit(halves: Halves, options: SearchOptions): Promise<readonly Searched[]> {
  const models = Object.keys(halves.training[0]?.models ?? {})
  const calibrations = calibrateModels(halves.training, models)
  const training = toCandidateRows(halves.training, calibrations)
  const found = searchCascades(training, options)
  const hull = hullOf(halves.tested, models)
  const dearest = Math.max(...training.map(({ costUsd }) => mean(Array.from(costUsd))))
  return Promise.all(
    BUDGETS.map(async (share): Promise<Searched> => {
      const budget = share * dearest
      const best = cascadeWithin(found, budget) ?? found[0]
      if (best === undefined) throw new Error('a search finds the cheapest model at least')
      const tally = await replayPolicy(halves.tested, {
        models,
        calibrations,
        createPolicy: () => createCascadePolicy({ stages: best.stages }),
      })
      return {
        chain: best.stages.map(({ model }) => model).join(' -> '),
        figures: {
          quality: tally.quality,
          gain: tally.quality - (hullHeight(hull, tally.costUsd) ?? Number.NaN),
          budget: tally.costUsd / budget,
          foretold: best.quality,
          foretoldBudget: best.costUsd / budget,
          bestSingle: Math.max(...models.map((model) => qualityOf(halves.tested, model))),
        },
      }
    }),
  )
}

interface Searched {
  readonly chain: string
  readonly figures: Readonly<Record<string, number>>
}

/** Of single models on the tested rows: what mixing them at random buys. */
function hullOf(rows: readonly Outcome[], models: readonly string[]): ReturnType<typeof createConvexHull> {
  return createConvexHull(
    models.map((model) => costOf(rows, model)),
    models.map((model) => qualityOf(rows, model)),
  )
}

function qualityOf(rows: readonly Outcome[], model: string): number {
  return meanOf(rows, (row) => row.models[model]?.score)
}

function costOf(rows: readonly Outcome[], model: string): number {
  return meanOf(rows, (row) => row.models[model]?.costUsd)
}

async function measureSearch(rows: readonly Outcome[]): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const maxStages of [2, 3]) {
    const splits: (readonly Searched[])[] = []
    for (const seed of CASCADE_SEEDS) splits.push(await searchSplit(halve(rows, seed), { maxStages }))
    tried.push(
      ...BUDGETS.map((share, i): Tried => ({
        name: `${share}/${maxStages}`,
        splits: splits.map((searched) => searched[i]?.figures ?? {}),
        choice: mostFrequent(splits.map((searched) => searched[i]?.chain ?? '')),
      })),
    )
  }
  return tried
}

/** At the second budget, with labels alone and with labels beside chances. */
async function measureLabels(rows: readonly Outcome[]): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const labels of LABELLED) {
    for (const labelWeight of [1, LABEL_WEIGHT]) {
      const splits: Readonly<Record<string, number>>[] = []
      for (const seed of CASCADE_SEEDS) {
        const { training, tested } = halve(rows, seed)
        const [, found] = await searchSplit({ training: training.slice(0, labels), tested }, { labelWeight })
        splits.push(found?.figures ?? {})
      }
      tried.push({ name: `${labels}/${labelWeight}`, splits })
    }
  }
  return tried
}

function mostFrequent(names: readonly string[]): string {
  const count = (name: string): number => names.filter((one) => one === name).length
  const [first = ''] = [...new Set(names)].toSorted((a, b) => count(b) - count(a))
  return `${first} (${count(first)} of ${names.length})`
}

/** The answer's log-probability as a verifier's word, priced as one more call of the model that answered. */
const SELF_CHECK: Scorer = {
  signal: 'selfCheck',
  needs: { extraCalls: 1 },
  score({ attempt: { model, signals, costUsd = 0, latencyMs = 0 } }) {
    const value = signals?.logprob === undefined ? {} : { value: Math.exp(signals.logprob) }
    return { ...value, calls: [{ model, purpose: 'self-check', costUsd, latencyMs }] }
  },
}

async function measureVerifiers(rows: readonly Outcome[]): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const pair of PAIRS) {
    for (const kind of [...META_VERIFIERS, 'best'] as const) {
      const splits: Readonly<Record<string, number>>[] = []
      for (const seed of CASCADE_SEEDS) splits.push(await verifySplit(halve(rows, seed), pair, kind))
      tried.push({ name: `${pair.small}/${kind}`, splits })
    }
  }
  return tried
}

async function verifySplit(
  { training, tested }: Halves,
  pair: Pair,
  kind: (typeof META_VERIFIERS)[number] | 'best',
): Promise<Readonly<Record<string, number>>> {
  const verified = training.flatMap((row) => {
    const { [pair.small]: small = {}, [pair.large]: large = {} } = row.models
    const { logprob } = signalsOf(small)
    if (logprob === undefined) return []
    return {
      value: Math.exp(logprob),
      smallQuality: small.score ?? 0,
      largeQuality: large.score ?? 0,
      smallCostUsd: small.costUsd ?? 0,
      largeCostUsd: large.costUsd ?? 0,
      checkCostUsd: small.costUsd ?? 0,
    }
  })
  const verifier = fitMetaVerifier(verified, { signal: 'selfCheck', kind })
  if (verifier === undefined) throw new Error(`${pair.large} is not better than ${pair.small}`)
  const tally = await replayPolicy(tested, {
    models: [pair.small, pair.large],
    scorers: [SELF_CHECK],
    createPolicy: () => createMetaVerifierPolicy({ pair, verifier }),
  })
  const of = (model: string) => ({ quality: qualityOf(tested, model), costUsd: costOf(tested, model) })
  const lift = benefitLift(tally, { small: of(pair.small), large: of(pair.large) })
  return { lift: lift ?? Number.NaN, trained: verifier.lift, escalated: tally.escalated }
}

async function measureQuantile(rows: readonly Outcome[]): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const pair of PAIRS) {
    for (const share of ESCALATIONS) {
      const splits: Readonly<Record<string, number>>[] = []
      for (const seed of CASCADE_SEEDS) splits.push(await streamSplit(halve(rows, seed), pair, share))
      tried.push({ name: `${pair.small}/${share}`, splits })
    }
  }
  return tried
}

/** The tested half as one stream and one period. Expected costs are the other half's means. */
async function streamSplit(
  { training, tested }: Halves,
  pair: Pair,
  share: number,
): Promise<Readonly<Record<string, number>>> {
  const costUsd = { small: costOf(training, pair.small), large: costOf(training, pair.large) }
  const budgetUsdPerQuery = costUsd.small + share * costUsd.large
  const settings = { signal: 'logprob', period: tested.length } as const
  let memory: QuantileMemory = EMPTY_MEMORY
  const online = await replayPolicy(tested, {
    models: [pair.small, pair.large],
    createPolicy: () =>
      createRunningQuantilePolicy({ pair, memory, budgetUsdPerQuery, costUsd, ...settings }),
    onServed: (attempts) => {
      memory = remember(memory, attempts, { model: pair.small, ...settings })
    },
  })
  return {
    online: online.quality,
    difference: online.quality - offlineQuality(tested, pair, share),
    budget: online.costUsd / budgetUsdPerQuery,
    escalated: online.escalated,
  }
}

/** All tested signals known beforehand: exactly the lowest share is escalated. */
function offlineQuality(rows: readonly Outcome[], { small, large }: Pair, share: number): number {
  const ordered = rows.toSorted((a, b) => signalOf(a, small) - signalOf(b, small))
  const count = Math.floor(share * rows.length)
  return mean(ordered.map((row, i) => row.models[i < count ? large : small]?.score ?? 0))
}

function signalOf(row: Outcome, model: string): number {
  return signalsOf(row.models[model] ?? {}).logprob ?? Number.NEGATIVE_INFINITY
}

async function measureAbstention(rows: readonly Outcome[]): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const chain of CHAINS) {
    for (const labels of LABELS) {
      const splits: Readonly<Record<string, number>>[] = []
      for (const seed of CASCADE_SEEDS) splits.push(await abstainSplit(halve(rows, seed), chain, labels))
      tried.push({ name: `${chain.join(' -> ')}/${labels}`, splits })
    }
  }
  return tried
}

async function abstainSplit(
  { training, tested }: Halves,
  chain: readonly string[],
  labels: number | 'half',
): Promise<Readonly<Record<string, number>>> {
  const rows = labels === 'half' ? training : training.slice(0, labels)
  const calibrations = calibrateModels(rows, chain)
  const found = selectCuts(toCandidateRows(rows, calibrations) as CandidateRows[], {
    maxAbstention: ABSTENTION,
  })
  if (found === undefined) throw new Error('without a budget some cuts fit')
  const tally = await replayPolicy(tested, {
    models: chain,
    calibrations,
    createPolicy: () => createCascadePolicy({ stages: found.stages }),
  })
  const last = chain.at(-1) ?? ''
  const alone = 1 - qualityOf(tested, last)
  return {
    alone,
    error: 1 - tally.quality,
    reduction: 1 - (1 - tally.quality) / alone,
    abstained: tally.abstained,
    cost: tally.costUsd / costOf(tested, last),
  }
}

const KINDS: Readonly<Record<string, (rows: readonly Outcome[]) => Promise<readonly Tried[]>>> = {
  search: measureSearch,
  labels: measureLabels,
  'meta-verifier': measureVerifiers,
  quantile: measureQuantile,
  abstention: measureAbstention,
}

export const cascadeSearch: Section = createSection<Result>({
  name: 'cascade-search',
  issue: 4,
  cases: Object.keys(KINDS).flatMap((kind) => SETS.map((set) => `${kind}-${set}`)),
  measure: async (name) => {
    const at = name.lastIndexOf('-')
    const [kind, set] = [name.slice(0, at), name.slice(at + 1)]
    const rows = await readCascadeRows(set)
    const tried = await KINDS[kind]?.(rows)
    if (tried === undefined) throw new Error(`no case ${name}`)
    return { kind, set, rows: rows.length, dataHash: hashOf(rows), tried }
  },
  render: renderCascadeSearch,
})
