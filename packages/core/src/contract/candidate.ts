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
  /** False when it cannot be told to answer in JSON. Default true. */
  readonly json?: boolean
  /** False when it cannot be told to follow a JSON schema. Default true. */
  readonly jsonSchema?: boolean
  /** Tokens of prompt and answer together, at most; compared with an estimate (pool/context.ts). Absent: unknown, so no limit. */
  readonly contextTokens?: number
  /** Where it runs, a label such as 'local' or 'eu'. Absent: unknown, and not good enough for a query that names places. */
  readonly place?: string
}
