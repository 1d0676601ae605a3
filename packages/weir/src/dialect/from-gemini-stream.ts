/**
 * Gemini's event stream -> chat chunks, as they come. Each event is a reply of its own with the parts that are new; a call comes whole. The
 * answer is complete when every candidate said why it finished, or when the prompt was blocked; there is no last word behind it.
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { EventLines } from './event-lines.ts'
import {
  blockReason,
  geminiFinishReason,
  indexOf,
  partsOf,
  textOf,
  toGeminiError,
  toGeminiUsage,
  toLogprobs,
  toThinkingBlock,
  toToolCall,
} from './from-gemini.ts'
import { asCount, asRecord, asRecords, asString, type Json } from './hub.ts'
import type { NativeStream, ReplyContext } from './native.ts'

interface Candidate {
  calls: number
  isFinished: boolean
}

export class GeminiStream implements NativeStream {
  readonly #context: ReplyContext
  readonly #writer: ChunkWriter
  readonly #lines: EventLines
  readonly #candidates = new Map<number, Candidate>()
  #usage: Json | undefined
  #isNamed = false
  #hasFailed = false
  fault: string | undefined

  constructor(context: ReplyContext) {
    this.#context = context
    this.#writer = new ChunkWriter(context)
    this.#lines = new EventLines((_, data) => this.#read(data))
  }

  get isComplete(): boolean {
    const all = [...this.#candidates.values()]
    return this.#hasFailed || (all.length > 0 && all.every(({ isFinished }) => isFinished))
  }

  get usage(): Json | undefined {
    return this.#usage === undefined ? undefined : toGeminiUsage(this.#usage)
  }

  push(chunk: Buffer): string {
    if (!this.#lines.push(chunk)) this.fault = 'an event of more than 8 MiB'
    return this.#writer.take()
  }

  end(): string {
    this.#lines.end()
    if (this.isComplete && !this.#hasFailed) this.#writer.done(this.usage)
    return this.#writer.take()
  }

  #read(text: string): void {
    if (this.fault !== undefined || this.#hasFailed) return
    const data = parseLoosely(text)
    if (!isRecord(data)) {
      this.fault = 'an event of the stream is not a JSON object'
      return
    }
    if (isRecord(data['error'])) {
      this.#hasFailed = true
      this.#writer.error(toGeminiError(data, asCount(data['error']['code']) || 500))
      return
    }
    this.#readReply(data)
  }

  #readReply(reply: Json): void {
    if (!this.#isNamed) {
      const { id, model } = this.#context
      this.#writer.name(asString(reply['responseId']) || id, asString(reply['modelVersion']) || model)
      this.#isNamed = true
    }
    if (isRecord(reply['usageMetadata'])) this.#usage = { ...this.#usage, ...reply['usageMetadata'] }
    const candidates = asRecords(reply['candidates'])
    candidates.forEach((candidate, i) => this.#readCandidate(candidate, indexOf(candidate, i)))
    const blocked = blockReason(reply)
    if (candidates.length > 0 || blocked === undefined) return
    this.#candidates.set(0, { calls: 0, isFinished: true })
    this.#writer.delta({ refusal: `the prompt was blocked (${blocked})` })
    this.#writer.finish({ reason: 'content_filter', native: blocked })
  }

  #readCandidate(candidate: Json, index: number): void {
    const state = this.#candidates.get(index) ?? { calls: 0, isFinished: false }
    this.#candidates.set(index, state)
    const logprobs = toLogprobs(candidate['logprobsResult'])
    for (const part of partsOf(candidate)) this.#readPart(part, index, state)
    if (logprobs !== null) this.#writer.logprobs(asRecord(logprobs), index)
    const { finishReason } = candidate
    if (typeof finishReason !== 'string' || state.isFinished) return
    state.isFinished = true
    const reason = geminiFinishReason(finishReason, state.calls > 0)
    this.#writer.finish({ reason, native: finishReason }, index)
  }

  #readPart(part: Json, index: number, state: Candidate): void {
    const text = textOf(part)
    if (text !== '') {
      const delta = part['thought'] === true ? { reasoning_content: text } : { content: text }
      this.#writer.delta(delta, index)
    }
    const [call] = toToolCall(part, `${this.#context.id}-${index}-${state.calls}`)
    if (call !== undefined) {
      this.#writer.delta({ tool_calls: [{ index: state.calls, ...call }] }, index)
      state.calls += 1
    }
    const signed = toThinkingBlock(part)
    if (signed.length > 0) this.#writer.delta({ thinking_blocks: signed }, index)
  }
}
