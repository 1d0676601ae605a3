/**
 * Planted pool: outcomes of four models made up so that the truth is known. A cheap generalist, two specialists in the middle, a dear generalist; the
 * topic, one word of the prompt, decides who is likely to be right.
 */
import type { Outcome } from '../contract/outcome.ts'
import { createRng, type Rng } from '../math/rng.ts'

/** Cheap to dear. */
export const PLANTED_MODELS: readonly string[] = ['cheap', 'counter', 'writer', 'dear']

/** Mean cost of a call, USD, in the order of PLANTED_MODELS. */
const COSTS_USD: readonly number[] = [1e-5, 1e-4, 2e-4, 1e-3]

/** Chance of being right, in the order of PLANTED_MODELS, and the length of an answer, tokens. */
const TOPICS: readonly (readonly [topic: string, chances: readonly number[], outputTokens: number])[] = [
  ['greeting', [0.95, 0.9, 0.95, 0.97], 20],
  ['weather', [0.9, 0.85, 0.9, 0.95], 40],
  ['algebra', [0.2, 0.9, 0.3, 0.85], 300],
  ['geometry', [0.15, 0.85, 0.2, 0.8], 420],
  ['sonnet', [0.25, 0.2, 0.9, 0.85], 120],
  ['letter', [0.4, 0.2, 0.9, 0.9], 180],
  ['theorem', [0.05, 0.4, 0.1, 0.8], 900],
  ['lawsuit', [0.1, 0.1, 0.45, 0.8], 600],
]

const OPENINGS: readonly string[] = [
  'Please help me with this',
  'I would like an answer to a',
  'Here comes another',
]

export interface PlantedPoolOptions {
  readonly rows: number
  /** Any safe integer. */
  readonly seed: number
}

/** The same options give the same rows. Each names its topic as `category`. */
export function createPlantedPool({ rows, seed }: PlantedPoolOptions): Outcome[] {
  const rng = createRng(seed)
  return Array.from({ length: rows }, (_, i): Outcome => {
    const [topic, chances, outputTokens] = pick(rng, TOPICS)
    return {
      id: `${seed}-${i}`,
      category: topic,
      prompt: `${pick(rng, OPENINGS)} ${topic} question, number ${rng.int(1_000_000)}.`,
      models: Object.fromEntries(
        PLANTED_MODELS.map((model, j) => [
          model,
          {
            score: rng.next() < (chances[j] ?? 0) ? 1 : 0,
            costUsd: (COSTS_USD[j] ?? 0) * (0.9 + 0.2 * rng.next()),
            outputTokens,
          },
        ]),
      ),
    }
  })
}

function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items[rng.int(items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
