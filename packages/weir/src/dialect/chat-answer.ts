/**
 * Chat answer: the message of a chat completion and its usage, out of what the upstreams of other dialects say.
 */
import type { Json } from './hub.ts'

export interface Said {
  readonly text: string
  readonly calls: readonly Json[]
  readonly reasoning: string
  /** Thinking blocks as the hub has them. */
  readonly thinking: readonly Json[]
  readonly refusal?: string
}

export function toAnswerMessage({ text, calls, reasoning, thinking, refusal = '' }: Said): Json {
  return {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
  }
}

/** Tokens as Anthropic and Bedrock count them: what a cache gave and took stands beside the input. */
export interface CachedUsage {
  readonly input: number
  readonly read: number
  readonly written: number
  /** Of what was written, what is kept for an hour. */
  readonly hour: number
  readonly output: number
}

/** OpenAI counts all of it as prompt. */
export function toCachedUsage({ input, read, written, hour, output }: CachedUsage): Json {
  const prompt = input + read + written
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: read,
      ...(written === 0 ? {} : { cache_creation_tokens: written }),
      ...(hour === 0 ? {} : { cache_creation_1h_tokens: hour }),
    },
  }
}
