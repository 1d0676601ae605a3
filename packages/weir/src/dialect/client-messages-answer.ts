/**
 * Chat completion -> Anthropic message: blocks in the order thinking, text, tool calls; why it stopped; usage as Anthropic counts it (what
 * was read from a cache or written to one stands beside `input_tokens`, not in it).
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { AnswerBlocks, type AnswerBlock } from './answer-blocks.ts'
import type { AnswerContext } from './client-dialect.ts'
import { CALL_MARK } from './marks.ts'
import { asCount, asRecord, asRecords, asString, sealProof, type Json } from './hub.ts'

export function toMessage(completion: Json, context: AnswerContext): Json {
  const choice = firstChoice(completion)
  const content: Json[] = []
  const blocks = new AnswerBlocks({
    open: () => '',
    delta: () => '',
    close: (block) => {
      content.push(...markersOf(block), toBlock(block, context))
      return ''
    },
  })
  blocks.push(asRecord(choice['message']))
  blocks.end()
  const hasTools = content.some(({ type }) => type === 'tool_use')
  const isRefused = asString(asRecord(choice['message'])['refusal']) !== ''
  return {
    id: messageId(completion, context),
    type: 'message',
    role: 'assistant',
    model: modelOf(completion, context),
    content,
    ...toStop(choice, { hasTools, isRefused }),
    container: null,
    usage: toMessagesUsage(asRecord(completion['usage'])),
  }
}

export function firstChoice(completion: Json): Json {
  return asRecords(completion['choices']).find(({ index = 0 }) => index === 0) ?? {}
}

export function messageId({ id: theirs }: Json, { id }: AnswerContext): string {
  return typeof theirs === 'string' && theirs.startsWith('msg_') ? theirs : `msg_${id.replaceAll('-', '')}`
}

export function modelOf({ model }: Json, { request }: AnswerContext): string {
  return asString(model) || asString(request['model'])
}

/** A whole block. */
export function toBlock(block: AnswerBlock, context: AnswerContext): Json {
  const { kind, text } = block
  switch (kind) {
    case 'thinking':
      return { type: 'thinking', thinking: text, signature: signatureOf(block) }
    case 'redacted':
      return { type: 'redacted_thinking', data: dataOf(block) }
    case 'text':
    case 'refusal':
      return { type: 'text', text }
    case 'tool':
      return {
        type: 'tool_use',
        id: callId(block, context),
        name: block.call?.name ?? '',
        input: toInput(block),
      }
  }
}

/** Models end in the middle of a call, and free-form calls have text: an object all the same, with nothing lost. */
function toInput({ text, call }: AnswerBlock): unknown {
  if (text.trim() === '') return {}
  if (call?.isCustom === true) return { input: text }
  const input = parseLoosely(text)
  return isRecord(input) ? input : { unparsed: text }
}

/** Anthropic's ids hold letters, digits, _ and - only. */
export function callId({ call, index }: AnswerBlock, { id }: AnswerContext): string {
  return call?.id === undefined || call.id === '' ? `toolu_${id.replaceAll('-', '')}_${index}` : call.id
}

export function signatureOf({ proof }: AnswerBlock): string {
  return proof?.type === 'thinking' ? sealProof(proof.signature, proof.provider, 'anthropic') : ''
}

export function dataOf({ proof, text }: AnswerBlock): string {
  return sealProof(text, proof?.provider ?? 'anthropic', 'anthropic')
}

/**
 * A signature that a provider put on a tool call has no place in Anthropic's: it goes as a block of redacted thinking before the call,
 * which clients send back as it is.
 */
export function markersOf({ call }: AnswerBlock): readonly Json[] {
  const signature = asRecord(call?.extra?.['google'])['thought_signature']
  if (typeof signature !== 'string') return []
  return [{ type: 'redacted_thinking', data: sealProof(`${CALL_MARK}${signature}`, 'google', 'anthropic') }]
}

const STOP_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
])

/** Anthropic's own words, which an upstream of that dialect has said. */
const OWN: readonly unknown[] = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
]

export interface Stopped {
  readonly hasTools: boolean
  readonly isRefused: boolean
}

export function toStop(choice: Json, { hasTools, isRefused }: Stopped): Json {
  const { finish_reason: reason, native_finish_reason: native, stop_sequence: met } = choice
  const own = OWN.includes(native) ? asString(native) : undefined
  const mapped = own ?? STOP_REASONS.get(reason) ?? 'end_turn'
  const sequence = typeof met === 'string' ? met : null
  return {
    stop_reason: reasonOf(mapped, { hasTools, isRefused, sequence }),
    stop_sequence: sequence,
    stop_details: null,
  }
}

/** Some servers say "stop" after a tool call, and all say it at a refusal. */
function reasonOf(
  mapped: string,
  { hasTools, isRefused, sequence }: Stopped & { sequence: string | null },
): string {
  if (mapped !== 'end_turn') return mapped
  if (hasTools) return 'tool_use'
  if (isRefused) return 'refusal'
  return sequence === null ? mapped : 'stop_sequence'
}

export function toMessagesUsage(usage: Json): Json {
  const prompt = asRecord(usage['prompt_tokens_details'])
  const read = asCount(prompt['cached_tokens'])
  const written = asCount(prompt['cache_creation_tokens'])
  const hour = asCount(prompt['cache_creation_1h_tokens'])
  const thinking = asCount(asRecord(usage['completion_tokens_details'])['reasoning_tokens'])
  return {
    input_tokens: Math.max(0, asCount(usage['prompt_tokens']) - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: {
      ephemeral_5m_input_tokens: Math.max(0, written - hour),
      ephemeral_1h_input_tokens: hour,
    },
    output_tokens: asCount(usage['completion_tokens']),
    output_tokens_details: thinking === 0 ? null : { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: null,
  }
}
