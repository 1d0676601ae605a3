/** Cases and results of the section on confidence signals. */
import type { Interval } from '@weir/core'
import type { OtherResult } from './cascade-other-signals.ts'

export const SEED = 1
export const RESAMPLES = 1000

/** The figures to be reproduced. In which order they took equal log-probabilities is not known. */
export interface Published {
  readonly at20: number
  readonly at50: number
  readonly apgr: number
  /** Least share escalated that reaches the strong model. */
  readonly least: number
}

export interface CurveCase {
  readonly name: string
  readonly category: 'mmlu' | 'triviaqa'
  readonly small: string
  readonly large: string
  readonly published: Published
}

const LLAMA = { small: 'llama3.1-8b', large: 'llama3.1-405b' } as const
const GPT = { small: 'gpt-4o-mini', large: 'gpt-4o' } as const

export const CURVES: readonly CurveCase[] = [
  {
    name: 'mmlu-llama',
    category: 'mmlu',
    ...LLAMA,
    published: { at20: 0.7231, at50: 0.808, apgr: 0.696, least: 0.85 },
  },
  {
    name: 'mmlu-gpt4o',
    category: 'mmlu',
    ...GPT,
    published: { at20: 0.7903, at50: 0.8347, apgr: 0.784, least: 0.51 },
  },
  {
    name: 'triviaqa-llama',
    category: 'triviaqa',
    ...LLAMA,
    published: { at20: 0.88, at50: 0.94, apgr: 0.805, least: 0.6 },
  },
  {
    name: 'triviaqa-gpt4o',
    category: 'triviaqa',
    ...GPT,
    published: { at20: 0.951, at50: 0.961, apgr: 0.89, least: 0.65 },
  },
]

export interface CurveStatistics {
  readonly at20: number
  readonly at50: number
  readonly apgr: number
}

export interface CurveResult {
  readonly kind: 'curve'
  readonly of: CurveCase
  readonly rows: number
  /** Of the test rows. */
  readonly dataHash: string
  readonly labels: number
  readonly small: number
  readonly large: number
  readonly measured: CurveStatistics
  /** Null where it is never reached below everything escalated. */
  readonly least: number | null
  readonly intervals: Readonly<Record<keyof CurveStatistics, Interval | null>>
  /** Share of the rows in the largest group of equal signals, and the APGR with that group in the worst and in the best order. */
  readonly tied: number
  readonly apgrOfOrders: Interval
  /** Cut-offs at which rows were replayed again, and the largest difference of share or quality from the curve. */
  readonly cuts: number
  readonly difference: number
}

/** The four models of table 1.2, and the others that the recorded part holds. */
export const TABLED: readonly string[] = ['llama3.1-8b', 'llama3.1-405b', 'gpt-4o-mini', 'gpt-4o']
export const OTHERS: readonly string[] = [
  'llama3.2-1b',
  'llama3.2-3b',
  'llama3.1-70b',
  'qwen2.5-32b-coder-instruct',
  'qwen2.5-72b-instruct',
]
export const CATEGORIES = ['mmlu', 'triviaqa'] as const

export const LABELS = 50
export const DRAWS = 100
export const BINS = 10

export const FITS = ['tailLog', 'tailLogTwoSided', 'plain', 'isotonic'] as const
export type Fit = (typeof FITS)[number]

export interface CalibrationRow {
  readonly category: string
  readonly model: string
  /** ECE of the probability as the model gave it. */
  readonly raw: number
  /** Mean over the draws, with its standard error. */
  readonly error: Readonly<Record<Fit, readonly [mean: number, error: number]>>
}

export interface CalibrationResult {
  readonly kind: 'calibration'
  readonly rows: readonly CalibrationRow[]
}

export interface AbstentionRow {
  readonly category: string
  readonly model: string
  /** Error rate on all rows. */
  readonly error: number
  /** Cut at the share on the tested rows themselves, as in table 1.3; and at the share on the labelled rows, as one would live. */
  readonly tested: Abstention
  readonly labelled: Abstention
}

export interface Abstention {
  readonly share: number
  readonly error: number
  readonly reduction: number
  readonly interval: Interval | null
}

export interface AbstentionResult {
  readonly kind: 'abstention'
  readonly rows: readonly AbstentionRow[]
}

export const ABSTAINING: readonly string[] = ['gpt-4o', 'llama3.1-405b']
export const ABSTAINED = 0.2

export type Result = CurveResult | CalibrationResult | AbstentionResult | OtherResult
