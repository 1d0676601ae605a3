/**
 * A generated question with its known answer, and what each category of the generator provides.
 */
import type { Answer } from './answer.ts'
import type { Draw } from './draw.ts'

export interface Draft {
  readonly prompt: string
  readonly answer: Answer
}

export interface Question extends Draft {
  readonly id: string
  /** Task type; goes into the outcome row, where training may read it. Neither the programs nor the router see it. */
  readonly category: string
}

/** Makes one question with its answer by construction: from the drawn numbers, never by reading the English back. */
export type Maker = (draw: Draw) => Draft

/** One category: makers with their relative frequency. */
export interface Category {
  readonly name: string
  readonly makers: readonly (readonly [weight: number, make: Maker])[]
}
