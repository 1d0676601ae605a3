/**
 * Session: what is known of the conversation that a query continues. Providers bill tokens of a prompt that they still hold in their cache
 * at a fraction of the price; a model that has not seen the conversation bills all of them. So switching models has a price.
 */

export interface Session {
  /** Tokens of the prompt, estimated. */
  readonly inputTokens: number
  /** Tokens of the next answer, expected: those of the last one. */
  readonly outputTokens: number
  /** Of each model, tokens of the prompt that its provider is believed to hold. A model that is missing holds none. */
  readonly warmTokens: Readonly<Record<string, number>>
  /** Turns in a row, up to this one, in which the large model was kept for its cache alone. */
  readonly stays: number
}
