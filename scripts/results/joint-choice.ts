/**
 * Best-of-n with model and n chosen together, against every fixed choice, each replayed at a sweep of thresholds:
 *
 *   joint      all arms
 *   n = …      the same predictions, arms of that n alone: a router between models with a fixed number of samples
 *   fixed      no look at the query: every (model, n) for all queries, and the best mixtures of them and the reference. Picked on the training rows,
 *              which is what one could deploy, and with hindsight on the tested ones
 */
import {
  createBestOfNService,
  createLexicalEncoder,
  priceArms,
  queryFromOutcome,
  replay,
  trainBestOfN,
  type ArmEstimate,
  type Encoder,
  type Estimator,
  type Estimates,
  type Features,
  type Outcome,
  type Policy,
  type Query,
  type River,
  type Service,
  type StoredBestOfN,
} from '@weir/core'
import { hullOf, type Point } from './plane-heights.ts'
import { candidateOf, type Billing, type SampledCase, type SampledSplit } from './samples.ts'
import { mean } from './section.ts'

/** One operating point on every test row. */
export interface Served {
  readonly costUsd: Float64Array
  readonly quality: Float64Array
}

/** By name; a fixed arm has one point, the others one per threshold, from dear to cheap. */
export type Systems = Readonly<Record<string, readonly Served[]>>

export interface Joint {
  readonly systems: Systems
  /** Names of the fixed arms that the best mixtures use, by the training rows. */
  readonly deployed: readonly string[]
  /** Expected cost of each arm on each test row, as the policy sees it, by the name of the fixed arm; only arms cheaper than the reference. */
  readonly expectedUsd: Readonly<Record<string, Float64Array>>
}

/** Log prices of the sweep, as those of the levels but coarser. */
const STEPS = 16
const SWEEP: readonly number[] = [
  1,
  ...Array.from({ length: STEPS }, (_, i) => 1 / (1 + Math.exp(-6 + (8.5 * i) / (STEPS - 1)))),
  0,
]

const LEXICAL = createLexicalEncoder()

export async function measureJoint(
  of: SampledCase,
  { seed, training, testRows }: SampledSplit,
  { billing, samples }: { readonly billing: Billing; readonly samples: readonly number[] },
): Promise<Joint> {
  const { models, reference } = of
  const candidates = [...models, reference].map((model) => candidateOf(model, billing))
  const stored = trainBestOfN(training, { models, reference, samples, seed, candidates })
  const remembered = rememberAll(stored)
  const run = (rule: StoredBestOfN['rule'], only: (arm: ArmEstimate) => boolean): Promise<Served[]> => {
    const service = createBestOfNService({ ...stored, rule }, LEXICAL.spec)
    const { encoder, estimator } = narrow(remembered, only)
    const river = createRiver(of, candidates, encoder)
    const cuts = rule === 'cheapest' ? readCuts(training, remembered) : SWEEP
    return sweep(river, { ...service, estimator }, { rows: testRows, cuts })
  }
  const systems: Record<string, readonly Served[]> = {
    joint: await run('value', () => true),
    cheapest: await run('cheapest', () => true),
  }
  for (const n of samples) systems[`n = ${n}`] = await run('value', (arm) => arm.samples === n)
  const { scoring } = createBestOfNService(stored, LEXICAL.spec)
  const arms = models.flatMap((model) => samples.map((n) => ({ model, samples: n })))
  const seen: (Point & { readonly name: string })[] = []
  for (const arm of [...arms, { model: reference, samples: 1 }]) {
    const service = { ...UNPROVEN, scoring, createPolicy: () => createFixedPolicy(arm) }
    const river = createRiver(of, candidates, remembered.encoder)
    const name = `fixed ${arm.model} x${arm.samples}`
    systems[name] = await sweep(river, service, { rows: testRows, cuts: [0] })
    for (const { costUsd, quality } of await sweep(river, service, { rows: training, cuts: [0] })) {
      seen.push({ name, cost: mean([...costUsd]), quality: mean([...quality]) })
    }
  }
  return {
    systems,
    deployed: hullOf(seen).map(({ name }) => name),
    expectedUsd: expectCosts(stored, testRows, { candidates, arms }),
  }
}

/** NaN on rows where the arm is not cheaper than the reference. */
function expectCosts(
  { reference, uses }: StoredBestOfN,
  rows: readonly Outcome[],
  {
    candidates,
    arms,
  }: Pick<River, 'candidates'> & { readonly arms: readonly Pick<ArmEstimate, 'model' | 'samples'>[] },
): Record<string, Float64Array> {
  const believed = arms.map((arm) => ({ ...arm, pGoodEnough: 1, gap: 0 }))
  const costs = Object.fromEntries(
    arms.map(({ model, samples }): [string, Float64Array] => [
      `fixed ${model} x${samples}`,
      new Float64Array(rows.length).fill(Number.NaN),
    ]),
  )
  rows.forEach((row, i) => {
    const query = queryFromOutcome(row)
    if (query === undefined) return
    const state = { query, candidates, estimates: { pSmall: 1, arms: believed } }
    for (const { model, samples, costUsd } of priceArms(state, { reference, uses })) {
      costs[`fixed ${model} x${samples}`]?.fill(costUsd, i, i + 1)
    }
  })
  return costs
}

interface Remembered {
  readonly encoder: Encoder
  readonly estimator: Estimator
}

/** The stored estimator; each text is encoded and estimated once. */
function rememberAll(stored: StoredBestOfN): Remembered {
  const { estimator } = createBestOfNService(stored, LEXICAL.spec)
  const features = new Map<string, Features>()
  const estimates = new Map<Features, Estimates>()
  return {
    encoder: {
      spec: LEXICAL.spec,
      encode(query: Query): Features {
        const text = query.turns.map((turn) => turn.text).join('\n')
        const seen = features.get(text) ?? LEXICAL.encode(query)
        features.set(text, seen)
        return seen
      },
    },
    estimator: {
      name: 'remembered',
      estimate(seen: Features): Estimates {
        const known = estimates.get(seen) ?? estimator?.estimate(seen) ?? { pSmall: 0 }
        estimates.set(seen, known)
        return known
      },
    },
  }
}

/** Cuts of the paper's rule: quantiles of what the training rows' arms are given, from none qualifies to all do. */
function readCuts(training: readonly Outcome[], { encoder, estimator }: Remembered): readonly number[] {
  const chances = training
    .flatMap((row) => queryFromOutcome(row) ?? [])
    .flatMap((query) => estimator.estimate(encoder.encode(query)).arms ?? [])
    .map(({ pGoodEnough }) => pGoodEnough)
    .toSorted((a, b) => b - a)
  const inner = Array.from(
    { length: STEPS },
    (_, i) => chances[Math.floor(((i + 0.5) * chances.length) / STEPS)],
  )
  return [1, ...inner.map((cut) => cut ?? 0), 0]
}

function narrow({ encoder, estimator }: Remembered, only: (arm: ArmEstimate) => boolean): Remembered {
  return {
    encoder,
    estimator: {
      name: 'narrowed',
      estimate(seen: Features): Estimates {
        const { arms = [], ...rest } = estimator.estimate(seen)
        // All test rows are like the training rows: what unfamiliar queries do to the axis is not the question here.
        return { ...rest, isUnfamiliar: false, arms: arms.filter(only) }
      },
    },
  }
}

/** One arm for every query, whatever it costs. */
function createFixedPolicy({ model, samples }: Pick<ArmEstimate, 'model' | 'samples'>): Policy {
  return {
    name: 'fixed',
    next: ({ attempts }) =>
      attempts.length > 0
        ? { kind: 'accept', attempt: 0 }
        : {
            kind: 'call',
            model,
            samples,
            propensity: 1,
            reason: 'model_named',
            ranking: [model],
            ...(samples > 1 ? { readsAnswer: true } : {}),
          },
  }
}

const UNPROVEN = { levels: { promise: [], estimate: [] }, confidence: 0.95 } as const

function createRiver(of: SampledCase, candidates: River['candidates'], encoder: Encoder): River {
  return {
    ...UNPROVEN,
    pair: { small: of.models[0] ?? '', large: of.reference },
    candidates,
    encoder,
    estimator: { name: 'none', estimate: () => ({ pSmall: 0 }) },
    mode: 'estimate',
    policy: 'best-of-n',
  }
}

async function sweep(
  river: River,
  service: Service,
  { rows, cuts }: { readonly rows: readonly Outcome[]; readonly cuts: readonly number[] },
): Promise<Served[]> {
  const points: Served[] = []
  for (const threshold of cuts) {
    const point = {
      quality: 1,
      mode: 'estimate',
      threshold,
      expectedCostAdvantage: 0,
      expectedQuality: 1,
    } as const
    const levels = { promise: [], estimate: [point] }
    points.push(await serveAll({ ...river, services: { 'best-of-n': { ...service, levels } } }, rows))
  }
  return points
}

async function serveAll(river: River, rows: readonly Outcome[]): Promise<Served> {
  const served = { costUsd: new Float64Array(rows.length), quality: new Float64Array(rows.length) }
  for (const [i, row] of rows.entries()) {
    const done = await replay(river, row, { kind: 'quality', quality: 1 })
    if (done?.accepted?.quality === undefined) throw new Error(`${row.id} has no answer`)
    served.quality[i] = done.accepted.quality
    served.costUsd[i] = done.attempts.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0)
  }
  return served
}
