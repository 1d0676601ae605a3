/**
 * Calibration on fresh rows: the same router, new quality levels, proven on rows that training has not seen. For other traffic than the
 * training rows', another day, or a promise that holds at any number of rows. Rows are scored by the code that serves.
 */
import type { Artifact } from './contract/artifact.ts'
import type { Pair } from './contract/candidate.ts'
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import { calibratePool } from './calibrate-pool.ts'
import { toPairOutcome } from './contract/pair-outcome.ts'
import { ALWAYS_LARGE, createCalibration, DEFAULT_DELTA } from './learn/calibration.ts'
import { embedQuery } from './embed.ts'
import { noJudgedRow } from './learn/examples.ts'
import { probe } from './probe.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver, type RiverOptions } from './river.ts'
import { decide, type River } from './serve.ts'

export interface CalibrateOptions {
  /** Binds the router to another pair of models: what `weir transfer` calls recalibrating. Default: the artifact's pair. */
  readonly pair?: Pair
  /** SHA-256 of the rows, hex. */
  readonly dataHash: string
  /** That of the artifact's training. Default: none. */
  readonly embedder?: Embedder
  /** UTC day, ISO 8601. Default: none is stored. */
  readonly date?: string
  /** Order in which the rows are bet on. Default 0. */
  readonly seed?: number
  /** Chance that the promise of a level is broken. Default 0.05. Range (0, 1). */
  readonly delta?: number
  /** Called every thousand rows; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (rows: number) => void | Promise<void>
}

/** Fewest rows worth calibrating on: below it hardly any level is provable. */
const MIN_ROWS = 50
const REPORT_EVERY = 1000

/**
 * A new artifact with the levels of `rows`. Throws `data.model` when no row has both models judged, `data.too_few` below 50 usable rows,
 * `data.seen` when they are the rows that it was trained on.
 */
export async function calibrate(
  artifact: Artifact,
  rows: readonly Outcome[],
  options: CalibrateOptions,
): Promise<Artifact> {
  if (options.dataHash === artifact.training.dataHash) {
    throw new WeirError(
      'data.seen',
      'these are the rows that the artifact was trained on; calibrate on rows that training has not seen',
    )
  }
  const { pool } = artifact
  const pair = options.pair ?? artifact.pair
  if (pool === undefined) return calibratePair(artifact, rows, { ...options, pair })
  if (pair.small !== artifact.pair.small || pair.large !== artifact.pair.large) throw notOfPool(pool)
  const { seed = 0, delta = DEFAULT_DELTA, date = null, ...rest } = options
  return calibratePool({ ...artifact, pool }, rows, { ...rest, seed, delta, date, leastRows: MIN_ROWS })
}

async function calibratePair(
  artifact: Artifact,
  rows: readonly Outcome[],
  { pair, ...options }: CalibrateOptions & { readonly pair: Pair },
): Promise<Artifact> {
  const trials = await scoreRows(createRiver({ ...artifact, pair }, toRiverOptions(options)), rows, options)
  if (trials.scores.length === 0) throw noJudgedRow(rows, pair)
  if (trials.scores.length < MIN_ROWS) {
    throw new WeirError(
      'data.too_few',
      `${trials.scores.length} rows have text and both models judged; calibration needs at least ${MIN_ROWS}, and some 500 to prove much`,
    )
  }
  const { trainingCurve, training } = artifact
  const isSamePair = pair.small === artifact.pair.small && pair.large === artifact.pair.large
  const calibration = createCalibration(trials, {
    source: 'held-out',
    isSamePair,
    prior: { curve: trainingCurve, rows: training.rows, meanQuality: training.meanQuality },
    dataHash: options.dataHash,
    date: options.date ?? null,
    seed: options.seed ?? 0,
    delta: options.delta ?? DEFAULT_DELTA,
  })
  if (isSamePair) return { ...artifact, calibration, ...(await calibrateServices(artifact, rows, options)) }
  // What reads answers was trained on the old small model's.
  const { services: _services, ...router } = artifact
  return { ...router, pair, training: { ...training, pair: training.pair ?? artifact.pair }, calibration }
}

function notOfPool({ members }: PoolArtifact): WeirError {
  const names = members.map(({ model }) => model).join(', ')
  return new WeirError(
    'cli.usage',
    `the artifact was trained for the pool of ${names} and cannot be bound to a pair; leave the pair out`,
  )
}

/** The same for the cascade, on the rows that hold an answer; its old levels stay when too few do. */
async function calibrateServices(
  artifact: Artifact,
  rows: readonly Outcome[],
  options: CalibrateOptions,
): Promise<Pick<Artifact, 'services'>> {
  const { services } = artifact
  const { cascade } = services ?? {}
  if (cascade === undefined) return {}
  const trials = await placeRows(createRiver(artifact, toRiverOptions(options)), rows, options)
  if (trials.scores.length < MIN_ROWS) return {}
  const { trainingCurve: curve, rows: trained, meanQuality } = cascade
  const calibration = createCalibration(trials, {
    source: 'held-out',
    prior: { curve, rows: trained, meanQuality },
    dataHash: options.dataHash,
    date: options.date ?? null,
    seed: options.seed ?? 0,
    delta: options.delta ?? DEFAULT_DELTA,
  })
  return { services: { ...services, cascade: { ...cascade, calibration } } }
}

function toRiverOptions({ embedder }: CalibrateOptions): RiverOptions {
  return embedder === undefined ? {} : { embedder }
}

/** Columns of equal length, one entry per usable row. */
export interface ScoredRows {
  /** ALWAYS_LARGE where no score could be made or the query is unlike the training rows. */
  readonly scores: readonly number[]
  readonly small: readonly number[]
  readonly large: readonly number[]
}

/** What calibration needs of rows with text and both models judged; others are passed over. Scored by the code that serves. */
export async function scoreRows(
  river: River,
  rows: readonly Outcome[],
  options: Pick<CalibrateOptions, 'onProgress'> = {},
): Promise<ScoredRows> {
  return collect(rows, options, async (row) => {
    const outcome = toPairOutcome(row, river.pair)
    const asked = queryFromOutcome(row)
    if (outcome === undefined || asked === undefined) return undefined
    const query = river.embedder === undefined ? asked : await embedQuery(river.embedder, asked)
    // The score does not depend on the cut-off; any would do.
    const { score, unfamiliar } = decide(river, query, { kind: 'threshold', threshold: 0 })
    const { smallQuality: small, largeQuality: large } = outcome
    return { score: unfamiliar ? ALWAYS_LARGE : (score ?? ALWAYS_LARGE), small, large }
  })
}

/** As scoreRows, for the cascade: where each query changes sides, with the quality of the very answer that was read. */
export async function placeRows(
  river: River,
  rows: readonly Outcome[],
  options: Pick<CalibrateOptions, 'onProgress'> = {},
): Promise<ScoredRows> {
  return collect(rows, options, async (row) => {
    const outcome = toPairOutcome(row, river.pair)
    const probed = outcome === undefined ? undefined : await probe(river, row, 'cascade')
    if (outcome === undefined || probed === undefined) return undefined
    const { place, unfamiliar, smallQuality: small } = probed
    return { score: unfamiliar ? ALWAYS_LARGE : place, small, large: outcome.largeQuality }
  })
}

interface ScoredRow {
  readonly score: number
  readonly small: number
  readonly large: number
}

/** Rows for which `read` gives nothing are passed over. */
async function collect(
  rows: readonly Outcome[],
  { onProgress }: Pick<CalibrateOptions, 'onProgress'>,
  read: (row: Outcome) => ScoredRow | undefined | Promise<ScoredRow | undefined>,
): Promise<ScoredRows> {
  const [scores, small, large]: [number[], number[], number[]] = [[], [], []]
  for (const [i, row] of rows.entries()) {
    if (i % REPORT_EVERY === 0) await onProgress?.(i)
    const scored = await read(row)
    if (scored === undefined) continue
    scores.push(scored.score)
    small.push(scored.small)
    large.push(scored.large)
  }
  return { scores, small, large }
}
