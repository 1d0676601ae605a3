/**
 * Rows -> report: replays every row through the river at each quality level and hands the decisions to core's evaluation. The same code
 * decides here as in the gateway; this file only feeds it.
 */
import {
  createReport,
  createTrialLog,
  probe,
  replay,
  spent,
  toPairOutcome,
  WeirError,
  type Choice,
  type Decision,
  type Estimates,
  type Features,
  type Outcome,
  type Report,
  type ReportOptions,
  type Replayed,
  type River,
  type Service,
} from '@weir/core'

/** Quality levels that every report decides at: wide where savings are large anyway, closer together near the large model. */
export const REPORTED_LEVELS: readonly number[] = [
  0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1,
]

export interface MeasureOptions extends ReportOptions {
  /** At least one. Default REPORTED_LEVELS. */
  readonly levels?: readonly number[]
  /** Policy whose decisions are measured. Default 'route'. */
  readonly policy?: 'route' | 'cascade'
  /** Relaxation t* of the artifact's label: what "good enough" means to it. Default 0. */
  readonly relaxation?: number
}

export interface Measured {
  readonly report: Report
  /** Rows left out because a model of the pair has no score there. */
  readonly rowsWithoutPair: number
  /** Rows left out because they hold no text to decide from. */
  readonly rowsWithoutText: number
}

interface Seen {
  rows: number
  withoutPair: number
  withoutText: number
  /** Judged rows by model. */
  readonly judged: Map<string, number>
}

/** Throws `data.empty` without rows, `data.model` when no row has a score of both models, `data.field` when none of those has text. */
export async function measureRiver(
  river: River,
  rows: AsyncIterable<Outcome> | Iterable<Outcome>,
  options: MeasureOptions,
): Promise<Measured> {
  const { levels = REPORTED_LEVELS, relaxation = 0, policy = 'route' } = options
  const decideAt = policy === 'route' ? routeAt : cascadeAt
  const readsAnswers = policy !== 'route'
  const recorder = createTrialLog({ pair: river.pair, levels, relaxation, readsAnswers })
  const seen: Seen = { rows: 0, withoutPair: 0, withoutText: 0, judged: new Map() }
  for await (const row of rows) {
    countModels(seen, row)
    if (toPairOutcome(row, river.pair) === undefined) {
      seen.withoutPair += 1
      continue
    }
    const decided = await decideAt(river, row, levels)
    if (decided === undefined) seen.withoutText += 1
    else recorder.add(decided.row, decided.score, decided.choices)
  }
  if (recorder.log.scores.length === 0) throw nothingToMeasure(river, seen, policy)
  return {
    report: createReport(recorder.log, options),
    rowsWithoutPair: seen.withoutPair,
    rowsWithoutText: seen.withoutText,
  }
}

interface Decided {
  readonly row: Outcome
  /** Where the query changes sides. */
  readonly score: number | null
  /** One per level. */
  readonly choices: readonly Choice[]
}

/** Undefined when the row holds no text. */
async function routeAt(river: River, row: Outcome, levels: readonly number[]): Promise<Decided | undefined> {
  const remembering = rememberFirst(river)
  const choices: Decision[] = []
  for (const quality of levels) {
    const replayed = await replay(remembering, row, { kind: 'quality', quality, policy: 'route' })
    if (replayed === undefined) return undefined
    choices.push(replayed.decision)
  }
  return { row, score: choices[0]?.score ?? null, choices }
}

/** Undefined when the row holds no text, or no answer of the small model that can be read. */
async function cascadeAt(
  river: River,
  row: Outcome,
  levels: readonly number[],
): Promise<Decided | undefined> {
  const { small } = river.pair
  const remembering = rememberFirst(river)
  const probed = await probe(remembering, row, 'cascade')
  if (probed === undefined) return undefined
  const choices: Choice[] = []
  for (const quality of levels) {
    const replayed = await replay(remembering, row, { kind: 'quality', quality, policy: 'cascade' })
    if (replayed === undefined) return undefined
    choices.push(toChoice(replayed, small))
  }
  // The answer that was read is one particular answer; the row's quality may be a mean over several.
  const { samples: _samples, ...outcome } = row.models[small] ?? {}
  const models = { ...row.models, [small]: { ...outcome, score: probed.smallQuality } }
  return { row: { ...row, models }, score: probed.unfamiliar ? null : probed.pGoodEnough, choices }
}

function toChoice({ decision, attempts, accepted }: Replayed, small: string): Choice {
  const wasted = attempts.find((attempt) => attempt.model === small && attempt !== accepted)
  const isKnown = attempts.every(({ costUsd }) => costUsd !== undefined)
  return {
    model: accepted?.model ?? decision.model,
    mode: decision.mode,
    threshold: decision.threshold,
    path: {
      costUsd: isKnown ? spent(attempts).usd : undefined,
      isWasted: wasted !== undefined,
      wastedUsd: wasted?.costUsd,
    },
  }
}

/** The river for one query: what its first pass saw and believed serves the other levels, which would compute the very same. */
export function rememberFirst(river: River): River {
  let features: Features | undefined
  let estimates: Estimates | undefined
  const { cascade } = river.services ?? {}
  return {
    ...river,
    ...(cascade === undefined ? {} : { services: { ...river.services, cascade: rememberAnswer(cascade) } }),
    encoder: { spec: river.encoder.spec, encode: (query) => (features ??= river.encoder.encode(query)) },
    estimator: {
      name: river.estimator.name,
      estimate: (seen) => (estimates ??= river.estimator.estimate(seen)),
    },
  }
}

/** A pair's cascade judges one answer, the small model's. */
function rememberAnswer(service: Service): Service {
  const { scoring } = service
  if (scoring === undefined) return service
  let believed: ReturnType<typeof scoring.estimator.estimate> | undefined
  return {
    ...service,
    scoring: {
      ...scoring,
      estimator: {
        ...scoring.estimator,
        estimate: (input) => (believed ??= scoring.estimator.estimate(input)),
      },
    },
  }
}

function countModels(seen: Seen, row: Outcome): void {
  seen.rows += 1
  for (const [model, { score, samples }] of Object.entries(row.models)) {
    if (score !== undefined || samples !== undefined)
      seen.judged.set(model, (seen.judged.get(model) ?? 0) + 1)
  }
}

/** Models named in an error message; a file may have hundreds. */
const NAMED_MODELS = 12

function nothingToMeasure(
  { pair }: River,
  { rows, withoutText, judged }: Seen,
  policy: 'route' | 'cascade',
): WeirError {
  if (rows === 0) return new WeirError('data.empty', 'the data has no rows; name a file with outcome rows')
  if (withoutText > 0 && policy === 'cascade') {
    return new WeirError(
      'data.field',
      `no row with scores of ${pair.small} and ${pair.large} holds a query and an answer of ${pair.small} to read; a cascade decides from ` +
        'both, so record them',
    )
  }
  if (withoutText > 0) {
    return new WeirError(
      'data.field',
      `no row with scores of ${pair.small} and ${pair.large} has a prompt or messages; a router decides from text, so record it`,
    )
  }
  const names = [...judged].sort(([, a], [, b]) => b - a).map(([model]) => model)
  const more = names.length > NAMED_MODELS ? ` and ${names.length - NAMED_MODELS} more` : ''
  const known = names.length === 0 ? 'no model at all' : `${names.slice(0, NAMED_MODELS).join(', ')}${more}`
  return new WeirError(
    'data.model',
    `no row has scores of both ${pair.small} and ${pair.large}, the artifact's pair; the rows have scores of ${known}. ` +
      'Use data of this pair, or an artifact trained for another',
  )
}
