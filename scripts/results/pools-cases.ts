/** The cases of the section on pools: which models of which data set, and what their calls cost. */
import { join } from 'node:path'
import type { ModelOutcome, Outcome, PoolComparison } from '@weir/core'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, orderRows } from '../recorded.ts'

export interface PoolCase {
  readonly name: string
  readonly title: string
  readonly file: string
  /** A pair: the small one first. */
  readonly models: readonly string[]
  /** Where rows say no money: cost of a call, in the unit of `costs`. */
  readonly callCosts?: Readonly<Record<string, number>>
  /** List prices, USD per million tokens, input and output, where rows say tokens or texts. */
  readonly prices?: Readonly<Record<string, readonly [input: number, output: number]>>
  /** Where the money comes from, in words. */
  readonly costs: string
  /** Several kinds of tasks: the task-type table has something to go by. */
  readonly isMixed: boolean
}

const MIXTRAL = ['mistralai/Mixtral-8x7B-Instruct-v0.1', 'gpt-4-1106-preview']

/** A pair by calls: 0 for the small model, 1 for the large one. */
function byCalls(models: readonly string[]): Pick<PoolCase, 'models' | 'callCosts' | 'costs'> {
  const [small = '', large = ''] = models
  return { models, callCosts: { [small]: 0, [large]: 1 }, costs: 'calls of the large model' }
}

/** List prices of the data's source, USD per million tokens, the same for input and output; the rows have no token counts. */
const LLMROUTER_PRICES: Readonly<Record<string, number>> = {
  'gemma-2-9b-it': 0.1,
  'qwen2.5-7b-instruct': 0.2,
  'codegemma-7b': 0.2,
  'llama-3.1-8b-instruct': 0.2,
  'llama3-chatqa-1.5-8b': 0.2,
  'mistral-7b-instruct-v0.3': 0.2,
  'llama-3.3-nemotron-super-49b-v1': 0.9,
  'llama-3.1-nemotron-51b-instruct': 0.9,
  'llama3-chatqa-1.5-70b': 0.9,
}

const MMLU_PRO_PRICES: PoolCase['prices'] = {
  'gemini-1.5-flash-002': [0.075, 0.3],
  'Meta-Llama-3_1-8B-Instruct': [0.18, 0.18],
  'Mixtral-8x7B-Instruct-v0.1': [0.6, 0.6],
  'Meta-Llama-3_1-70B-Instruct': [0.88, 0.88],
  'gemini-1.5-pro-002': [1.25, 5],
  'gpt-4o': [2.5, 10],
}

const BFCL_PRICES: PoolCase['prices'] = {
  'gpt-4o-mini-2024-07-18': [0.15, 0.6],
  'claude-3-haiku-20240307': [0.25, 1.25],
  'gpt-3.5-turbo-0125': [0.5, 1.5],
  'claude-3-5-sonnet-20240620': [3, 15],
  'gpt-4-turbo-2024-04-09': [10, 30],
  'gpt-4-0125-preview': [10, 30],
}

export const POOL_CASES: readonly PoolCase[] = [
  {
    name: 'rational',
    title: 'rational-cascades-a, nine models',
    file: 'rational-cascades-a',
    models: [
      'llama3.2-1b',
      'llama3.2-3b',
      'llama3.1-8b',
      'gpt-4o-mini',
      'qwen2.5-32b-coder-instruct',
      'qwen2.5-72b-instruct',
      'llama3.1-70b',
      'gpt-4o',
      'llama3.1-405b',
    ],
    costs: 'USD as metered',
    isMixed: true,
  },
  {
    name: 'llmrouter',
    title: 'llmrouter, nine models',
    file: 'llmrouter',
    models: Object.keys(LLMROUTER_PRICES),
    callCosts: LLMROUTER_PRICES,
    costs: 'USD per million tokens by list price, the same for every query: the rows have no token counts',
    isMixed: true,
  },
  {
    name: 'mmlu-pro',
    title: 'MMLU-Pro, six models',
    file: 'mmlu-pro.scores',
    models: Object.keys(MMLU_PRO_PRICES ?? {}),
    prices: MMLU_PRO_PRICES ?? {},
    costs: 'USD by list prices of 2024 and the lengths of prompt and answer, four characters a token',
    isMixed: true,
  },
  {
    name: 'bfcl',
    title: 'BFCL (tool calls), six models',
    file: 'bfcl',
    models: Object.keys(BFCL_PRICES ?? {}),
    prices: BFCL_PRICES ?? {},
    costs: 'USD by list prices of 2024 and recorded tokens',
    isMixed: true,
  },
  {
    name: 'mmlu',
    title: 'RouteLLM MMLU, Mixtral or GPT-4',
    file: 'routellm-mmlu-a',
    ...byCalls(MIXTRAL),
    isMixed: true,
  },
  {
    name: 'gsm8k',
    title: 'RouteLLM GSM8K, Mixtral or GPT-4',
    file: 'routellm-gsm8k',
    ...byCalls(MIXTRAL),
    isMixed: false,
  },
  {
    name: 'gemini',
    title: 'MMLU-Pro, Gemini 1.5 Flash or Pro',
    file: 'mmlu-pro.scores',
    ...byCalls(['gemini-1.5-flash-002', 'gemini-1.5-pro-002']),
    isMixed: true,
  },
  {
    name: 'llmrouter-pair',
    title: 'llmrouter, Qwen2.5 7B or Nemotron 51B',
    file: 'llmrouter',
    ...byCalls(['qwen2.5-7b-instruct', 'llama-3.1-nemotron-51b-instruct']),
    isMixed: true,
  },
]

export const SEEDS: readonly number[] = [1, 2, 3, 4, 5]
/** Rows drawn of a data set, half to train on and half to test: what keeps the whole within 25 minutes of one core. */
export const ROWS = 2000
export const LABEL_SHARES: readonly number[] = [0.05, 0.13, 0.3]
/** Tested rows of each split that are perturbed. */
export const STABILITY_ROWS = 40
/** Cases whose label efficiency is measured, on more rows and of fewer methods: the default, and the quickest two of other families. */
export const LABEL_CASES: readonly string[] = ['rational', 'llmrouter']
export const LABEL_METHODS: readonly string[] = ['blend', 'knn', 'logistic']
export const LABEL_ROWS = 4000

export interface PoolResult {
  readonly of: PoolCase
  readonly dataHash: string
  readonly comparison: PoolComparison
  /** CPU seconds of the whole case. */
  readonly seconds: number
}

/** Rows with text and a score of every model, with what their calls cost; at most `most` of them, drawn by question. */
export async function readPoolRows(
  { file, models, prices }: PoolCase,
  most: number,
): Promise<readonly Outcome[]> {
  const lengths = file === 'mmlu-pro.scores' && prices !== undefined ? await readLengths(models) : undefined
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${file}.jsonl.gz`)])) {
    if (row.prompt === undefined || models.some((model) => row.models[model]?.score === undefined)) continue
    const read = lengths === undefined ? row : withTokens(row, lengths.get(row.id))
    if (read === undefined) continue
    const kept = models.map((model) => [model, slim(read, model, prices?.[model])])
    rows.push({ ...read, models: Object.fromEntries(kept) as Outcome['models'] })
  }
  return orderRows(rows, 'results pools').slice(0, most)
}

/** Characters a token, as a rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4

type Tokens = ReadonlyMap<string, number>

/** Output tokens of every answer by row and model, estimated from its length. */
async function readLengths(models: readonly string[]): Promise<ReadonlyMap<string, Tokens>> {
  const lengths = new Map<string, Tokens>()
  for await (const row of readOutcomes([join(DATA, 'mmlu-pro.responses.jsonl.gz')])) {
    const tokens = models.flatMap((model) => {
      const text = row.models[model]?.response
      return text === undefined ? [] : [[model, Math.ceil(text.length / CHARACTERS_PER_TOKEN)] as const]
    })
    if (tokens.length === models.length) lengths.set(row.id, new Map(tokens))
  }
  return lengths
}

function withTokens(row: Outcome, tokens: Tokens | undefined): Outcome | undefined {
  if (tokens === undefined) return undefined
  const inputTokens = Math.ceil((row.prompt ?? '').length / CHARACTERS_PER_TOKEN)
  const models = [...tokens].map(([model, outputTokens]) => [
    model,
    { ...row.models[model], inputTokens, outputTokens },
  ])
  return { ...row, models: Object.fromEntries(models) as Outcome['models'] }
}

/** Without the answer's text, which no router sees. */
function slim(
  { models }: Outcome,
  model: string,
  price: readonly [number, number] | undefined,
): ModelOutcome {
  const { score = 0, costUsd, latencyMs, inputTokens = 0, outputTokens } = models[model] ?? {}
  const paid = price === undefined ? costUsd : (price[0] * inputTokens + price[1] * (outputTokens ?? 0)) / 1e6
  return {
    score,
    ...(paid === undefined ? {} : { costUsd: paid }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  }
}
