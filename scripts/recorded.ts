/**
 * Recorded outcomes for the scripts that reproduce docs/results.md: ../shared/data, or the folder that WEIR_DATA names.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { toPairOutcome } from '@weir/core'
import type { ModelOutcome, Outcome, Pair } from '@weir/core'
import { createOutcomeHash, readOutcomes } from '../packages/weir/src/record/outcome-file.ts'

export const DATA: string = process.env['WEIR_DATA'] ?? join(import.meta.dirname, '../../shared/data')

/** A pair of models whose promises are studied. */
export interface Studied {
  readonly name: string
  readonly file: string
  readonly pair: Pair
  readonly trainingRows: number
  readonly calibrationRows: number
}

export const STUDIED: readonly Studied[] = [
  {
    name: 'gemini',
    file: 'mmlu-pro.scores',
    pair: { small: 'gemini-1.5-flash-002', large: 'gemini-1.5-pro-002' },
    trainingRows: 4000,
    calibrationRows: 2000,
  },
  {
    name: 'llama-gpt4o',
    file: 'mmlu-pro.scores',
    pair: { small: 'Meta-Llama-3_1-70B-Instruct', large: 'gpt-4o' },
    trainingRows: 4000,
    calibrationRows: 2000,
  },
  {
    name: 'llama-8b-70b',
    file: 'mmlu-pro.scores',
    pair: { small: 'Meta-Llama-3_1-8B-Instruct', large: 'Meta-Llama-3_1-70B-Instruct' },
    trainingRows: 4000,
    calibrationRows: 2000,
  },
  {
    name: 'llmrouter',
    file: 'llmrouter',
    pair: { small: 'qwen2.5-7b-instruct', large: 'llama-3.1-nemotron-51b-instruct' },
    trainingRows: 3000,
    calibrationRows: 1000,
  },
  {
    name: 'mmlu',
    file: 'routellm-mmlu-a',
    pair: { small: 'mistralai/Mixtral-8x7B-Instruct-v0.1', large: 'gpt-4-1106-preview' },
    trainingRows: 3000,
    calibrationRows: 2000,
  },
]

/** Rows with text on which both models of the pair were judged, and nothing else of other models. */
export async function readPairRows({
  file,
  pair,
}: Pick<Studied, 'file' | 'pair'>): Promise<readonly Outcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${file}.jsonl.gz`)])) {
    if (toPairOutcome(row, pair) === undefined || row.prompt === undefined) continue
    const { [pair.small]: small = {}, [pair.large]: large = {} } = row.models
    rows.push({ ...row, models: { [pair.small]: small, [pair.large]: large } })
  }
  return rows
}

/** List prices, USD per million tokens, input and output: what the models' makers or their cheapest large hosts asked in 2024. */
const PRICES: Readonly<Record<string, readonly [input: number, output: number]>> = {
  'gemini-1.5-flash-002': [0.075, 0.3],
  'gemini-1.5-pro-002': [1.25, 5],
  'Meta-Llama-3_1-70B-Instruct': [0.88, 0.88],
  'gpt-4o': [2.5, 10],
}
/** Characters a token, as a rule of thumb for English: the rows hold texts, not counts. */
const CHARACTERS_PER_TOKEN = 4

/** The rows of an mmlu-pro pair that hold both answers' texts, with what they cost at PRICES by their lengths. */
export async function readAnsweredRows(of: Pick<Studied, 'file' | 'pair'>): Promise<readonly Outcome[]> {
  const { small, large } = of.pair
  const responses = new Map<string, Outcome['models']>()
  for await (const { id, models } of readOutcomes([join(DATA, 'mmlu-pro.responses.jsonl.gz')])) {
    const { [small]: ours = {}, [large]: theirs = {} } = models
    if (ours.response === undefined || theirs.response === undefined) continue
    responses.set(id, {
      [small]: { response: ours.response },
      // Only its length is used: a cascade reads the small model's answers.
      [large]: { outputTokens: toTokens(theirs.response) },
    })
  }
  return (await readPairRows(of)).flatMap((row) => {
    const said = responses.get(row.id)
    if (said === undefined) return []
    const models = [small, large].map((model) => [model, priced(row, model, said[model])])
    return [{ ...row, models: Object.fromEntries(models) as Outcome['models'] }]
  })
}

function priced({ prompt = '', models }: Outcome, model: string, said: ModelOutcome = {}): ModelOutcome {
  const [input, output] = PRICES[model] ?? [0, 0]
  const inputTokens = toTokens(prompt)
  const outputTokens = said.outputTokens ?? toTokens(said.response ?? '')
  const costUsd = (input * inputTokens + output * outputTokens) / 1e6
  return { ...models[model], ...said, inputTokens, outputTokens, costUsd }
}

function toTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

export function hashOf(rows: readonly Outcome[]): string {
  const hash = createOutcomeHash()
  for (const row of rows) hash.update(row)
  return hash.digest()
}

/** A number in [0, 1) from the row's question (lower case, white space collapsed) and the salt: equal questions fall together. */
export function placeOf({ prompt = '' }: Outcome, salt: string): number {
  const question = prompt.toLowerCase().split(/\s+/).filter(Boolean).join(' ')
  return createHash('sha256').update(`${salt} ${question}`).digest().readUInt32BE(0) / 2 ** 32
}

/** Ordered by question for a salt: parts of it never share a question but at their borders. */
export function orderRows(rows: readonly Outcome[], salt: string): readonly Outcome[] {
  return rows
    .map((row) => ({ row, place: placeOf(row, salt) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ row }) => row)
}
