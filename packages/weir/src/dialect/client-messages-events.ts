/**
 * Chat chunks -> Anthropic's events, as they come: message_start, then for each block content_block_start, its deltas and
 * content_block_stop, then message_delta with why it stopped and the usage, and message_stop.
 *
 * A chat stream says its usage at the end, so message_start counts 0 unless the first chunk knows better; message_delta holds the totals.
 */
import { AnswerBlocks, type AnswerBlock } from './answer-blocks.ts'
import type { AnswerContext, Problem, StreamWriter } from './client-dialect.ts'
import {
  callId,
  dataOf,
  firstChoice,
  markersOf,
  messageId,
  modelOf,
  signatureOf,
  toMessagesUsage,
  toStop,
} from './client-messages-answer.ts'
import { asRecord, asString, type Json } from './hub.ts'

export class MessagesEvents implements StreamWriter {
  readonly #context: AnswerContext
  readonly #errorEvent: (problem: Problem) => string
  readonly #blocks = new AnswerBlocks({
    open: (block) => this.#open(block),
    delta: (block, piece) => this.#delta(block, piece),
    close: (block) => this.#close(block),
  })
  #hasStarted = false
  #hasTools = false
  #isRefused = false
  /** Blocks that stand for signatures of tool calls: they move the index of those behind them. */
  #markers = 0
  #finished: Json | undefined
  #usage: Json = {}

  constructor(context: AnswerContext, errorEvent: (problem: Problem) => string) {
    this.#context = context
    this.#errorEvent = errorEvent
  }

  get isComplete(): boolean {
    return this.#finished !== undefined
  }

  write(chunk: Json): string {
    const choice = firstChoice(chunk)
    const delta = asRecord(choice['delta'])
    const usage = asRecord(chunk['usage'])
    if (Object.keys(usage).length > 0) this.#usage = usage
    if (asString(delta['refusal']) !== '') this.#isRefused = true
    const text = this.#start(chunk) + this.#blocks.push(delta)
    if (typeof choice['finish_reason'] === 'string') this.#finished = choice
    return text
  }

  end(): string {
    const last = this.#blocks.end()
    const stop = toStop(this.#finished ?? {}, { hasTools: this.#hasTools, isRefused: this.#isRefused })
    const { cache_creation: _parts, service_tier: _tier, ...usage } = toMessagesUsage(this.#usage)
    return (
      last +
      event('message_delta', { delta: { ...stop, container: null }, usage }) +
      event('message_stop', {})
    )
  }

  fail(problem: Problem): string {
    return this.#errorEvent(problem)
  }

  #start(chunk: Json): string {
    if (this.#hasStarted) return ''
    this.#hasStarted = true
    const message = {
      id: messageId(chunk, this.#context),
      type: 'message',
      role: 'assistant',
      model: modelOf(chunk, this.#context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      usage: toMessagesUsage(this.#usage),
    }
    return event('message_start', { message })
  }

  #open(block: AnswerBlock): string {
    if (block.kind === 'tool') this.#hasTools = true
    const marks = markersOf(block).map((content) => {
      const index = this.#indexOf(block)
      this.#markers += 1
      return (
        event('content_block_start', { index, content_block: content }) +
        event('content_block_stop', { index })
      )
    })
    return (
      marks.join('') +
      event('content_block_start', { index: this.#indexOf(block), content_block: this.#empty(block) })
    )
  }

  #indexOf({ index }: AnswerBlock): number {
    return index + this.#markers
  }

  #empty(block: AnswerBlock): Json {
    switch (block.kind) {
      case 'thinking':
        return { type: 'thinking', thinking: '', signature: '' }
      case 'redacted':
        return { type: 'redacted_thinking', data: dataOf(block) }
      case 'text':
      case 'refusal':
        return { type: 'text', text: '' }
      case 'tool':
        return { type: 'tool_use', id: callId(block, this.#context), name: block.call?.name ?? '', input: {} }
    }
  }

  #delta(block: AnswerBlock, piece: string): string {
    const index = this.#indexOf(block)
    switch (block.kind) {
      case 'thinking':
        return event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: piece } })
      case 'text':
      case 'refusal':
        return event('content_block_delta', { index, delta: { type: 'text_delta', text: piece } })
      case 'tool':
        // What is no JSON cannot be cut into partial JSON: it comes when it is whole.
        if (block.call?.isCustom === true) return ''
        return event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: piece },
        })
      case 'redacted':
        return ''
    }
  }

  #close(block: AnswerBlock): string {
    const index = this.#indexOf(block)
    const signature = signatureOf(block)
    const last =
      block.call?.isCustom === true
        ? { type: 'input_json_delta', partial_json: JSON.stringify({ input: block.text }) }
        : signature === ''
          ? undefined
          : { type: 'signature_delta', signature }
    const delta = last === undefined ? '' : event('content_block_delta', { index, delta: last })
    return delta + event('content_block_stop', { index })
  }
}

/** Anthropic's event: its name is also the data's `type`. */
export function event(type: string, members: Json): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}
