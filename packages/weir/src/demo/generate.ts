/**
 * The question generator: categories in equal parts, makers of a category by weight, no prompt twice. Known answers come from the
 * drawn numbers, so the programs can be graded without trusting what they read.
 */
import { createDraw, type Draw } from './draw.ts'
import type { Category, Maker, Question } from './question.ts'
import { arithmetic } from './questions/arithmetic.ts'
import { dates } from './questions/dates.ts'
import { orders } from './questions/orders.ts'
import { percents } from './questions/percents.ts'
import { rates } from './questions/rates.ts'
import { sequences } from './questions/sequences.ts'
import { sets } from './questions/sets.ts'
import { stories } from './questions/stories.ts'
import { strings } from './questions/strings.ts'
import { units } from './questions/units.ts'

/** Raised whenever a question or an answering program changes, so that cached outcomes of older ones are not reused. */
export const DEMO_VERSION = 1

export const CATEGORIES: readonly Category[] = [
  arithmetic,
  stories,
  units,
  dates,
  strings,
  sets,
  percents,
  rates,
  sequences,
  orders,
]

export interface GenerateOptions {
  readonly seed: number
  readonly count: number
  /** Prompts not to make again, for questions that must be fresh. */
  readonly except?: ReadonlySet<string>
}

/** `count` questions with different prompts. Equal options give equal questions. */
export function generateQuestions({ seed, count, except = new Set() }: GenerateOptions): readonly Question[] {
  const draw = createDraw(seed)
  const seen = new Set(except)
  const questions: Question[] = []
  while (questions.length < count) {
    const category = draw.pick(CATEGORIES)
    const draft = pickMaker(draw, category)(draw)
    if (seen.has(draft.prompt)) continue
    seen.add(draft.prompt)
    questions.push({ id: `demo-${seed}-${questions.length + 1}`, category: category.name, ...draft })
  }
  return questions
}

function pickMaker(draw: Draw, { makers }: Category): Maker {
  const total = makers.reduce((sum, [weight]) => sum + weight, 0)
  let left = draw.fraction() * total
  for (const [weight, make] of makers) {
    left -= weight
    if (left < 0) return make
  }
  return (makers.at(-1) as Category['makers'][number])[1]
}
