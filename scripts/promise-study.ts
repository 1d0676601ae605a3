/**
 * Are promises kept? One pair of models, measured on recorded outcomes:
 *
 *   node scripts/promise-study.ts <pair>         prints one JSON object
 *
 * A router is trained on some rows; the rest, scored by it, is taken as the whole of the traffic, so that the truth of every threshold is known
 * exactly and no noise of a test side blurs the verdict. Calibration rows are drawn from it with replacement: independent draws of that
 * traffic, as the guarantee assumes. A promise is broken when the threshold's true quality is below level * quality(large).
 * Five trainings, 200 draws each.
 */
import {
  createRiver,
  createRng,
  train,
  type Artifact,
  type Outcome,
  createQualityCurve,
  expectedCalibrationError,
  type QualityCurve,
  type Trials,
} from '@weir/core'
import { placeRows, scoreRows } from '../packages/core/src/calibrate.ts'
import { LEVELS } from '../packages/core/src/learn/calibration.ts'
import { poolCurves, type CurvePrior } from '../packages/core/src/learn/pool-curves.ts'
import { proveByHoeffdingBentkus, type PromiseTest } from '../packages/core/src/learn/promise-test.ts'
import { selectPromises } from '../packages/core/src/learn/select-promise.ts'
import { selectThresholds } from '../packages/core/src/learn/select-threshold.ts'
import { equalMassBins } from '../packages/core/src/math/equal-mass-bins.ts'
import { hashOf, readAnsweredRows, readPairRows, STUDIED, orderRows, type Studied } from './recorded.ts'

const TRAININGS = 5
const DRAWS = 200
const ASKED: readonly number[] = [0.8, 0.9, 0.95, 0.99]
const DELTAS: readonly number[] = [0.05, 0.1]
const FEW = 500

/** Shares of draws, means over draws. */
export interface Tally {
  readonly rule: 'promise' | 'hoeffding-bentkus' | 'estimate'
  readonly rows: number
  readonly level: number
  readonly delta: number
  draws: number
  broken: number
  kept: number
}

export interface Study {
  readonly name: string
  readonly pair: Studied['pair']
  readonly rows: number
  readonly dataHash: string
  readonly trainingRows: number
  readonly calibrationRows: number
  readonly tallies: readonly Tally[]
  /** Mean |delivered - asked| of estimates from 500 rows with the training curve, over the levels that bind. */
  readonly estimateError: number
  /** The same from the 500 rows alone. */
  readonly estimateErrorAlone: number
  /** Of p(small is good enough) on the traffic, mean over trainings. */
  readonly calibrationError: number
  /** Different thresholds among the levels of one calibration, least over trainings. */
  readonly operatingPoints: number
  /** Share of the variance of Z at level 0.95 that the scores explain, mean over trainings. */
  readonly explainedByScore: number
}

interface Traffic extends Trials {
  readonly labels: readonly number[]
  readonly curve: QualityCurve
}

interface Columns {
  readonly scores: Float64Array
  readonly small: Float64Array
  readonly large: Float64Array
}

async function scoreTraffic(artifact: Artifact, rows: readonly Outcome[]): Promise<Traffic> {
  const river = createRiver(artifact)
  const { scores, small, large } = await (artifact.services?.cascade === undefined ? scoreRows : placeRows)(
    river,
    rows,
  )
  const t = artifact.relaxation?.t ?? 0
  const labels = small.map((quality, i) => (quality >= (large[i] ?? 0) - t ? 1 : 0))
  return { scores, small, large, labels, curve: createQualityCurve({ scores, small, large }) }
}

/** Of the queries that are scored at all. */
function errorOf({ scores, labels }: Traffic): number {
  const scored = labels.flatMap((label, i) => ((scores[i] ?? 0) < 0 ? [] : [{ p: scores[i] ?? 0, label }]))
  return expectedCalibrationError(
    scored.map(({ p }) => p),
    scored.map(({ label }) => label),
  )
}

/** Share of the variance of Z that ten score bins explain, at the threshold that just keeps 0.95: all that control variates could take away. */
function explainedByScore(traffic: Traffic): number {
  const [point] = selectThresholds(traffic.curve, [0.95])
  const cut = point?.threshold ?? Number.POSITIVE_INFINITY
  const values = Array.from(traffic.large, (large, i) => {
    const isKept = (traffic.scores[i] ?? 0) >= cut
    return ((isKept ? traffic.small[i] : large) ?? 0) - 0.95 * large
  })
  const centre = mean(values)
  const explained = equalMassBins(traffic.scores, values, 10).map(
    ({ observed, count }) => count * (observed - centre) ** 2,
  )
  const total = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return explained.reduce((sum, part) => sum + part, 0) / total
}

function drawRows(traffic: Traffic, n: number, seed: number): Columns {
  const rng = createRng(seed)
  const columns = { scores: new Float64Array(n), small: new Float64Array(n), large: new Float64Array(n) }
  for (let i = 0; i < n; i++) {
    const row = rng.int(traffic.scores.length)
    columns.scores[i] = traffic.scores[row] ?? 0
    columns.small[i] = traffic.small[row] ?? 0
    columns.large[i] = traffic.large[row] ?? 0
  }
  return columns
}

/** True quality and share kept small of a threshold. */
function truthOf(
  { curve }: Traffic,
  threshold: number | null,
): { readonly quality: number; readonly kept: number } {
  let at = 0
  const cut = threshold ?? Number.POSITIVE_INFINITY
  let high = curve.thresholds.length - 1
  while (at < high) {
    const middle = (at + high + 1) >> 1
    if ((curve.thresholds[middle] ?? 0) >= cut) at = middle
    else high = middle - 1
  }
  return { quality: (curve.quality[at] ?? 0) / (curve.quality[0] ?? 1), kept: curve.costAdvantage[at] ?? 0 }
}

class Tallies {
  readonly all: Tally[] = []

  add(
    key: Omit<Tally, 'draws' | 'broken' | 'kept'>,
    truth: { readonly quality: number; readonly kept: number },
  ): void {
    let tally = this.all.find(
      (one) =>
        one.rule === key.rule && one.rows === key.rows && one.level === key.level && one.delta === key.delta,
    )
    if (tally === undefined) this.all.push((tally = { ...key, draws: 0, broken: 0, kept: 0 }))
    tally.draws += 1
    if (truth.quality < key.level - 1e-9) tally.broken += 1
    tally.kept += truth.kept
  }
}

interface Case {
  readonly traffic: Traffic
  readonly prior: CurvePrior
  readonly seed: number
  readonly rows: number
}

function judgePromises(tallies: Tallies, { traffic, prior, seed, rows }: Case): void {
  const drawn = drawRows(traffic, rows, seed)
  const rules: readonly (readonly [Tally['rule'], PromiseTest | undefined])[] = [
    ['promise', undefined],
    ['hoeffding-bentkus', proveByHoeffdingBentkus],
  ]
  for (const delta of DELTAS) {
    for (const [rule, test] of rules) {
      const options = { levels: ASKED, delta, prior, seed, ...(test === undefined ? {} : { test }) }
      for (const { quality, threshold } of selectPromises(drawn, options))
        tallies.add({ rule, rows, level: quality, delta }, truthOf(traffic, threshold))
    }
  }
  for (const { quality, threshold } of selectThresholds(createQualityCurve(drawn), ASKED))
    tallies.add({ rule: 'estimate', rows, level: quality, delta: 0 }, truthOf(traffic, threshold))
}

/** Distance between asked and delivered over the levels that bind: those that all small does not keep. */
function estimateErrors({ traffic, prior, seed }: Case, usePrior: boolean): readonly number[] {
  const drawn = drawRows(traffic, FEW, seed)
  const curve = usePrior ? poolCurves(drawn, prior) : createQualityCurve(drawn)
  const floor = truthOf(traffic, 0).quality
  return selectThresholds(
    curve,
    LEVELS.filter((level) => level > floor),
  ).map(({ quality, threshold }) => Math.abs(truthOf(traffic, threshold).quality - quality))
}

/** All draws of one training; the errors of estimates from the first of them. */
function drawAndJudge(
  tallies: Tallies,
  { traffic, prior, seed, rows }: Case,
): readonly Record<'pooled' | 'alone', readonly number[]>[] {
  return Array.from({ length: DRAWS }, (_, draw) => {
    const given = { traffic, prior, seed: 1000 * seed + draw, rows }
    judgePromises(tallies, given)
    judgePromises(tallies, { ...given, rows: FEW })
    if (draw >= DRAWS / TRAININGS) return { pooled: [], alone: [] }
    return { pooled: estimateErrors(given, true), alone: estimateErrors(given, false) }
  })
}

function priorOf({ services, trainingCurve: curve, training: { rows, meanQuality } }: Artifact): CurvePrior {
  const { cascade } = services ?? {}
  if (cascade === undefined) return { curve, rows, meanQuality }
  return { ...cascade, curve: cascade.trainingCurve }
}

/** Of the cascade where the rows hold answers to read, else of the router. */
export async function study(studied: Studied, policy: 'route' | 'cascade' = 'route'): Promise<Study> {
  const { name, pair, trainingRows, calibrationRows } = studied
  const policies = policy === 'cascade' ? [policy] : []
  const readRows = policy === 'cascade' ? readAnsweredRows : readPairRows
  const rows = await readRows(studied)
  const dataHash = hashOf(rows)
  const tallies = new Tallies()
  const [pooled, alone, calibration, points, explained]: number[][] = [[], [], [], [], []]
  for (let seed = 1; seed <= TRAININGS; seed++) {
    const order = orderRows(rows, `promise ${seed}`)
    const artifact = await train(order.slice(0, trainingRows), { pair, seed, dataHash, policies })
    const traffic = await scoreTraffic(artifact, order.slice(trainingRows))
    explained?.push(explainedByScore(traffic))
    const prior = priorOf(artifact)
    calibration?.push(errorOf(traffic))
    for (const errors of drawAndJudge(tallies, { traffic, prior, seed, rows: calibrationRows })) {
      pooled?.push(...errors.pooled)
      alone?.push(...errors.alone)
    }
    const levels = selectPromises(drawRows(traffic, calibrationRows, seed), {
      levels: LEVELS,
      delta: 0.05,
      prior,
      seed,
    })
    points?.push(new Set(levels.map(({ threshold }) => threshold)).size)
    process.stderr.write(`${name}: training ${seed} of ${TRAININGS} judged\n`)
  }
  return {
    name,
    pair,
    rows: rows.length,
    dataHash,
    trainingRows,
    calibrationRows,
    tallies: tallies.all,
    estimateError: mean(pooled),
    estimateErrorAlone: mean(alone),
    calibrationError: mean(calibration),
    operatingPoints: Math.min(...(points ?? [])),
    explainedByScore: mean(explained),
  }
}

function mean(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

if (import.meta.main) {
  const studied = STUDIED.find(({ name }) => name === process.argv[2])
  if (studied === undefined) {
    process.stderr.write(`name one of ${STUDIED.map(({ name }) => name).join(', ')}\n`)
    process.exitCode = 2
  } else process.stdout.write(`${JSON.stringify(await study(studied))}\n`)
}
