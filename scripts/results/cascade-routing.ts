/**
 * Cascade routing against its parts: a utility router on the same ex ante estimates, and searched two-stage threshold cascades. All queries of
 * three tasks mixed, half of the questions for training, half for the test; every row goes through replay(), and every call is paid.
 *
 * Quality is read as the mean height of the hull of each system's settings over one range of costs: from the mean cost of the cheapest model to that
 * of the dearest one, on the tested rows. Nothing was chosen on the tested rows of the seeds reported.
 */
import { join } from 'node:path'
import {
  createCascadePolicy,
  createCascadeRoutingPolicy,
  createCascadeRoutingService,
  createConfidenceEstimator,
  createLexicalEncoder,
  createPoolRiver,
  createRng,
  createUtilityPolicy,
  familyThresholds,
  fitCascadeRouting,
  fitConfidence,
  queryFromOutcome,
  replayPool,
  searchCascades,
  weightsAt,
  type AnswerEstimator,
  type CandidateRows,
  type CascadeRoutingFit,
  type ConfidenceCalibration,
  type Encoder,
  type Estimates,
  type Estimator,
  type Features,
  type FoundCascade,
  type Outcome,
  type Policy,
  type PoolTrials,
  type River,
  type Service,
} from '@weir/core'
import { policyOptions } from '../../packages/core/src/cascade-routing-service.ts'
import { areaUnderHull, createConvexHull } from '../../packages/core/src/math/convex-hull.ts'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, placeOf } from '../recorded.ts'
import {
  FILE,
  MODELS,
  RESAMPLES,
  SEEDS,
  type Measured,
  type Result,
  type System,
} from './cascade-routing-cases.ts'
import { renderCascadeRouting } from './cascade-routing-page.ts'
import { createSection, mean, type Section } from './section.ts'

async function readRows(): Promise<readonly Outcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${FILE}.jsonl.gz`)])) rows.push(row)
  return rows
}

/** Looks each text up: a query is encoded and estimated once, however many settings serve it. */
function remember(
  rows: readonly Outcome[],
  { estimator }: Service,
): { encoder: Encoder; estimator: Estimator } {
  const lexical = createLexicalEncoder()
  const known = new Map<string, Features>()
  const believed = new Map<Features, Estimates>()
  for (const row of rows) {
    const query = queryFromOutcome(row)
    if (query !== undefined) known.set(JSON.stringify(query.turns), lexical.encode(query))
  }
  return {
    encoder: {
      ...lexical,
      encode: (query) => known.get(JSON.stringify(query.turns)) ?? lexical.encode(query),
    },
    estimator: {
      name: 'remembered',
      estimate: (features) => {
        const estimates = believed.get(features) ?? estimator!.estimate(features)
        believed.set(features, estimates)
        return estimates
      },
    },
  }
}

interface Bench {
  readonly fit: CascadeRoutingFit
  readonly training: readonly Outcome[]
  readonly tested: readonly Outcome[]
  readonly service: Service
  readonly seen: ReturnType<typeof remember>
}

function riverOf({ fit, service, seen }: Bench, policy: Policy, estimator?: AnswerEstimator): River {
  const scoring = estimator === undefined ? service.scoring : { scorers: [], estimator }
  const serving: Service = { ...service, scoring, estimator: seen.estimator, createPolicy: () => policy }
  return createPoolRiver(fit.parameters, { service: serving, encoder: seen.encoder })
}

async function replayAll(
  bench: Bench,
  policies: readonly Policy[],
  estimator?: AnswerEstimator,
): Promise<readonly PoolTrials[]> {
  const trials: PoolTrials[] = []
  for (const policy of policies)
    trials.push(await replayPool(riverOf(bench, policy, estimator), bench.tested))
  return trials
}

/** As many cascades as others have settings, at costs in equal ratios: the best found on the training rows for each. */
function selectCascades(found: readonly FoundCascade[], settings: number): readonly FoundCascade[] {
  const [least, most] = [found[0]?.costUsd ?? 1, found.at(-1)?.costUsd ?? 1]
  const budgets = Array.from({ length: settings }, (_, i) => least * (most / least) ** (i / (settings - 1)))
  const chosen = budgets.map((budget) => found.findLast(({ costUsd }) => costUsd <= budget * (1 + 1e-9)))
  return [...new Set(chosen.flatMap((one) => (one === undefined ? [] : [one])))]
}

function candidateRows(
  rows: readonly Outcome[],
  pGoodEnough: (row: Outcome, i: number, model: string) => number,
): readonly CandidateRows[] {
  return MODELS.map((model) => ({
    model,
    pGoodEnough: rows.map((row, i) => pGoodEnough(row, i, model)),
    quality: rows.map((row) => row.models[model]?.score ?? 0),
    costUsd: rows.map((row) => row.models[model]?.costUsd ?? 0),
  }))
}

function searchConfidence({ training }: Bench, settings: number): [readonly Policy[], AnswerEstimator] {
  const calibrations: Record<string, ConfidenceCalibration> = {}
  for (const model of MODELS) {
    const rows = training.flatMap((row) => {
      const { logprob: value, score: label } = row.models[model] ?? {}
      return value === undefined || label === undefined ? [] : [{ value, label }]
    })
    calibrations[model] = fitConfidence(rows, { signal: 'logprob' })
  }
  const estimator = createConfidenceEstimator(calibrations)
  const rows = candidateRows(training, (row, _, model) => {
    const { logprob } = row.models[model] ?? {}
    const input = { query: queryFromOutcome(row)!, features: NO_FEATURES, attempts: [{ model }] }
    return (
      estimator.estimate({ ...input, signals: logprob === undefined ? {} : { logprob } }).pGoodEnough ?? -1
    )
  })
  return [toPolicies(selectCascades(searchCascades(rows), settings)), estimator]
}

const NO_FEATURES: Features = {
  indices: new Uint32Array(),
  values: new Float32Array(),
  surface: new Float32Array(),
  truncated: false,
}

/** The same search on what cascade routing believes of an answer: a stronger baseline than its paper's. */
function searchEstimate({ fit }: Bench, settings: number): readonly Policy[] {
  const { models } = fit.parameters
  const rows = candidateRows(fit.rows, (_, i, model) => {
    const place = models.indexOf(model)
    return fit.heldOut(i, 2 ** place)[place] ?? -1
  })
  return toPolicies(selectCascades(searchCascades(rows), settings))
}

function toPolicies(found: readonly FoundCascade[]): readonly Policy[] {
  return found.map(({ stages }) => createCascadePolicy({ stages, onUnfamiliar: 'score' }))
}

async function replaySystems(bench: Bench): Promise<Readonly<Record<System, readonly PoolTrials[]>>> {
  const { parameters } = bench.fit
  const thresholds = familyThresholds(parameters)
  const [confident, confidence] = searchConfidence(bench, thresholds.length)
  const routing = (prefixOnly?: readonly string[]): readonly Policy[] =>
    thresholds.map((threshold) =>
      createCascadeRoutingPolicy({
        ...policyOptions(parameters),
        costWeights: weightsAt(parameters, threshold),
        ...(prefixOnly === undefined ? {} : { prefixOnly }),
      }),
    )
  const { models } = parameters
  const router = parameters.family.scales.map((costWeight) => createUtilityPolicy({ models, costWeight }))
  const always = models.map((model) => createUtilityPolicy({ models: [model], costWeight: 0 }))
  return {
    'single models': await replayAll(bench, always),
    router: await replayAll(bench, router),
    'searched cascade, confidence': await replayAll(bench, confident, confidence),
    'searched cascade, ex post estimate': await replayAll(bench, searchEstimate(bench, thresholds.length)),
    'cascade routing, prefixes only': await replayAll(bench, routing(models)),
    'cascade routing': await replayAll(bench, routing()),
  }
}

interface Curve {
  readonly cost: readonly number[]
  readonly quality: readonly number[]
}

function curveOf(trials: readonly PoolTrials[], copies: ArrayLike<number>, total: number): Curve {
  const weigh = (values: Float64Array): number =>
    values.reduce((sum, value, i) => sum + value * copies[i]!, 0) / total
  return {
    cost: trials.map(({ costUsd }) => weigh(costUsd)),
    quality: trials.map(({ quality }) => weigh(quality)),
  }
}

function areaOf({ cost, quality }: Curve, [from, to]: readonly [number, number]): number {
  const hull = createConvexHull(cost, quality)
  return areaUnderHull(hull, Math.max(from, hull.cost[0]!), to) / (to - from)
}

const STEPS = 1000

/** Trapezoids would do; a thousand points are as good and plainer. Beyond the dearest setting its own quality. */
function pathOf({ cost, quality }: Curve, [from, to]: readonly [number, number]): number {
  const order = [...cost.keys()].sort((a, b) => cost[a]! - cost[b]!)
  const heightAt = (at: number): number => {
    const above = order.findIndex((i) => cost[i]! >= at)
    if (above <= 0) return quality[order.at(above)!]!
    const [low, high] = [order[above - 1]!, order[above]!]
    return quality[low]! + ((at - cost[low]!) / (cost[high]! - cost[low]!)) * (quality[high]! - quality[low]!)
  }
  return mean(Array.from({ length: STEPS }, (_, i) => heightAt(from + ((i + 0.5) / STEPS) * (to - from))))
}

interface Test {
  /** Places of the tested rows in the data set. */
  readonly tested: readonly number[]
  readonly rows: number
}

/** How often each tested row counts in each draw of the whole data set. */
function drawCopies({ tested, rows }: Test): readonly Float64Array[] {
  return Array.from({ length: RESAMPLES }, (_, draw) => {
    const rng = createRng(draw)
    const copies = new Float64Array(rows)
    for (let k = 0; k < rows; k++) copies[rng.int(rows)]! += 1
    return Float64Array.from(tested, (k) => copies[k]!)
  })
}

function measureSystems(
  systems: Readonly<Record<System, readonly PoolTrials[]>>,
  test: Test,
): { readonly range: readonly [number, number]; readonly systems: Readonly<Record<System, Measured>> } {
  const once = new Float64Array(test.tested.length).fill(1)
  const rangeOf = (copies: Float64Array): readonly [number, number] => {
    const { cost } = curveOf(
      systems['single models'],
      copies,
      copies.reduce((sum, n) => sum + n, 0),
    )
    return [Math.min(...cost), Math.max(...cost)]
  }
  const draws = drawCopies(test)
  const measured = Object.entries(systems).map(([name, trials]): [string, Measured] => {
    const curve = curveOf(trials, once, once.length)
    const range = rangeOf(once)
    const drawn = draws.map((copies) =>
      areaOf(
        curveOf(
          trials,
          copies,
          copies.reduce((sum, n) => sum + n, 0),
        ),
        rangeOf(copies),
      ),
    )
    return [
      name,
      {
        area: areaOf(curve, range),
        path: pathOf(curve, range),
        highest: Math.max(...curve.quality),
        draws: drawn,
      },
    ]
  })
  return { range: rangeOf(once), systems: Object.fromEntries(measured) as Record<System, Measured> }
}

export async function measureSeed(seed: number): Promise<Result> {
  const rows = await readRows()
  const isTested = (row: Outcome): boolean => placeOf(row, `cascade-routing ${seed}`) >= 0.5
  const training = rows.filter((row) => !isTested(row))
  const places = [...rows.keys()].filter((k) => isTested(rows[k]!))
  const tested = places.map((k) => rows[k]!)
  const fit = await fitCascadeRouting(training, { models: MODELS, seed })
  // Levels are another section's; a query unlike the others is treated as any other by every system.
  const service = createCascadeRoutingService(fit.parameters, { onUnfamiliar: 'score' })
  const bench: Bench = { fit, training, tested, service, seen: remember(tested, service) }
  const measured = measureSystems(await replaySystems(bench), { tested: places, rows: rows.length })
  return {
    seed,
    trainingRows: training.length,
    testedRows: tested.length,
    ratios: fit.parameters.family.ratios,
    ...measured,
  }
}

export const cascadeRouting: Section = createSection({
  name: 'cascade-routing',
  issue: 4,
  cases: SEEDS.map((seed) => `seed-${seed}`),
  measure: (name) => measureSeed(Number(name.replace('seed-', ''))),
  render: renderCascadeRouting,
})
