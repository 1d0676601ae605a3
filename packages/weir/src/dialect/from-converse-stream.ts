/**
 * ConverseStream -> chat chunks, as they come: frames of AWS's event stream (event-frames.ts), each an event with a JSON payload:
 * messageStart, contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata; or an exception, which ends the stream.
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { EventFrames, type Frame } from './event-frames.ts'
import { converseFinishReason, toConverseError, toConverseUsage } from './from-converse.ts'
import { asRecord, asString, type Json } from './hub.ts'
import type { NativeStream, ReplyContext } from './native.ts'

interface Block {
  /** Of a tool call: its place among them; -1 when its arguments are the answer's text. */
  readonly toolIndex: number
  readonly isTool: boolean
  hasArguments: boolean
  signature: string
}

/** HTTP status of an exception; others are 500. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['throttlingException', 429],
  ['validationException', 400],
  ['serviceUnavailableException', 503],
  ['modelStreamErrorException', 424],
])

export class ConverseStream implements NativeStream {
  readonly #context: ReplyContext
  readonly #writer: ChunkWriter
  readonly #frames = new EventFrames()
  readonly #blocks = new Map<unknown, Block>()
  #usage: Json | undefined
  #tools = 0
  #hasAnswerTool = false
  #isFinished = false
  #hasFailed = false
  #fault: string | undefined

  constructor(context: ReplyContext) {
    this.#context = context
    this.#writer = new ChunkWriter(context)
  }

  get fault(): string | undefined {
    return this.#fault ?? this.#frames.fault
  }

  get isComplete(): boolean {
    return this.#hasFailed || (this.#isFinished && this.#frames.isWhole)
  }

  get usage(): Json | undefined {
    return this.#usage === undefined ? undefined : toConverseUsage(this.#usage)
  }

  push(chunk: Buffer): string {
    for (const frame of this.#frames.push(chunk)) this.#read(frame)
    return this.#writer.take()
  }

  /** Usage comes behind the reason of the end, so the last word waits for the end of the bytes. */
  end(): string {
    if (this.isComplete && !this.#hasFailed) this.#writer.done(this.usage)
    return this.#writer.take()
  }

  #read({ headers, payload }: Frame): void {
    if (this.fault !== undefined || this.#hasFailed) return
    const data = parseLoosely(payload.toString('utf8'))
    const kind = headers.get(':message-type')
    if (kind === 'exception' || kind === 'error') {
      const name = headers.get(':exception-type') ?? headers.get(':error-code') ?? ''
      return this.#fail(name, isRecord(data) ? data : { message: headers.get(':error-message') })
    }
    if (!isRecord(data)) {
      this.#fault = 'an event of the stream is not a JSON object'
      return
    }
    this.#dispatch(headers.get(':event-type') ?? '', data)
  }

  #dispatch(type: string, data: Json): void {
    const index = data['contentBlockIndex']
    switch (type) {
      case 'contentBlockStart':
        return this.#startTool(index, asRecord(asRecord(data['start'])['toolUse']))
      case 'contentBlockDelta':
        return this.#addDelta(this.#blockAt(index), asRecord(data['delta']))
      case 'contentBlockStop':
        return this.#stopBlock(this.#blocks.get(index))
      case 'messageStop':
        return this.#finish(data['stopReason'])
      case 'metadata':
        this.#usage = asRecord(data['usage'])
        return
    }
  }

  /** Blocks of text have no start. */
  #blockAt(index: unknown): Block {
    const block = this.#blocks.get(index) ?? {
      toolIndex: -1,
      isTool: false,
      hasArguments: false,
      signature: '',
    }
    this.#blocks.set(index, block)
    return block
  }

  #startTool(index: unknown, { toolUseId: id, name }: Json): void {
    if (typeof name !== 'string') return
    const isAnswer = name === this.#context.answerTool
    const toolIndex = isAnswer ? -1 : this.#tools
    this.#blocks.set(index, { toolIndex, isTool: true, hasArguments: false, signature: '' })
    this.#hasAnswerTool ||= isAnswer
    if (isAnswer) return
    this.#tools += 1
    this.#writer.delta({
      tool_calls: [{ index: toolIndex, id, type: 'function', function: { name, arguments: '' } }],
    })
  }

  #addDelta(block: Block, { text, toolUse, reasoningContent }: Json): void {
    if (typeof text === 'string' && text !== '') this.#writer.delta({ content: text })
    if (isRecord(toolUse)) this.#addArguments(block, asString(toolUse['input']))
    if (!isRecord(reasoningContent)) return
    const { text: thought, signature, redactedContent: data } = reasoningContent
    if (typeof thought === 'string') this.#writer.delta({ reasoning_content: thought })
    if (typeof signature === 'string') block.signature += signature
    if (typeof data === 'string') {
      this.#writer.delta({ thinking_blocks: [{ type: 'redacted_thinking', data, provider: 'bedrock' }] })
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
    if (block.isTool && !block.hasArguments) this.#addArguments(block, '{}')
    if (block.signature === '') return
    const { signature } = block
    this.#writer.delta({
      thinking_blocks: [{ type: 'thinking', thinking: '', signature, provider: 'bedrock' }],
    })
  }

  #finish(stop: unknown): void {
    if (this.#isFinished) return
    this.#isFinished = true
    const reason = converseFinishReason(stop)
    const isAnswer = reason === 'tool_calls' && this.#tools === 0 && this.#hasAnswerTool
    this.#writer.finish({ reason: isAnswer ? 'stop' : reason, native: asString(stop) })
  }

  #fail(name: string, data: Json): void {
    this.#hasFailed = true
    const status = STATUSES.get(name) ?? 500
    const { error } = toConverseError(data, status)
    this.#writer.error({ error: { ...error, code: name } })
  }
}
