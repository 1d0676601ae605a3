/** Cases and results of the best-of-n section. Models, numbers of samples and prices were fixed before the reported halves were looked at. */
import type { Billing, SampledCase } from './samples.ts'

/** Samples of the small model that vote in a cascade; the first is the headline. */
export const VOTES: readonly number[] = [5, 2, 3, 10]
/** Agreement of 5 samples beside query and text, for the same reader that judges one sample. */
export const READ = '5 samples read'
/** Arms of best-of-n. */
export const ARM_SAMPLES: readonly number[] = [1, 2, 3, 5]
export const RESAMPLES = 500

export interface Case extends SampledCase {
  readonly kind: 'agreement' | 'joint'
  readonly billing: Billing
}

const CODELLAMA = {
  title: 'CRUXEval, Code Llama 7B -> 34B',
  file: 'cruxeval-output',
  models: ['codellama-7b'],
  reference: 'codellama-34b',
} as const
const DEEPSEEK = {
  title: 'CRUXEval, DeepSeek Coder 1.3B -> 33B',
  file: 'cruxeval-output',
  models: ['deepseek-instruct-1.3b'],
  reference: 'deepseek-instruct-33b',
} as const
const REASONING = {
  title: 'CRUXEval with reasoning, Code Llama 7B -> 34B',
  file: 'cruxeval-output',
  models: ['codellama-7b+cot'],
  reference: 'codellama-34b+cot',
} as const
const GSM = {
  title: 'GSM8K, Llama-2-13B -> GPT-4',
  file: 'mot-gsm',
  models: ['llama-2-13b-chat+pot2'],
  reference: 'gpt-4+cot1',
} as const

export const CASES: readonly Case[] = [
  { ...CODELLAMA, name: 'agreement-codellama', kind: 'agreement', billing: 'once' },
  { ...DEEPSEEK, name: 'agreement-deepseek', kind: 'agreement', billing: 'once' },
  { ...REASONING, name: 'agreement-codellama-reasoning', kind: 'agreement', billing: 'per-sample' },
  { ...GSM, name: 'agreement-gsm', kind: 'agreement', billing: 'per-sample' },
  {
    ...CODELLAMA,
    title: 'CRUXEval, Code Llama 7B, 13B -> 34B',
    models: ['codellama-7b', 'codellama-13b'],
    name: 'joint-codellama',
    kind: 'joint',
    billing: 'once',
  },
  {
    ...DEEPSEEK,
    title: 'CRUXEval, DeepSeek Coder 1.3B, 6.7B -> 33B',
    models: ['deepseek-instruct-1.3b', 'deepseek-instruct-6.7b'],
    name: 'joint-deepseek',
    kind: 'joint',
    billing: 'once',
  },
  {
    title: 'CRUXEval with reasoning, GPT-3.5 -> GPT-4',
    file: 'cruxeval-output',
    models: ['gpt-3.5-turbo-0613+cot'],
    reference: 'gpt-4-0613+cot',
    name: 'joint-gpt-reasoning',
    kind: 'joint',
    billing: 'per-sample',
  },
  {
    ...GSM,
    title: 'GSM8K, Llama-2-13B with two prompts -> GPT-4',
    models: ['llama-2-13b-chat+pot1', 'llama-2-13b-chat+pot2'],
    name: 'joint-gsm',
    kind: 'joint',
    billing: 'per-sample',
  },
]

/** A difference of two systems on the same rows, mean over the splits. */
export interface Compared {
  readonly name: string
  readonly value: number
  readonly interval: readonly [number, number] | null
  /** Two-sided, paired bootstrap over the rows of the data set. */
  readonly p: number | null
  /** Splits in which it is above 0. */
  readonly above: number
}

export interface Result {
  readonly of: Case
  readonly rows: number
  readonly dataHash: string
  /** Mean over splits of what each system reaches: mean quality over its axis. */
  readonly systems: Readonly<Record<string, number>>
  readonly compared: readonly Compared[]
}
