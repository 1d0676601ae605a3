/**
 * Gemini reply -> chat completion. A prompt that was blocked is an answer that was filtered, not an error. Thoughts become
 * `reasoning_content`; signatures stay with the call or the text they came with.
 */
import { toAnswerMessage } from './chat-answer.ts'
import { asCount, asRecord, asRecords, asString, type Json } from './hub.ts'
import { errorTypeOf, type ReplyContext, type WireError } from './native.ts'

/** Undefined when it is no reply of a model. */
export function fromGemini(reply: Json, context: ReplyContext): Json | undefined {
  const candidates = asRecords(reply['candidates'])
  const blocked = blockReason(reply)
  if (candidates.length === 0 && blocked === undefined) return undefined
  const choices = candidates.map((candidate, i) => toChoice(candidate, i, context))
  return {
    id: asString(reply['responseId']) || context.id,
    object: 'chat.completion',
    created: context.createdAt,
    model: asString(reply['modelVersion']) || context.model,
    choices: choices.length > 0 ? choices : [blockedChoice(blocked ?? '')],
    usage: toGeminiUsage(asRecord(reply['usageMetadata'])),
  }
}

/** Why the prompt was blocked; undefined when it was not. */
export function blockReason(reply: Json): string | undefined {
  const { blockReason: reason } = asRecord(reply['promptFeedback'])
  return typeof reason === 'string' ? reason : undefined
}

function blockedChoice(reason: string): Json {
  return {
    index: 0,
    message: { role: 'assistant', content: null, refusal: `the prompt was blocked (${reason})` },
    logprobs: null,
    finish_reason: 'content_filter',
    native_finish_reason: reason,
  }
}

function toChoice(candidate: Json, position: number, context: ReplyContext): Json {
  const parts = partsOf(candidate)
  const index = indexOf(candidate, position)
  const calls = parts.flatMap((part, i) => toToolCall(part, `${context.id}-${index}-${i}`))
  const text = parts
    .filter((part) => part['thought'] !== true)
    .map(textOf)
    .join('')
  const thoughts = parts
    .filter((part) => part['thought'] === true)
    .map(textOf)
    .join('')
  const signed = parts.flatMap(toThinkingBlock)
  const { finishReason } = candidate
  return {
    index,
    message: toAnswerMessage({ text, calls, reasoning: thoughts, thinking: signed }),
    logprobs: toLogprobs(candidate['logprobsResult']),
    finish_reason: geminiFinishReason(finishReason, calls.length > 0),
    ...(typeof finishReason === 'string' ? { native_finish_reason: finishReason } : {}),
  }
}

export function indexOf({ index }: Json, position: number): number {
  return typeof index === 'number' ? index : position
}

export function partsOf(candidate: Json): readonly Json[] {
  return asRecords(asRecord(candidate['content'])['parts'])
}

export function textOf(part: Json): string {
  return asString(part['text'])
}

/** `id` is used where the API gave the call none. */
export function toToolCall({ functionCall, thoughtSignature: signature }: Json, id: string): readonly Json[] {
  const call = asRecord(functionCall)
  if (typeof call['name'] !== 'string') return []
  return [
    {
      id: asString(call['id']) || `call_${id}`,
      type: 'function',
      function: { name: call['name'], arguments: JSON.stringify(call['args'] ?? {}) },
      ...(typeof signature === 'string'
        ? { extra_content: { google: { thought_signature: signature } } }
        : {}),
    },
  ]
}

/** A signature that belongs to no call. */
export function toThinkingBlock({ functionCall, thoughtSignature: signature }: Json): readonly Json[] {
  if (functionCall !== undefined || typeof signature !== 'string') return []
  return [{ type: 'thinking', thinking: '', signature, provider: 'google' }]
}

const FILTERED: ReadonlySet<unknown> = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
])

export function geminiFinishReason(reason: unknown, hasCalls: boolean): string {
  if (FILTERED.has(reason)) return 'content_filter'
  if (reason === 'MAX_TOKENS' || reason === 'CONTINUATION') return 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}

/** Thoughts are counted beside the answer's tokens, what tools read beside the prompt's. */
export function toGeminiUsage(usage: Json): Json {
  const prompt = asCount(usage['promptTokenCount']) + asCount(usage['toolUsePromptTokenCount'])
  const thoughts = asCount(usage['thoughtsTokenCount'])
  const completion = asCount(usage['candidatesTokenCount']) + thoughts
  const audio = audioOf(usage['promptTokensDetails'])
  const spoken = audioOf(usage['candidatesTokensDetails'])
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: asCount(usage['cachedContentTokenCount']),
      ...(audio === 0 ? {} : { audio_tokens: audio }),
    },
    completion_tokens_details: {
      reasoning_tokens: thoughts,
      ...(spoken === 0 ? {} : { audio_tokens: spoken }),
    },
  }
}

function audioOf(details: unknown): number {
  const audio = asRecords(details).filter(({ modality }) => modality === 'AUDIO')
  return audio.reduce((sum, { tokenCount }) => sum + asCount(tokenCount), 0)
}

export function toLogprobs(result: unknown): Json | null {
  const { chosenCandidates, topCandidates } = asRecord(result)
  const chosen = asRecords(chosenCandidates)
  if (chosen.length === 0) return null
  const tops = asRecords(topCandidates)
  const content = chosen.map((one, i) => ({
    ...toToken(one),
    top_logprobs: asRecords(asRecord(tops[i])['candidates']).map(toToken),
  }))
  return { content, refusal: null }
}

function toToken({ token, logProbability }: Json): Json {
  return { token: asString(token), logprob: Number(logProbability ?? 0), bytes: null }
}

/** `{"error":{"code","message","status"}}`, in a stream's array too. */
export function toGeminiError(body: unknown, status: number): WireError {
  const [first] = Array.isArray(body) ? asRecords(body) : [asRecord(body)]
  const { message, status: word } = asRecord(asRecord(first)['error'])
  return {
    error: {
      message: asString(message) || `the upstream answered status ${status}`,
      type: errorTypeOf(status),
      param: null,
      code: typeof word === 'string' ? word.toLowerCase() : null,
    },
  }
}
