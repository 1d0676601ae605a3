/**
 * Agreement of samples as the signal of a cascade, against what a cascade of a single sample can decide by. Everything is replayed: at a cut of 0
 * every draft is given, at a cut of 1 every one is escalated; between them the replayed chance decides, which is checked at its median.
 *
 * Calls are counted one per sample. Two axes on which systems meet: the share escalated, which is equal calls of each model when every
 * system draws k drafts (a single-sample one can read but the first); and money at list prices, where a single-sample system turns the
 * drafts that it does not draw into calls of the large model, and, deciding by the query alone, pays for no draft that is thrown away.
 */
import {
  createAgreementScorer,
  createCascadePolicy,
  createConfidenceEstimator,
  createLexicalEncoder,
  createPluralitySelector,
  createRiver,
  fitConfidence,
  replay,
  train,
  type ConfidenceCalibration,
  type Outcome,
  type RecordedAttempt,
  type River,
  type Sample,
  type Scoring,
  type Signals,
} from '@weir/core'
import { hashOf } from '../recorded.ts'
import { candidateOf, type Billing, type SampledCase, type SampledSplit } from './samples.ts'
import { mean } from './section.ts'

/** Columns, one entry per test row. */
export interface CascadeTrials {
  readonly scores: readonly number[]
  readonly small: readonly number[]
  readonly large: readonly number[]
  /** What the query costs when the draft is given, and when it is not. */
  readonly keptUsd: readonly number[]
  readonly escalatedUsd: readonly number[]
}

const ENCODER = createLexicalEncoder()

interface Draft {
  readonly of: SampledCase
  readonly samples: number
  readonly billing: Billing
  readonly scoring: Scoring
}

function createCascadeRiver({ of, samples, billing, scoring }: Draft, accept: number): River {
  const small = of.models[0] ?? ''
  const point = { quality: 1, threshold: accept, expectedCostAdvantage: 0, expectedQuality: 1 }
  const stages = [
    { model: small, samples, accept },
    { model: of.reference, accept: 0 },
  ]
  return {
    pair: { small, large: of.reference },
    candidates: [candidateOf(small, billing), candidateOf(of.reference, billing)],
    encoder: ENCODER,
    estimator: { name: 'none', estimate: () => ({ pSmall: 0.5 }) },
    levels: { promise: [], estimate: [] },
    mode: 'estimate',
    confidence: 0.95,
    policy: 'cascade',
    services: {
      cascade: {
        levels: { promise: [], estimate: [{ ...point, mode: 'estimate' }] },
        confidence: 0.95,
        scoring,
        createPolicy: () => createCascadePolicy({ stages }),
      },
    },
  }
}

interface Served {
  readonly draft: RecordedAttempt
  readonly quality: number
  readonly costUsd: number
}

async function serveRow(river: River, row: Outcome): Promise<Served> {
  const done = await replay(river, row, { kind: 'quality', quality: 1 })
  const draft = done?.attempts[0]
  if (done?.accepted?.quality === undefined || draft === undefined) throw new Error(`${row.id} has no answer`)
  const costUsd = done.attempts.reduce((sum, attempt) => sum + (attempt.costUsd ?? 0), 0)
  return { draft, quality: done.accepted.quality, costUsd }
}

async function serveRows(river: River, rows: readonly Outcome[]): Promise<readonly Served[]> {
  const served: Served[] = []
  for (const row of rows) served.push(await serveRow(river, row))
  return served
}

/** Replays everything kept, everything escalated, and at the median chance, where the trials must say the same. */
async function measureDraft(draft: Draft, rows: readonly Outcome[]): Promise<CascadeTrials> {
  const kept = await serveRows(createCascadeRiver(draft, 0), rows)
  const escalated = await serveRows(createCascadeRiver(draft, 1), rows)
  const trials: CascadeTrials = {
    scores: kept.map((one) => one.draft.score?.pGoodEnough ?? 0),
    small: kept.map(({ quality }) => quality),
    large: escalated.map(({ quality }) => quality),
    keptUsd: kept.map(({ costUsd }) => costUsd),
    escalatedUsd: escalated.map(({ costUsd }) => costUsd),
  }
  const median = trials.scores.toSorted((a, b) => a - b)[trials.scores.length >> 1] ?? 0.5
  const middle = await serveRows(createCascadeRiver(draft, median), rows)
  middle.forEach(({ quality }, i) => {
    const said = (trials.scores[i] ?? 0) >= median ? trials.small[i] : trials.large[i]
    if (said !== quality) throw new Error('the trials do not say what a replay does')
  })
  return trials
}

/** The plurality answer of k samples, given where enough of them agree. Calibrated on the training rows. */
export async function measureAgreement(
  of: SampledCase,
  { training, testRows }: SampledSplit,
  { samples, billing }: Pick<Draft, 'samples' | 'billing'>,
): Promise<CascadeTrials> {
  const reading = (perModel: Readonly<Record<string, ConfidenceCalibration>>): Draft => ({
    of,
    samples,
    billing,
    scoring: {
      scorers: [createAgreementScorer()],
      estimator: createConfidenceEstimator(perModel),
      selector: createPluralitySelector(),
    },
  })
  const learnt = await serveRows(createCascadeRiver(reading({}), 0), training)
  const calibration = fitConfidence(
    learnt.map(({ draft, quality }) => ({ value: draft.score?.signals.agreement ?? 0, label: quality })),
    { signal: 'agreement', transform: 'plain' },
  )
  return measureDraft(reading({ [of.models[0] ?? '']: calibration }), testRows)
}

interface Trained {
  readonly river: River
  readonly scoring: Scoring
}

/** The answer reader of a trained cascade, on rows as if each small model's outcome were the one given. */
async function trainReader(
  { models, reference }: SampledCase,
  learning: readonly Outcome[],
  seed: number,
): Promise<Trained> {
  const artifact = await train(learning, {
    pair: { small: models[0] ?? '', large: reference },
    seed,
    dataHash: hashOf(learning),
    policies: ['cascade'],
    method: 'prob',
  })
  const river = createRiver(artifact, {
    mode: 'estimate',
    onUnfamiliar: 'score',
    scorers: [createAgreementScorer()],
  })
  const scoring = river.services?.cascade?.scoring
  if (scoring === undefined) throw new Error('training gave no cascade')
  return { river, scoring }
}

/** What one sample can be judged by: the query alone (a router: no draft is thrown away), and the query with that sample's text. */
export async function measureSingle(
  of: SampledCase,
  { seed, training, testRows }: SampledSplit,
  billing: Billing,
): Promise<{ readonly query: CascadeTrials; readonly text: CascadeTrials }> {
  const small = of.models[0] ?? ''
  const { river, scoring } = await trainReader(
    of,
    training.map((row) => toRead(row, small, row.models[small]?.samples?.[0] ?? {})),
    seed,
  )
  const single = testRows.map((row) => toRead(row, small, row.models[small]?.samples?.[0] ?? {}))
  const text = await measureDraft({ of, samples: 1, billing, scoring }, single)
  const scores: number[] = []
  for (const row of single) {
    scores.push((await replay(river, row, { kind: 'threshold', threshold: 0.5 }))?.decision.score ?? 0)
  }
  const means = testRows.map((row) => mean((row.models[small]?.samples ?? []).map((one) => one.score ?? 0)))
  const escalatedUsd = text.escalatedUsd.map((usd, i) => usd - (text.keptUsd[i] ?? 0))
  return { text, query: { ...text, scores, small: means, escalatedUsd } }
}

/** The plurality answer of k samples, judged by the same reader, which sees their agreement beside query and text. */
export async function measureReadAgreement(
  of: SampledCase,
  { seed, training, testRows }: SampledSplit,
  { samples, billing }: Pick<Draft, 'samples' | 'billing'>,
): Promise<CascadeTrials> {
  const small = of.models[0] ?? ''
  const selector = createPluralitySelector()
  const scorers = [createAgreementScorer()]
  const unjudged: Draft = {
    of,
    samples,
    billing,
    scoring: { scorers, selector, estimator: createConfidenceEstimator({}) },
  }
  const voted = await serveRows(createCascadeRiver(unjudged, 0), training)
  const learning = training.map((row, i) => {
    const draft = voted[i]?.draft
    return toRead(row, small, row.models[small]?.samples?.[draft?.best ?? 0] ?? {}, draft?.score?.signals)
  })
  const { scoring } = await trainReader(of, learning, seed)
  return measureDraft({ of, samples, billing, scoring: { ...scoring, scorers, selector } }, testRows)
}

/** The row as if the small model had given this answer, with these signals. */
function toRead(
  row: Outcome,
  small: string,
  { response, answer, score }: Sample,
  signals?: Signals,
): Outcome {
  const { samples: _all, ...rest } = row.models[small] ?? {}
  const one = {
    ...rest,
    ...(response === undefined ? {} : { response }),
    ...(answer === undefined ? {} : { answer }),
    ...(score === undefined ? {} : { score }),
    ...(signals === undefined ? {} : { signals }),
  }
  return { ...row, models: { ...row.models, [small]: one } }
}
