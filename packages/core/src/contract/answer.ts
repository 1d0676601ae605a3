/**
 * Answer: what a model said, reduced to what scorers read. Made from an upstream's body when live and from an outcome row in a replay.
 */

/** One generated token with its natural-log probability. */
export interface TokenLogprob {
  readonly token: string
  /** Natural log. At most 0. */
  readonly logprob: number
  /** The likeliest tokens at this position, most likely first, this one among them; absent when the upstream gave none. */
  readonly top?: readonly { readonly token: string; readonly logprob: number }[]
}

export interface ToolCall {
  readonly name: string
  /** JSON text as the model wrote it; may not parse. */
  readonly arguments: string
}

export interface Answer {
  /** Visible text; empty when the answer is tool calls alone. */
  readonly text: string
  readonly toolCalls?: readonly ToolCall[]
  /** As the upstream said: `stop`, `length`, `tool_calls`, …; absent when unknown. */
  readonly finishReason?: string
  /** Generated tokens in order; absent when the upstream gave no log-probabilities. */
  readonly tokens?: readonly TokenLogprob[]
  /** The short final answer (a letter, a number) where the row's source extracted one; recorded answers only. */
  readonly extracted?: string
}
