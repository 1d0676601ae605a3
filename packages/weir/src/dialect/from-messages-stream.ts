/**
 * Anthropic's event stream -> chat chunks, as they come. Text and arguments pass piece by piece; a block of thinking passes as
 * `reasoning_content` and, at its end, as its signature (see hub.ts). Nothing is written before the first block, so that an overload that is
 * reported right after the head can still fail over.
 *
 * Source: Anthropic's streaming reference: message_start, content_block_start, content_block_delta, content_block_stop, message_delta,
 * message_stop, ping, error; unknown events are passed over.
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { EventLines } from './event-lines.ts'
import { toFinishReason, toMessagesError, toUsage } from './from-messages.ts'
import { asRecord, asString, type Json } from './hub.ts'
import type { NativeStream, ReplyContext } from './native.ts'

interface Block {
  readonly type: string
  /** Of a tool call: its place among them; -1 when its arguments are the answer's text. */
  readonly toolIndex: number
  hasArguments: boolean
  signature: string
  readonly data: string
}

export class MessagesStream implements NativeStream {
  readonly #context: ReplyContext
  readonly #writer: ChunkWriter
  readonly #lines: EventLines
  readonly #blocks = new Map<unknown, Block>()
  #usage: Json = {}
  #tools = 0
  #hasAnswerTool = false
  #isFinished = false
  #isDone = false
  fault: string | undefined

  constructor(context: ReplyContext) {
    this.#context = context
    this.#writer = new ChunkWriter(context)
    this.#lines = new EventLines((event, data) => this.#read(event, data))
  }

  get isComplete(): boolean {
    return this.#isDone
  }

  get usage(): Json | undefined {
    return Object.keys(this.#usage).length === 0 ? undefined : toUsage(this.#usage)
  }

  push(chunk: Buffer): string {
    if (!this.#lines.push(chunk)) this.fault = 'an event of more than 8 MiB'
    return this.#writer.take()
  }

  end(): string {
    this.#lines.end()
    return this.#writer.take()
  }

  #read(event: string, text: string): void {
    if (this.fault !== undefined || this.#isDone) return
    const data = parseLoosely(text)
    if (!isRecord(data)) {
      this.fault = 'an event of the stream is not a JSON object'
      return
    }
    this.#dispatch(data['type'] ?? event, data)
  }

  #dispatch(type: unknown, data: Json): void {
    const block = this.#blocks.get(data['index'])
    switch (type) {
      case 'message_start':
        return this.#start(asRecord(data['message']))
      case 'content_block_start':
        return this.#startBlock(data['index'], asRecord(data['content_block']))
      case 'content_block_delta':
        return this.#addDelta(block, asRecord(data['delta']))
      case 'content_block_stop':
        return this.#stopBlock(block)
      case 'message_delta':
        return this.#finish(asRecord(data['delta']), asRecord(data['usage']))
      case 'message_stop':
        return this.#stop()
      case 'ping':
        return this.#writer.comment()
      case 'error':
        return this.#fail(data)
    }
  }

  #start(message: Json): void {
    this.#usage = asRecord(message['usage'])
    this.#writer.name(
      asString(message['id']) || this.#context.id,
      asString(message['model']) || this.#context.model,
    )
  }

  #startBlock(index: unknown, block: Json): void {
    const type = asString(block['type'])
    const isAnswer = type === 'tool_use' && block['name'] === this.#context.answerTool
    const isTool = type === 'tool_use' && !isAnswer
    this.#blocks.set(index, {
      type,
      toolIndex: isTool ? this.#tools : -1,
      hasArguments: false,
      signature: asString(block['signature']),
      data: asString(block['data']),
    })
    this.#hasAnswerTool ||= isAnswer
    this.#writer.role()
    const text = asString(block['text'])
    if (type === 'text' && text !== '') this.#writer.delta({ content: text })
    if (isTool) this.#startTool(index, block)
  }

  /** Compatible servers may send the arguments at once. */
  #startTool(index: unknown, { id, name, input }: Json): void {
    const toolIndex = this.#tools
    this.#tools += 1
    const hasInput = isRecord(input) && Object.keys(input).length > 0
    const text = hasInput ? JSON.stringify(input) : ''
    const block = this.#blocks.get(index)
    if (block !== undefined) block.hasArguments = hasInput
    this.#writer.delta({
      tool_calls: [{ index: toolIndex, id, type: 'function', function: { name, arguments: text } }],
    })
  }

  #addDelta(block: Block | undefined, delta: Json): void {
    if (block === undefined) return
    switch (delta['type']) {
      case 'text_delta':
        return this.#writer.delta({ content: asString(delta['text']) })
      case 'thinking_delta':
        return this.#writer.delta({ reasoning_content: asString(delta['thinking']) })
      case 'signature_delta':
        block.signature += asString(delta['signature'])
        return
      case 'input_json_delta':
        return this.#addArguments(block, asString(delta['partial_json']))
    }
  }

  #addArguments(block: Block, text: string): void {
    if (text === '') return
    block.hasArguments = true
    if (block.toolIndex < 0) this.#writer.delta({ content: text })
    else this.#writer.delta({ tool_calls: [{ index: block.toolIndex, function: { arguments: text } }] })
  }

  #stopBlock(block: Block | undefined): void {
    if (block === undefined) return
    const provider = 'anthropic'
    if (block.type === 'thinking' && block.signature !== '') {
      const { type, signature } = block
      this.#writer.delta({ thinking_blocks: [{ type, thinking: '', signature, provider }] })
    } else if (block.type === 'redacted_thinking') {
      this.#writer.delta({ thinking_blocks: [{ type: block.type, data: block.data, provider }] })
    } else if (block.type === 'tool_use' && !block.hasArguments) this.#addArguments(block, '{}')
  }

  #finish(delta: Json, usage: Json): void {
    // Counts of the last event are totals; what it leaves out or says null to stays as the first one had it.
    const said = Object.entries(usage).filter(([, value]) => value !== null)
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) }
    const { stop_reason: stop, stop_sequence: sequence } = delta
    if (typeof stop !== 'string' || this.#isFinished) return
    this.#isFinished = true
    const reason = toFinishReason(stop)
    const isAnswer = reason === 'tool_calls' && this.#tools === 0 && this.#hasAnswerTool
    this.#writer.finish({
      reason: isAnswer ? 'stop' : reason,
      native: stop,
      stopSequence: typeof sequence === 'string' ? sequence : undefined,
    })
  }

  #stop(): void {
    if (!this.#isFinished) this.#finish({ stop_reason: 'end_turn' }, {})
    this.#isDone = true
    this.#writer.done(this.usage)
  }

  #fail(data: Json): void {
    this.#isDone = true
    this.#writer.error(toMessagesError(data, 500))
  }
}
