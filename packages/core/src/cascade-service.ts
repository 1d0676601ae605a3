/**
 * The cascade of an artifact as a service (serve.ts): its scorers, its answer reader, and its policy at each operating point. Composes
 * estimate's sight of text, score's reader and decide's policy, which do not know each other.
 */
import type { Artifact } from './contract/artifact.ts'
import type { Pair } from './contract/candidate.ts'
import type { OperatingPoint } from './contract/decision.ts'
import { WeirError } from './contract/errors.ts'
import type { Encoder } from './contract/features.ts'
import type { Policy } from './contract/policy.ts'
import {
  SIGNALS,
  type AnswerEstimator,
  type AnswerEstimatorInput,
  type Scorer,
  type SignalName,
} from './contract/score.ts'
import type { CascadeArtifact } from './contract/service-artifact.ts'
import { missing, number, numbers, record } from './contract/stored-fields.ts'
import { draftAt, scoreCascade } from './decide/cascade-family.ts'
import { createCascadePolicy, type CascadeStage } from './decide/cascade.ts'
import { fromStoredForest } from './estimate/stored-forest.ts'
import { fromStoredTextReader } from './estimate/stored-text-reader.ts'
import type { RidgeLogisticFit } from './math/ridge-logistic.ts'
import { readAnswer, type AnswerReader, type SignalColumn } from './score/answer-reader.ts'
import { createSight, type Readers } from './sight.ts'
import type { Service } from './serve.ts'

export interface CascadeServiceOptions {
  readonly encoder: Encoder
  /** The readers of the artifact's own estimator. */
  readonly question: Readers['question']
  /** For the signals that the reader was trained on and answers do not carry by themselves. */
  readonly scorers?: readonly Scorer[]
  readonly onUnfamiliar: 'large' | 'score'
  readonly onScorerFailure: 'escalate' | 'accept'
}

/** Throws `artifact.truncated` when parameters are damaged. */
export function createCascadeService(
  artifact: Artifact,
  cascade: CascadeArtifact,
  options: CascadeServiceOptions,
): Service {
  const { pair } = artifact
  const { calibration, family } = cascade
  const { onUnfamiliar, onScorerFailure, scorers = [] } = options
  return {
    levels: calibration.levels,
    confidence: 1 - calibration.delta,
    stages: [pair.small, pair.large],
    scoring: { scorers, estimator: createReaderEstimator(artifact, cascade, options) },
    probe: {
      policy: createCascadePolicy({ stages: toStages(pair, 1), onUnfamiliar: 'score' }),
      place: (believed) => scoreCascade(family, believed),
    },
    createPolicy({ threshold, mode }: OperatingPoint): Policy {
      const stages = toStages(pair, threshold ?? 1)
      return createCascadePolicy({
        stages,
        onUnfamiliar,
        onScorerFailure,
        ...(threshold === null
          ? { noThresholdReason: mode === 'promise' ? 'level_not_provable' : 'level_not_feasible' }
          : { draft: draftAt(family, threshold) }),
      })
    },
  }
}

function toStages({ small, large }: Pair, accept: number): readonly CascadeStage[] {
  return [
    { model: small, accept },
    { model: large, accept: 0 },
  ]
}

/** Reads the small model's answers; of another model's it believes nothing. */
function createReaderEstimator(
  { pair, encoder: spec }: Artifact,
  { estimator: stored, signals }: CascadeArtifact,
  { encoder, question }: CascadeServiceOptions,
): AnswerEstimator {
  if (stored.name !== 'answer-reader') {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's cascade has answer estimator ${stored.name}, which this weir does not know; train it again`,
    )
  }
  const parameters = record(stored.parameters, 'services.cascade')
  const answer = fromStoredTextReader(parameters['text'], spec)
  const sight = createSight({ encoder, question, answer })
  const reader = toReader(parameters)
  return {
    name: 'answer-reader',
    signals,
    estimate({ query, features, attempts, signals: read }: AnswerEstimatorInput) {
      const attempt = attempts.at(-1)
      if (attempt === undefined || attempt.model !== pair.small) return { pGoodEnough: null }
      const said = attempt.answers?.[attempt.best ?? 0]
      if (said === undefined && Object.keys(read).length === 0) return { pGoodEnough: null }
      const seen = sight({ query, features, answer: said ?? { text: '' } })
      return { pGoodEnough: readAnswer(reader, seen, read) }
    },
  }
}

/** Targets of the forest: the small model and the large one. */
const MODELS = 2
/** Readers of the question, reader of the answer, forest. */
const PREDICTORS = 5

function toReader(stored: Readonly<Record<string, unknown>>): AnswerReader {
  const qualities = record(stored['qualities'], 'services.cascade.qualities')
  const reliability = record(stored['reliability'], 'services.cascade.reliability')
  const knots = Array.isArray(reliability['knots']) ? reliability['knots'].length : 0
  const signals = readSignals(stored['signals'])
  const readFit = (side: string): RidgeLogisticFit => {
    const where = `services.cascade.qualities.${side}`
    const { weights, bias } = record(qualities[side], where)
    return { weights: numbers(weights, where, PREDICTORS + signals.length), bias: number(bias, where) }
  }
  return {
    signals,
    forest: fromStoredForest(stored['forest'], MODELS),
    qualities: { small: readFit('small'), large: readFit('large') },
    slope: number(stored['slope'], 'services.cascade.slope'),
    intercept: number(stored['intercept'], 'services.cascade.intercept'),
    reliability: {
      knots: numbers(reliability['knots'], 'services.cascade.reliability', knots),
      values: numbers(reliability['values'], 'services.cascade.reliability', knots),
    },
  }
}

function readSignals(stored: unknown): readonly SignalColumn[] {
  if (!Array.isArray(stored)) throw missing('services.cascade.signals')
  return stored.map((one: unknown): SignalColumn => {
    const where = 'services.cascade.signals'
    const { signal, mean, range } = record(one, where)
    if (typeof signal !== 'string' || !Object.hasOwn(SIGNALS, signal)) throw missing(where)
    const [least = 0, greatest = 0] = numbers(range, where, 2)
    return { signal: signal as SignalName, mean: number(mean, where), range: [least, greatest] }
  })
}
