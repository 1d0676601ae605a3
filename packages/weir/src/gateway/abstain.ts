/**
 * Abstain: what a caller gets when the policy declines to give the answer it has. Never silent: the header x-weir-abstained says so too.
 */
export interface Abstention {
  /** HTTP status of the error. Default 422: the request was understood and cannot be answered well; clients do not retry it. */
  readonly status: number
  /** Present: the caller gets a completion with this text instead of an error. */
  readonly message?: string
}

export const DEFAULT_ABSTENTION: Abstention = { status: 422 }

export interface AbstentionParts {
  readonly id: string
  readonly message: string
  readonly createdAt: Date
}

/** A chat completion that no model wrote; its `model` is weir. */
export function abstentionBody({ id, message, createdAt }: AbstentionParts): object {
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: Math.floor(createdAt.getTime() / 1000),
    model: 'weir',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: message, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  }
}
