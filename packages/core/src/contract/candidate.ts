/**
 * Candidate: a model that could answer. Pair: the two of Hybrid LLM, small (cheaper) and large (better).
 */

export interface Pair {
  /** Model name of the cheaper model, as in the outcome rows. */
  readonly small: string
  /** Model name of the better model, as in the outcome rows. */
  readonly large: string
}

export interface Candidate {
  /** Name used in outcome rows, artifacts and decisions. */
  readonly model: string
  /** Price per million input tokens, USD; absent means unknown, never free. */
  readonly inputUsdPerMTok?: number
  /** Price per million input tokens that the provider holds in its prompt cache, USD; absent means unknown. */
  readonly cachedInputUsdPerMTok?: number
  /** Price per million output tokens, USD; absent means unknown. */
  readonly outputUsdPerMTok?: number
  /** How the provider bills the prompt of a call for several answers. Default 'per-sample': as if each answer were a call of its own. */
  readonly promptBilled?: 'once' | 'per-sample'
  /** False when the model cannot read images. Default true: unknown means allowed, the upstream will say. */
  readonly images?: boolean
  /** False when the model cannot call tools. Default true. */
  readonly tools?: boolean
}
