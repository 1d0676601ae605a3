/** The cases of the routing section: what is trained and tested, and what issue 2 asks of it. */
import type { Interval, Pair, Report } from '@weir/core'

export interface Case {
  readonly name: string
  readonly file: string
  readonly pair: Pair
  /** `folds`: each fifth is tested once, trained on the rest. `halves`: five seeds, half and half. */
  readonly split: 'folds' | 'halves'
  /** Training rows drawn from the training side; all when absent. */
  readonly trainingRows?: number
  /** What issue 2 asks for, by statistic. */
  readonly floors: Readonly<Partial<Record<Statistic, number>>>
}

export type Statistic = 'apgr' | 'kept0' | 'kept1' | 'kept5'

const MIXTRAL = { small: 'mistralai/Mixtral-8x7B-Instruct-v0.1', large: 'gpt-4-1106-preview' }

export const CASES: readonly Case[] = [
  { name: 'mmlu', file: 'routellm-mmlu-a', pair: MIXTRAL, split: 'folds', floors: { apgr: 0.69 } },
  {
    name: 'mmlu-1500',
    file: 'routellm-mmlu-a',
    pair: MIXTRAL,
    split: 'folds',
    trainingRows: 1500,
    floors: { apgr: 0.66 },
  },
  { name: 'gsm8k', file: 'routellm-gsm8k', pair: MIXTRAL, split: 'folds', floors: { apgr: 0.61 } },
  {
    name: 'gemini',
    file: 'mmlu-pro.scores',
    pair: { small: 'gemini-1.5-flash-002', large: 'gemini-1.5-pro-002' },
    split: 'halves',
    floors: { apgr: 0.8, kept0: 0.4 },
  },
  {
    name: 'llama-gpt4o',
    file: 'mmlu-pro.scores',
    pair: { small: 'Meta-Llama-3_1-70B-Instruct', large: 'gpt-4o' },
    split: 'halves',
    floors: { apgr: 0.69 },
  },
  {
    name: 'llmrouter',
    file: 'llmrouter',
    pair: { small: 'qwen2.5-7b-instruct', large: 'llama-3.1-nemotron-51b-instruct' },
    split: 'halves',
    floors: { apgr: 0.89, kept1: 0.57 },
  },
]

export const SPLITS = 5
export const SEED = 1
export const RESAMPLES = 1000

/** One case measured. */
export interface Result {
  readonly of: Case
  readonly rows: number
  readonly dataHash: string
  readonly splits: readonly {
    readonly trainingRows: number
    readonly testedRows: number
    readonly report: Report
  }[]
  readonly intervals: Readonly<Record<string, Interval | null | undefined>>
  /** APGR with each row scored once, by the fold that did not train on it; folds only. */
  readonly pooledApgr: number | null
}
