/**
 * OpenAI Responses event stream -> chat chunks, as they come. Events are told apart by the `type` inside them; those of hosted tools are passed
 * over. The stream ends with response.completed, .incomplete or .failed, or with an error.
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { EventLines } from './event-lines.ts'
import { responseFinishReason, toResponseError, toResponseUsage, toThinkingBlock } from './from-responses.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import type { NativeStream, ReplyContext } from './native.ts'

export class ResponsesStream implements NativeStream {
  readonly #context: ReplyContext
  readonly #writer: ChunkWriter
  readonly #lines: EventLines
  /** Places of function calls among them, by the id of their item. */
  readonly #calls = new Map<unknown, number>()
  #usage: Json | undefined
  #isDone = false
  fault: string | undefined

  constructor(context: ReplyContext) {
    this.#context = context
    this.#writer = new ChunkWriter(context)
    this.#lines = new EventLines((_, data) => this.#read(data))
  }

  get isComplete(): boolean {
    return this.#isDone
  }

  get usage(): Json | undefined {
    return this.#usage === undefined ? undefined : toResponseUsage(this.#usage)
  }

  push(chunk: Buffer): string {
    if (!this.#lines.push(chunk)) this.fault = 'an event of more than 8 MiB'
    return this.#writer.take()
  }

  end(): string {
    this.#lines.end()
    return this.#writer.take()
  }

  #read(text: string): void {
    if (this.fault !== undefined || this.#isDone || text === '[DONE]') return
    const data = parseLoosely(text)
    if (isRecord(data)) this.#dispatch(asString(data['type']), data)
    else this.fault = 'an event of the stream is not a JSON object'
  }

  #dispatch(type: string, data: Json): void {
    switch (type) {
      case 'response.created':
        return this.#name(asRecord(data['response']))
      case 'response.output_item.added':
        return this.#addItem(asRecord(data['item']))
      case 'response.function_call_arguments.delta':
        return this.#addArguments(data)
      case 'response.output_item.done':
        return this.#endItem(asRecord(data['item']))
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(asRecord(data['response']))
      case 'response.failed':
        return this.#fail(data['response'])
      case 'error':
        return this.#fail(isRecord(data['error']) ? data : { error: data })
      default:
        return this.#addText(type, data)
    }
  }

  #addText(type: string, data: Json): void {
    const delta = asString(data['delta'])
    if (delta === '') return
    if (type === 'response.output_text.delta') this.#addContent(delta, asRecords(data['logprobs']))
    else if (type === 'response.refusal.delta') this.#writer.delta({ refusal: delta })
    else if (type.startsWith('response.reasoning_') && type.endsWith('text.delta')) {
      this.#writer.delta({ reasoning_content: delta })
    }
  }

  #addContent(content: string, logprobs: readonly Json[]): void {
    this.#writer.delta({ content })
    if (logprobs.length > 0) this.#writer.logprobs({ content: logprobs, refusal: null })
  }

  #name({ id, model }: Json): void {
    this.#writer.name(asString(id) || this.#context.id, asString(model) || this.#context.model)
  }

  #addItem(item: Json): void {
    const { type, id, call_id: callId, name, arguments: text } = item
    if (type === 'message') this.#writer.role()
    if (type !== 'function_call') return
    const index = this.#calls.size
    this.#calls.set(id, index)
    const called = { name, arguments: asString(text) }
    this.#writer.delta({ tool_calls: [{ index, id: callId, type: 'function', function: called }] })
  }

  #addArguments({ item_id: id, delta }: Json): void {
    const index = this.#calls.get(id)
    if (index !== undefined) this.#writer.delta({ tool_calls: [{ index, function: { arguments: delta } }] })
  }

  /** The text of reasoning came in pieces. */
  #endItem(item: Json): void {
    const blocks = toThinkingBlock(item).map((block) => ({ ...block, thinking: '' }))
    if (blocks.length > 0) this.#writer.delta({ thinking_blocks: blocks })
  }

  #finish(response: Json): void {
    this.#isDone = true
    if (isRecord(response['usage'])) this.#usage = response['usage']
    this.#writer.finish({ reason: responseFinishReason(response, this.#calls.size > 0) })
    this.#writer.done(this.usage)
  }

  #fail(body: unknown): void {
    this.#isDone = true
    this.#writer.error(toResponseError(body, 500))
  }
}
