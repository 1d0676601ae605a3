/**
 * Candidate: a model that could answer. Pair: the two of Hybrid LLM, small (cheaper) and large (better).
 */
import type { Prices } from './prices.ts'

export interface Pair {
  /** Model name of the cheaper model, as in the outcome rows. */
  readonly small: string
  /** Model name of the better model, as in the outcome rows. */
  readonly large: string
}

/** Its prices are USD per million tokens; absent means unknown, never free. */
export interface Candidate extends Prices {
  /** Name used in outcome rows, artifacts and decisions. */
  readonly model: string
  /** How the provider bills the prompt of a call for several answers. Default 'per-sample': as if each answer were a call of its own. */
  readonly promptBilled?: 'once' | 'per-sample'
  /** False when the model cannot read images. Default true: unknown means allowed, the upstream will say. */
  readonly images?: boolean
  /** False when the model cannot call tools. Default true. */
  readonly tools?: boolean
}
