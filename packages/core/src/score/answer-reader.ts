/**
 * Answer reader: the learned answer scorer. It puts together what readers of the question said before, what they say of the answer's text,
 * how question and answer look together, and the signals:
 *
 *   p(model)     = sigmoid(bias + weights . (question readers, answer text, forest, signals))   for the small model and the large one
 *   pGoodEnough  = correct(sigmoid(slope (p(small) - p(large)) + intercept))
 *
 * The forest sees question and answer at once (their main directions, describeExchange, the signals), so it can tell that a long answer is
 * a bad sign in one subject and none in another. Signals enter tail-log transformed and held inside the range seen in training; one that
 * an answer does not carry counts as the mean.
 *
 * Source: FrugalGPT, arXiv:2305.05176 (a scorer on question and answer, trained on correctness); here the target is the artifact's label and
 * the model is small enough to run in a millisecond. Learned by learn/fit-answer-reader.ts. How the texts are read is the caller's (Sight).
 */
import type { Answer } from '../contract/answer.ts'
import type { Query } from '../contract/query.ts'
import type { SignalName, Signals } from '../contract/score.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { sigmoid } from '../math/logistic.ts'
import { correct, type Reliability } from '../math/reliability.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { transformSignal } from './tail-log.ts'

/** A signal as a predictor. */
export interface SignalColumn {
  readonly signal: SignalName
  /** Of the transformed signal over the training rows that carry it. */
  readonly mean: number
  readonly range: readonly [least: number, greatest: number]
}

export interface AnswerReader {
  readonly signals: readonly SignalColumn[]
  /** Two targets: quality of the small model and of the large one. Columns: Sight.dense, the exchange, the signals. */
  readonly forest: Forest
  /** Weights in the order of Sight, then the forest, then the signals. */
  readonly qualities: { readonly small: RidgeLogisticFit; readonly large: RidgeLogisticFit }
  readonly slope: number
  readonly intercept: number
  readonly reliability: Reliability
}

/** What the text readers made of one question and one answer. */
export interface Sight {
  /** What each reader says of the small model: those of the question, then that of the answer. */
  readonly small: readonly number[]
  readonly large: readonly number[]
  /** Main directions and surface of the question, of the answer, then the exchange. */
  readonly dense: Float32Array
}

/** An answer as a text to encode: what is visible, then what it calls. */
export function toAnswerQuery({ text, toolCalls = [] }: Answer): Query {
  const calls = toolCalls.map((call) => `${call.name} ${call.arguments}`)
  return {
    turns: [{ role: 'user', text: [text, ...calls].join('\n') }],
    tools: 0,
    images: 0,
    wantsJson: false,
  }
}

/** One number per column of `columns`. */
export function readSignalColumns(columns: readonly SignalColumn[], signals: Signals): Float32Array {
  return Float32Array.from(columns, ({ signal, mean, range: [least, greatest] }) => {
    const value = signals[signal]
    if (value === undefined) return mean
    const x = transformSignal(value, signal, 'tailLogTwoSided')
    return Number.isNaN(x) ? mean : Math.min(greatest, Math.max(least, x))
  })
}

/** Columns side by side. */
export function joinColumns(...parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** pGoodEnough. */
export function readAnswer(reader: AnswerReader, sight: Sight, signals: Signals): number {
  const columns = readSignalColumns(reader.signals, signals)
  const [small = 0, large = 0] = predictForest(reader.forest, joinColumns(sight.dense, columns), 0)
  return combineAnswer(reader, {
    small: [...sight.small, small, ...columns],
    large: [...sight.large, large, ...columns],
  })
}

/** All predictors of each model, in the order of AnswerReader.qualities. */
export interface AnswerReading {
  readonly small: readonly number[]
  readonly large: readonly number[]
}

export function combineAnswer(
  { qualities, slope, intercept, reliability }: Omit<AnswerReader, 'forest' | 'signals'>,
  reading: AnswerReading,
): number {
  return correct(reliability, sigmoid(slope * gapOfReading(qualities, reading) + intercept))
}

/** Expected quality gap, small minus large. */
export function gapOfReading({ small, large }: AnswerReader['qualities'], reading: AnswerReading): number {
  return qualityOf(reading.small, small) - qualityOf(reading.large, large)
}

function qualityOf(predictors: readonly number[], { weights, bias }: RidgeLogisticFit): number {
  return sigmoid(weights.reduce((sum, weight, j) => sum + weight * (predictors[j] ?? 0), bias))
}
