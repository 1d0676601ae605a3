/**
 * OpenAI's chat completions on the demo models' side: what is read from a request, and the bodies and chunks that answer it. The
 * program sees the text of the last user message; everything else of the request is accepted and has no effect.
 */
import { isRecord, parseJson } from '@weir/core'

export interface ChatRequest {
  readonly prompt: string
  /** Text of all messages, for counting input tokens. */
  readonly allText: string
  readonly isStream: boolean
  readonly includesUsage: boolean
  /** Output tokens at most; Infinity when not given. */
  readonly maxTokens: number
}

/** What every body and chunk of one answer carries. */
export interface Head {
  readonly id: string
  /** Unix time, seconds. */
  readonly created: number
  readonly model: string
}

export interface WireUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
}

export type FinishReason = 'stop' | 'length'

/** The request in a body, or a sentence saying what is wrong with it. */
export function readChatRequest(text: string): ChatRequest | string {
  let body: unknown
  try {
    body = parseJson(text)
  } catch {
    return 'The body is not valid JSON.'
  }
  const messages = isRecord(body) ? body['messages'] : undefined
  if (!isRecord(body) || !Array.isArray(messages)) return 'messages must be an array.'
  const turns = messages
    .filter(isRecord)
    .map((message) => ({ role: message['role'], text: readContent(message['content']) }))
  const last = turns.findLast(({ role }) => role === 'user')
  if (last === undefined) return 'messages must hold a user message.'
  const maxTokens = body['max_completion_tokens'] ?? body['max_tokens']
  const streamOptions = body['stream_options']
  return {
    prompt: last.text,
    allText: turns.map(({ text }) => text).join('\n'),
    isStream: body['stream'] === true,
    includesUsage: isRecord(streamOptions) && streamOptions['include_usage'] === true,
    maxTokens: typeof maxTokens === 'number' && maxTokens >= 1 ? Math.floor(maxTokens) : Infinity,
  }
}

function readContent(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
}

export interface Completion extends Head {
  readonly content: string
  readonly finishReason: FinishReason
  readonly usage: WireUsage
}

export function writeCompletion({ content, finishReason, usage, ...head }: Completion): string {
  const message = { role: 'assistant', content, refusal: null }
  return JSON.stringify({
    ...fields(head, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage,
  })
}

export interface Delta {
  readonly role?: 'assistant'
  readonly content?: string
}

/** One event of the stream. `usage: null` stands on every chunk when usage was asked for, as OpenAI sends it. */
export function writeChunk(
  head: Head,
  delta: Delta,
  options: { readonly finishReason?: FinishReason; readonly includesUsage: boolean },
): string {
  const { finishReason = null, includesUsage } = options
  return toEvent({
    ...fields(head, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...(includesUsage ? { usage: null } : {}),
  })
}

export function writeUsageChunk(head: Head, usage: WireUsage): string {
  return toEvent({ ...fields(head, 'chat.completion.chunk'), choices: [], usage })
}

export const DONE = 'data: [DONE]\n\n'

export function writeError(message: string, code: string): string {
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } })
}

export function writeModels(model: string, created: number): string {
  return JSON.stringify({
    object: 'list',
    data: [{ id: model, object: 'model', created, owned_by: 'weir-demo' }],
  })
}

function toEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function fields({ id, created, model }: Head, object: string): object {
  return { id, object, created, model, system_fingerprint: null }
}
