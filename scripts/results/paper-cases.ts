/** Pairs on which Hybrid LLM's Tables 1 and 3 are redone in form, and how they are split. */
import type { Pair } from '@weir/core'

export interface Case {
  readonly name: string
  readonly file: string
  readonly pair: Pair
}

const MIXTRAL = { small: 'mistralai/Mixtral-8x7B-Instruct-v0.1', large: 'gpt-4-1106-preview' }
const PRO = 'mmlu-pro.scores'

export const CASES: readonly Case[] = [
  { name: 'mmlu', file: 'routellm-mmlu-a', pair: MIXTRAL },
  {
    name: 'gemini',
    file: PRO,
    pair: { small: 'gemini-1.5-flash-002', large: 'gemini-1.5-pro-002' },
  },
  { name: 'llama-gpt4o', file: PRO, pair: { small: 'Meta-Llama-3_1-70B-Instruct', large: 'gpt-4o' } },
  {
    name: 'llama-8b-70b',
    file: PRO,
    pair: { small: 'Meta-Llama-3_1-8B-Instruct', large: 'Meta-Llama-3_1-70B-Instruct' },
  },
  { name: 'phi3-gpt4o', file: PRO, pair: { small: 'Phi-3-mini-4k-instruct', large: 'gpt-4o' } },
  {
    name: 'llmrouter',
    file: 'llmrouter',
    pair: { small: 'qwen2.5-7b-instruct', large: 'llama-3.1-nemotron-51b-instruct' },
  },
  { name: 'gsm8k', file: 'routellm-gsm8k', pair: MIXTRAL },
  {
    name: 'zeroeval-gpt4o',
    file: 'zeroeval-gsm',
    pair: { small: 'gpt-4o-mini-2024-07-18', large: 'gpt-4o-2024-08-06' },
  },
  { name: 'crux-llama', file: 'cruxeval-output', pair: { small: 'codellama-7b', large: 'codellama-34b' } },
  {
    name: 'crux-deepseek',
    file: 'cruxeval-output',
    pair: { small: 'deepseek-instruct-1.3b', large: 'deepseek-instruct-33b' },
  },
  { name: 'alpaca-gemma', file: 'alpaca-eval', pair: { small: 'gemma-2b-it', large: 'claude-2.1' } },
  {
    name: 'alpaca-fuse',
    file: 'alpaca-eval',
    pair: { small: 'FuseChat-Llama-3.2-3B-Instruct', large: 'gpt4_1106_preview' },
  },
  { name: 'arena-mixtral', file: 'arena-bench', pair: MIXTRAL },
  { name: 'eq-gpt35', file: 'eq-bench', pair: { small: 'gpt-3.5-turbo-1106', large: 'gpt-4-1106-preview' } },
]

/** The paper's labels, in the order of its tables. */
export const METHODS = ['det', 'prob', 'trans'] as const
export type Method = (typeof METHODS)[number]

export const COST_ADVANTAGES: readonly number[] = [0.1, 0.2, 0.4]

/** Quality drop that the recipe of section 4.5 allows on its validation rows. */
export const DROP_LIMIT = 0.01

/** Rows of a case. The paper: 10,000 train, 5,000 validate (500 of them calibrate), 5,000 test. */
export interface Sizes {
  readonly training: number
  readonly validation: number
  readonly heldOut: number
}

export function sizesOf(rows: number): Sizes {
  const heldOut = Math.min(4500, Math.floor(rows / 2))
  return {
    training: Math.min(2000, rows - heldOut),
    validation: Math.min(500, Math.floor(heldOut / 2)),
    heldOut,
  }
}

/** Trainings: small sets are noisier and cheaper. */
export function seedsOf(rows: number): readonly number[] {
  return Array.from({ length: rows < 2000 ? 10 : 3 }, (_, i) => i + 1)
}

/** Of the held-out rows into validation and test, a training. */
export const DRAWS = 100

/** One router on one pair, means over trainings. Drops are fractions of the large model's quality. */
export interface RouterResult {
  /** A label that a router of the paper's kind was taught, or weir's own router. */
  readonly router: Method | 'weir'
  /** Its labels are those of the router before it, in every training. */
  readonly repeats: boolean
  readonly dropAt: readonly { readonly mean: number; readonly deviation: number }[]
  readonly recipe: {
    readonly validationDrop: number
    readonly validationKept: number
    readonly testDrop: number
    readonly testKept: number
    /** Share of draws in which the drop on test is above the limit. */
    readonly broken: number
    readonly draws: number
  }
}

export interface Result {
  readonly of: Case
  readonly rows: number
  readonly dataHash: string
  readonly sizes: Sizes
  readonly trainings: number
  readonly small: number
  readonly large: number
  /** Answers a model and query, at most. */
  readonly samples: number
  /** Largest relaxation t* over trainings. */
  readonly relaxation: number
  /** det, prob, trans, weir; none when training failed. */
  readonly routers: readonly RouterResult[]
  /** Why a training failed, when one did. */
  readonly failure: string | null
}
