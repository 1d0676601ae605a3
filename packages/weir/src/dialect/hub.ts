/**
 * The hub: every dialect translates to and from OpenAI's chat completions, and a pair of others meets in that form. So that nothing is
 * lost between two dialects that both know it, the chat form carries members that OpenAI does not have:
 *
 *   message, delta      reasoning_content: text of the thinking; thinking_blocks: the same with what proves it (see `ThinkingBlock`)
 *   tool call           extra_content: {google: {thought_signature}}
 *   tool message        is_error: true
 *   part, message, tool cache_control, as Anthropic writes it
 *   request             thinking (Anthropic's object), top_k, cache_control
 *   choice              native_finish_reason: the upstream's own word; stop_sequence: the one that was met
 *   usage               prompt_tokens_details: {cached_tokens, cache_creation_tokens, cache_creation_1h_tokens}, all part of prompt_tokens
 *
 * In a stream, the text of the thinking comes as delta.reasoning_content; delta.thinking_blocks comes when a block ends, with its
 * signature and an empty `thinking` (a redacted block whole). A signature belongs to the provider that made it and goes back to no other.
 */
import { isRecord } from '@weir/core'

export type Json = Readonly<Record<string, unknown>>

/** A form of requests and answers on the wire. */
export type DialectName = 'chat' | 'messages' | 'responses' | 'gemini' | 'bedrock'

export type ThinkingProvider = 'anthropic' | 'google' | 'bedrock' | 'openai'

export type ThinkingBlock =
  | {
      readonly type: 'thinking'
      readonly thinking: string
      readonly signature: string
      readonly provider: ThinkingProvider
      /** OpenAI's id of the reasoning item. */
      readonly id?: string
    }
  | { readonly type: 'redacted_thinking'; readonly data: string; readonly provider: ThinkingProvider }

export function asRecord(value: unknown): Json {
  return isRecord(value) ? value : NOTHING
}

const NOTHING: Json = {}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function asRecords(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** Count of tokens; 0 for what is not said. */
export function asCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** The members that are there: what the caller left unset stays unset. */
export function pick(from: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  )
}

const PROVIDERS: readonly string[] = ['anthropic', 'google', 'bedrock', 'openai'] satisfies ThinkingProvider[]

/** The thinking blocks of a message or delta that are well formed. */
export function readThinkingBlocks(message: Json): readonly ThinkingBlock[] {
  return asRecords(message['thinking_blocks']).filter(isThinkingBlock)
}

function isThinkingBlock(value: Json): value is ThinkingBlock & Json {
  if (!PROVIDERS.includes(asString(value['provider']))) return false
  if (value['type'] === 'redacted_thinking') return typeof value['data'] === 'string'
  return value['type'] === 'thinking' && typeof value['signature'] === 'string'
}

/**
 * A proof of thinking as a client of another dialect keeps it: with the name of who made it, so that it finds its way back.
 * `home`: the provider whose proofs that dialect carries as they are.
 */
export function sealProof(proof: string, provider: ThinkingProvider, home: ThinkingProvider): string {
  return provider === home ? proof : `${SEAL}${provider}:${proof}`
}

export interface Proof {
  readonly provider: ThinkingProvider
  readonly proof: string
}

export function openProof(text: string, home: ThinkingProvider): Proof {
  if (!text.startsWith(SEAL)) return { provider: home, proof: text }
  const end = text.indexOf(':', SEAL.length)
  const provider = PROVIDERS.find((name) => name === text.slice(SEAL.length, end))
  return { provider: (provider ?? home) as ThinkingProvider, proof: text.slice(end + 1) }
}

const SEAL = 'weir:'
