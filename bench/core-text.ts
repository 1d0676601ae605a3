/**
 * Made-up traffic for the core bench: texts of any length whose n-grams vary as those of real prompts do, with task types that differ
 * in words and in how hard they are. Seeded, so that every run reads the same texts.
 *
 * Words: 6,000, made of syllables, drawn by Zipf's law (the r-th commonest with weight 1/r). Every task type has 150 words of its own, which make
 * up a third of its texts; numbers, punctuation, capitals and line breaks are strewn in.
 */
import { createRng, type Outcome, type Query, type Rng } from '@weir/core'

const VOCABULARY = 6000
const TASK_TYPES = 50
const TOPIC_WORDS = 150
const TOPIC_FRACTION = 0.35

const ONSETS = 'b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl sp st t th tr v w'.split(' ')
const VOWELS = 'a ai e ea ee i o oa oo u y'.split(' ')
const CODAS = ['', '', '', 'ck', 'd', 'l', 'm', 'n', 'nd', 'ng', 'nt', 'r', 's', 'st', 't']

export interface TextMaker {
  /** A text of about `chars` characters, never more. */
  make(rng: Rng, taskType: number, chars: number): string
}

export function createTextMaker(seed: number): TextMaker {
  const rng = createRng(seed)
  const words = Array.from({ length: VOCABULARY }, () => makeWord(rng))
  const topics = Array.from({ length: TASK_TYPES }, () =>
    Array.from({ length: TOPIC_WORDS }, () => words[rng.int(VOCABULARY)] ?? ''),
  )
  const draw = (from: Rng, taskType: number): string => {
    const topic = topics[taskType % TASK_TYPES] ?? []
    const isTopical = from.next() < TOPIC_FRACTION
    return (isTopical ? topic[zipf(from, TOPIC_WORDS)] : words[zipf(from, VOCABULARY)]) ?? ''
  }
  return {
    make(from, taskType, chars) {
      const pieces: string[] = []
      let length = 0
      while (length < chars) {
        const piece = decorate(from, draw(from, taskType))
        pieces.push(piece)
        length += piece.length
      }
      return pieces.join('').slice(0, chars)
    },
  }
}

function makeWord(rng: Rng): string {
  const syllables = 1 + rng.int(3)
  const pick = (list: readonly string[]): string => list[rng.int(list.length)] ?? ''
  return Array.from({ length: syllables }, () => pick(ONSETS) + pick(VOWELS) + pick(CODAS)).join('')
}

/** 0 … n - 1 with weight about 1 / (r + 1), by inverting the integral of 1/x. */
function zipf(rng: Rng, n: number): number {
  return Math.min(n - 1, Math.floor((n + 1) ** rng.next()) - 1)
}

/** The word with what follows it: mostly a space, now and then a comma, a full stop, a number or a line break. */
function decorate(rng: Rng, word: string): string {
  const u = rng.next()
  if (u < 0.05) return `${word}, `
  if (u < 0.1) return `${word}. ${String.fromCharCode(65 + rng.int(26))}`
  if (u < 0.13) return `${word} ${rng.int(10_000)} `
  if (u < 0.14) return `${word}\n`
  if (u < 0.145) return `${word}?\n- `
  return `${word} `
}

export const PAIR = { small: 'small', large: 'large' }

/** Rows of about `chars` characters. The small model's chance falls with its task type's difficulty and with a difficulty of the query's own. */
export function makeOutcomes(count: number, chars: number, seed: number): Outcome[] {
  const maker = createTextMaker(seed)
  const rng = createRng(seed + 1)
  return Array.from({ length: count }, (_, i) => {
    const taskType = zipf(rng, TASK_TYPES)
    const hardness = (((taskType * 7) % TASK_TYPES) / TASK_TYPES + rng.next()) / 2
    const models = {
      small: { score: rng.next() < 1 - 0.8 * hardness ? 1 : 0 },
      large: { score: rng.next() < 0.95 - 0.1 * hardness ? 1 : 0 },
    }
    const length = Math.round(chars * (0.5 + rng.next()))
    return { id: String(i), category: `type-${taskType}`, prompt: maker.make(rng, taskType, length), models }
  })
}

/** Conversations of `chars` characters: a tenth system prompt, three tenths history in turns, the rest the last user turn. */
export function makeQueries(count: number, chars: number, seed: number): Query[] {
  const maker = createTextMaker(seed)
  const rng = createRng(seed + 2)
  const text = (fraction: number): string =>
    maker.make(rng, rng.int(TASK_TYPES), Math.round(chars * fraction))
  return Array.from({ length: count }, () => {
    return {
      turns: [
        { role: 'system', text: text(0.1) },
        { role: 'user', text: text(0.1) },
        { role: 'assistant', text: text(0.2) },
        { role: 'user', text: text(0.6) },
      ],
      tools: 0,
      images: 0,
      wantsJson: false,
    }
  })
}
