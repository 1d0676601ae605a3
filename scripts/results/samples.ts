/**
 * Recorded samples for the best-of-n section: which models, what they are taken to cost, and rows ready to replay.
 *
 * The sources hold no tokens and no money. Tokens: characters / 4; the reasoning of the "+cot" models of cruxeval is not in the data and counts as
 * COT_TOKENS. Prices: list prices of 2024, USD per million tokens. Sources sort their samples (the first of ten is right more often than the
 * last), so that "the first n" would be no fair draw: every split shuffles them by its seed.
 */
import { join } from 'node:path'
import { createRng, shuffle, type Candidate, type ModelOutcome, type Outcome, type Rng } from '@weir/core'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, placeOf } from '../recorded.ts'

/** As typical chains of thought on these tasks. */
export const COT_TOKENS = 150
export const SPLITS = 10

const PRICES: Readonly<Record<string, readonly [input: number, output: number]>> = {
  'codellama-7b': [0.2, 0.2],
  'codellama-13b': [0.225, 0.225],
  'codellama-34b': [0.776, 0.776],
  'deepseek-instruct-1.3b': [0.1, 0.1],
  'deepseek-instruct-6.7b': [0.2, 0.2],
  'deepseek-instruct-33b': [0.8, 0.8],
  'gpt-3.5-turbo-0613': [1.5, 2],
  'gpt-4-0613': [30, 60],
  'llama-2-13b-chat': [0.225, 0.225],
  'gpt-4': [30, 60],
}

export type Billing = 'once' | 'per-sample'

export interface SampledCase {
  readonly name: string
  readonly title: string
  readonly file: 'cruxeval-output' | 'mot-gsm'
  /** Sampled several times; cheap to dear. */
  readonly models: readonly string[]
  readonly reference: string
}

/** The model without its way of prompting: "+cot", "+pot1". */
function baseOf(model: string): string {
  return model.split('+')[0] ?? model
}

export function candidateOf(model: string, promptBilled: Billing): Candidate {
  const price = PRICES[baseOf(model)]
  if (price === undefined) throw new Error(`no price of ${model}`)
  const [inputUsdPerMTok, outputUsdPerMTok] = price
  return { model, inputUsdPerMTok, outputUsdPerMTok, promptBilled }
}

/** Rows on which every model of the case was judged, as the source has them. */
export async function readSampledRows({ file, models, reference }: SampledCase): Promise<readonly Outcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${file}.jsonl.gz`)])) {
    const isComplete =
      models.every((model) => row.models[model]?.samples !== undefined) && row.models[reference] !== undefined
    if (isComplete && row.prompt !== undefined) rows.push(row)
  }
  return rows
}

/** The rows with samples shuffled by the seed, and what each answer uses and costs. */
export function prepareRows(
  { file, models, reference }: SampledCase,
  rows: readonly Outcome[],
  seed: number,
): readonly Outcome[] {
  const rng = createRng(seed)
  return rows.map((row) => ({
    ...row,
    models: Object.fromEntries(
      [...models, reference].map((model) => [
        model,
        prepare(row.models[model] ?? {}, { model, file, rng, promptChars: row.prompt?.length ?? 0 }),
      ]),
    ),
  }))
}

interface Preparing {
  readonly model: string
  readonly file: SampledCase['file']
  readonly rng: Rng
  readonly promptChars: number
}

function prepare(
  { samples, score, response, answer }: ModelOutcome,
  { model, file, rng, promptChars }: Preparing,
): ModelOutcome {
  const drawn = samples === undefined ? undefined : shuffle(rng, samples)
  const texts = (drawn ?? [{ response, answer }]).map((one) => one.response ?? one.answer ?? '')
  const reasoning = file === 'cruxeval-output' && model.endsWith('+cot') ? COT_TOKENS : 0
  const outputTokens = reasoning + texts.reduce((sum, text) => sum + text.length / 4, 0) / texts.length
  const inputTokens = promptChars / 4
  const { inputUsdPerMTok = 0, outputUsdPerMTok = 0 } = candidateOf(model, 'once')
  const costUsd = (inputTokens * inputUsdPerMTok + outputTokens * outputUsdPerMTok) / 1e6
  return {
    ...(drawn === undefined ? { score, response, answer } : { samples: drawn }),
    inputTokens,
    outputTokens,
    costUsd,
  } as ModelOutcome
}

export interface SampledSplit {
  readonly seed: number
  readonly training: readonly Outcome[]
  readonly testRows: readonly Outcome[]
  /** Positions of testRows in the data set. */
  readonly tested: readonly number[]
}

/** Halves by question; reported splits are salted apart from those that were tuned on. */
export function splitSampled(of: SampledCase, rows: readonly Outcome[]): readonly SampledSplit[] {
  return Array.from({ length: SPLITS }, (_, i): SampledSplit => {
    const seed = i + 1
    const prepared = prepareRows(of, rows, seed)
    const isTested = (row: Outcome): boolean => placeOf(row, `results ${seed}`) >= 0.5
    const tested = [...prepared.keys()].filter((k) => isTested(prepared[k] ?? ({} as Outcome)))
    return {
      seed,
      training: prepared.filter((row) => !isTested(row)),
      testRows: tested.flatMap((k) => prepared[k] ?? []),
      tested,
    }
  })
}
