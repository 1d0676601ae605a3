/**
 * What a Responses answer is made of: its envelope, its items, its usage. Nothing is stored here, and `store` says so.
 */
import type { AnswerBlock } from './answer-blocks.ts'
import type { AnswerContext } from './client-dialect.ts'
import { modelOf } from './client-messages-answer.ts'
import { asCount, asRecord, asRecords, asString, sealProof, type Json } from './hub.ts'
import { CALL_MARK, OWN_REASONING } from './marks.ts'

export interface Envelope {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly output: readonly Json[]
  readonly usage: Json | null
  /** Why it is incomplete. */
  readonly reason?: string
  readonly error?: Json
}

const ECHOED: readonly (readonly [string, unknown])[] = [
  ['instructions', null],
  ['max_output_tokens', null],
  ['max_tool_calls', null],
  ['parallel_tool_calls', true],
  ['prompt_cache_key', null],
  ['reasoning', { effort: null, summary: null }],
  ['safety_identifier', null],
  ['temperature', 1],
  ['tool_choice', 'auto'],
  ['top_logprobs', 0],
  ['top_p', 1],
  ['user', null],
  ['metadata', {}],
]

/** `from`: the completion or the last chunk, for its model and service tier. */
export function toResponse(from: Json, context: AnswerContext, envelope: Envelope): Json {
  const { id, request, createdAt } = context
  const { status, output, usage, reason, error = null } = envelope
  const tools = asRecords(request['tools']).map((tool) =>
    tool['type'] === 'function' ? { strict: null, ...tool } : tool,
  )
  return {
    id: `resp_${hexOf(id)}`,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error,
    incomplete_details: reason === undefined ? null : { reason },
    model: modelOf(from, context),
    output,
    previous_response_id: null,
    ...Object.fromEntries(ECHOED.map(([name, value]) => [name, request[name] ?? value])),
    service_tier: from['service_tier'] ?? 'default',
    store: false,
    text: { format: { type: 'text' }, ...asRecord(request['text']) },
    tools,
    truncation: 'disabled',
    usage,
  }
}

/** Why a response is incomplete; undefined when it is not. */
export function incompleteReason(finishReason: unknown): string | undefined {
  if (finishReason === 'length') return 'max_output_tokens'
  return finishReason === 'content_filter' ? 'content_filter' : undefined
}

export function toResponsesUsage(usage: Json): Json | null {
  if (Object.keys(usage).length === 0) return null
  const input = asCount(usage['prompt_tokens'])
  const output = asCount(usage['completion_tokens'])
  const prompt = asRecord(usage['prompt_tokens_details'])
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: asCount(prompt['cached_tokens']),
      cache_write_tokens: asCount(prompt['cache_creation_tokens']),
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: asCount(asRecord(usage['completion_tokens_details'])['reasoning_tokens']),
    },
    total_tokens: input + output,
  }
}

export function hexOf(id: string): string {
  return id.replaceAll('-', '')
}

const PREFIXES = {
  thinking: OWN_REASONING,
  redacted: OWN_REASONING,
  text: 'msg_',
  refusal: 'msg_',
  tool: 'fc_',
} as const

/** The same from its first event to its last. */
export function itemId({ kind, index, call }: AnswerBlock, { id }: AnswerContext): string {
  const prefix = call?.isCustom === true ? 'ctc_' : PREFIXES[kind]
  return `${prefix}${hexOf(id)}_${index}`
}

export interface ItemState {
  readonly status: 'in_progress' | 'completed' | 'incomplete'
  readonly logprobs: readonly unknown[]
}

/** The item of a block, as far as it has come. */
export function toItem(block: AnswerBlock, context: AnswerContext, { status, logprobs }: ItemState): Json {
  const { kind, text, call } = block
  const id = itemId(block, context)
  const isNew = status === 'in_progress'
  switch (kind) {
    case 'thinking':
    case 'redacted':
      return toReasoning(block, id, isNew)
    case 'text':
    case 'refusal': {
      const content = isNew ? [] : [toPart(block, text, logprobs)]
      return { id, type: 'message', status, role: 'assistant', content }
    }
    case 'tool': {
      const callId = callIdOf(block, context)
      const said = isNew ? '' : text
      if (call?.isCustom === true)
        return { id, type: 'custom_tool_call', call_id: callId, name: call.name, input: said }
      const name = call?.name ?? ''
      return { id, type: 'function_call', status, arguments: said, call_id: callId, name }
    }
  }
}

function toReasoning({ kind, text, proof }: AnswerBlock, id: string, isNew: boolean): Json {
  const hasText = !isNew && kind === 'thinking' && text !== ''
  const said = proof?.type === 'thinking' ? proof.signature : text
  const sealed = isNew || proof === undefined ? undefined : sealProof(said, proof.provider, 'openai')
  return {
    id,
    type: 'reasoning',
    summary: hasText ? [{ type: 'summary_text', text }] : [],
    ...(sealed === undefined ? {} : { encrypted_content: sealed }),
  }
}

export function toPart({ kind }: AnswerBlock, text: string, logprobs: readonly unknown[]): Json {
  return kind === 'refusal'
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [], logprobs }
}

function callIdOf({ call, index }: AnswerBlock, { id }: AnswerContext): string {
  return call?.id === undefined || call.id === '' ? `call_${hexOf(id)}_${index}` : call.id
}

/** A signature that a provider put on a tool call goes as a reasoning item before it, which clients send back as it is. */
export function markItem(block: AnswerBlock, { id }: AnswerContext): Json | undefined {
  const signature = asRecord(block.call?.extra?.['google'])['thought_signature']
  if (typeof signature !== 'string') return undefined
  const sealed = sealProof(`${CALL_MARK}${signature}`, 'google', 'openai')
  return {
    id: `${OWN_REASONING}${hexOf(id)}_${block.index}_call`,
    type: 'reasoning',
    summary: [],
    encrypted_content: sealed,
  }
}

/** Tokens of a chat choice's log-probabilities, as Responses writes them. */
export function toLogprobs(choice: Json): readonly Json[] {
  return asRecords(asRecord(choice['logprobs'])['content']).map(
    ({ token, logprob, bytes, top_logprobs: top }) => ({
      token: asString(token),
      logprob,
      bytes: bytes ?? [],
      top_logprobs: asRecords(top).map((one) => ({
        token: one['token'],
        logprob: one['logprob'],
        bytes: one['bytes'] ?? [],
      })),
    }),
  )
}
