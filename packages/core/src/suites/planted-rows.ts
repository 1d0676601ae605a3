/**
 * Planted rows: outcomes made up so that the truth is known, for tests of estimators and routers. Topic and difficulty, two words of the
 * prompt, decide the chance that the small model is right; the large one is right with the same chance everywhere.
 *
 *   P(small right) = sigmoid(topic + difficulty)
 *
 * The other words carry nothing. Texts differ by their numbers, so that few repeat.
 */
import type { Outcome, Sample } from '../contract/outcome.ts'
import type { Pair } from '../contract/candidate.ts'
import { sigmoid } from '../math/logistic.ts'
import { createRng, type Rng } from '../math/rng.ts'

export const PLANTED_PAIR: Pair = { small: 'little', large: 'big' }

/** Log-odds of the small model being right. */
const TOPICS: readonly (readonly [topic: string, logOdds: number])[] = [
  ['addition', 3],
  ['spelling', 2],
  ['calendar', 1],
  ['cooking', 0.5],
  ['history', -0.5],
  ['physics', -1],
  ['theorem', -2],
  ['chess', -3],
]

const DIFFICULTIES: readonly (readonly [word: string, logOdds: number])[] = [
  ['simple', 1],
  ['ordinary', 0],
  ['tricky', -1],
]

const OPENINGS: readonly string[] = [
  'Please help me with this',
  'I would like an answer to a',
  'Here comes another',
  'My teacher gave us a',
]

export interface PlantedOptions {
  /** Number of rows. */
  readonly rows: number
  /** Any safe integer. */
  readonly seed: number
  /** P(large right), the same for every row. Default 0.95. */
  readonly largeChance?: number
  /** Answers per model and row; above 1 rows carry `samples`. Default 1. */
  readonly samples?: number
  /** Whether rows name their topic as `category`. Default true. */
  readonly categories?: boolean
  /** Whether the text is a `prompt` or `messages` with a system turn. Default 'prompt'. */
  readonly form?: 'prompt' | 'messages'
}

export interface PlantedRow {
  readonly row: Outcome
  /** The true P(small right). Range (0, 1). */
  readonly chance: number
}

/** The same options give the same rows. */
export function createPlantedRows(options: PlantedOptions): PlantedRow[] {
  const { rows, seed, largeChance = 0.95, samples = 1, categories = true, form = 'prompt' } = options
  const rng = createRng(seed)
  return Array.from({ length: rows }, (_, i): PlantedRow => {
    const [topic, topicLogOdds] = pick(rng, TOPICS)
    const [difficulty, shift] = pick(rng, DIFFICULTIES)
    const chance = sigmoid(topicLogOdds + shift)
    const text = `${pick(rng, OPENINGS)} ${difficulty} ${topic} question, number ${rng.int(1_000_000)}.`
    const row: Outcome = {
      id: `${seed}-${i}`,
      ...(categories ? { category: topic } : {}),
      ...(form === 'prompt' ? { prompt: text } : { messages: toMessages(text) }),
      models: {
        [PLANTED_PAIR.small]: { ...score(rng, chance, samples), costUsd: 0.001 },
        [PLANTED_PAIR.large]: { ...score(rng, largeChance, samples), costUsd: 0.01 },
      },
    }
    return { row, chance }
  })
}

function score(rng: Rng, chance: number, samples: number): { score: number } | { samples: Sample[] } {
  const draw = (): { score: number } => ({ score: rng.next() < chance ? 1 : 0 })
  return samples === 1 ? draw() : { samples: Array.from({ length: samples }, draw) }
}

function toMessages(text: string): NonNullable<Outcome['messages']> {
  return [
    { role: 'system', content: 'Answer in one short sentence.' },
    { role: 'user', content: text },
  ]
}

function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items[rng.int(items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
