/**
 * Chat chunks -> events of the Responses API, as they come, each with a rising `sequence_number`: created, in_progress, then for each item
 * added, its parts and deltas, done; at last completed or incomplete. A stream that breaks ends with `error` and `response.failed`, as
 * OpenAI's own do.
 */
import { AnswerBlocks, type AnswerBlock } from './answer-blocks.ts'
import type { AnswerContext, Problem, StreamWriter } from './client-dialect.ts'
import { firstChoice } from './client-messages-answer.ts'
import {
  incompleteReason,
  itemId,
  markItem,
  toItem,
  toLogprobs,
  toPart,
  toResponse,
  toResponsesUsage,
  type Envelope,
} from './client-responses-items.ts'
import { asRecord, type Json } from './hub.ts'

export class ResponsesEvents implements StreamWriter {
  readonly #context: AnswerContext
  readonly #blocks = new AnswerBlocks({
    open: (block) => this.#open(block),
    delta: (block, piece) => this.#delta(block, piece),
    close: (block) => this.#close(block),
  })
  readonly #output: Json[] = []
  #sequence = 0
  #hasStarted = false
  /** The last chunk with a model. */
  #from: Json = {}
  #finishReason: string | undefined
  #usage: Json = {}
  /** Of the chunk at hand, and of the item that is open. */
  #chunkLogprobs: readonly Json[] = []
  #itemLogprobs: Json[] = []

  constructor(context: AnswerContext) {
    this.#context = context
  }

  get isComplete(): boolean {
    return this.#finishReason !== undefined
  }

  write(chunk: Json): string {
    const choice = firstChoice(chunk)
    const usage = asRecord(chunk['usage'])
    if (Object.keys(usage).length > 0) this.#usage = usage
    if (typeof chunk['model'] === 'string') this.#from = chunk
    this.#chunkLogprobs = toLogprobs(choice)
    const text = this.#start() + this.#blocks.push(asRecord(choice['delta']))
    const { finish_reason: reason } = choice
    if (typeof reason === 'string') this.#finishReason = reason
    return text
  }

  end(): string {
    const reason = incompleteReason(this.#finishReason)
    const last = this.#start() + this.#blocks.end()
    const status = reason === undefined ? 'completed' : 'incomplete'
    return (
      last +
      this.#event(`response.${status}`, {
        response: this.#response({ status, ...(reason === undefined ? {} : { reason }) }),
      })
    )
  }

  fail({ code, message }: Problem): string {
    const error = this.#event('error', { code, message, param: null })
    if (!this.#hasStarted) return error
    const failed = { status: 'failed', error: { code: 'server_error', message } } as const
    return error + this.#event('response.failed', { response: this.#response(failed) })
  }

  #response(envelope: Omit<Envelope, 'output' | 'usage'>): Json {
    const usage = envelope.status === 'in_progress' ? null : toResponsesUsage(this.#usage)
    return toResponse(this.#from, this.#context, { ...envelope, output: [...this.#output], usage })
  }

  #start(): string {
    if (this.#hasStarted) return ''
    this.#hasStarted = true
    const response = this.#response({ status: 'in_progress' })
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response })
  }

  #event(type: string, members: Json): string {
    const data = JSON.stringify({ type, sequence_number: this.#sequence, ...members })
    this.#sequence += 1
    return `event: ${type}\ndata: ${data}\n\n`
  }

  #open(block: AnswerBlock): string {
    const mark = markItem(block, this.#context)
    let out = ''
    if (mark !== undefined) {
      const at = { output_index: this.#output.length, item: mark }
      out += this.#event('response.output_item.added', at) + this.#event('response.output_item.done', at)
      this.#output.push(mark)
    }
    this.#itemLogprobs = []
    const item = toItem(block, this.#context, { status: 'in_progress', logprobs: [] })
    out += this.#event('response.output_item.added', { output_index: this.#output.length, item })
    if (block.kind !== 'text' && block.kind !== 'refusal') return out
    return (
      out +
      this.#event('response.content_part.added', {
        ...this.#at(block, 'content'),
        part: toPart(block, '', []),
      })
    )
  }

  /** Where a piece belongs. `part`: what kind of index its part has. */
  #at(block: AnswerBlock, part?: 'content' | 'summary'): Json {
    const index = part === undefined ? {} : { [`${part}_index`]: 0 }
    return { item_id: itemId(block, this.#context), output_index: this.#output.length, ...index }
  }

  #delta(block: AnswerBlock, delta: string): string {
    switch (block.kind) {
      case 'thinking': {
        const at = this.#at(block, 'summary')
        const part = { type: 'summary_text', text: '' }
        const isFirst = block.written === delta.length
        const added = isFirst ? this.#event('response.reasoning_summary_part.added', { ...at, part }) : ''
        return added + this.#event('response.reasoning_summary_text.delta', { ...at, delta })
      }
      case 'redacted':
        return ''
      case 'text': {
        const logprobs = this.#chunkLogprobs
        this.#chunkLogprobs = []
        this.#itemLogprobs.push(...logprobs)
        return this.#event('response.output_text.delta', { ...this.#at(block, 'content'), delta, logprobs })
      }
      case 'refusal':
        return this.#event('response.refusal.delta', { ...this.#at(block, 'content'), delta })
      case 'tool':
        return this.#event(`${toolEvent(block)}.delta`, { ...this.#at(block), delta })
    }
  }

  #close(block: AnswerBlock): string {
    const isCut = incompleteReason(this.#finishReason) !== undefined
    const status = isCut ? 'incomplete' : 'completed'
    const item = toItem(block, this.#context, { status, logprobs: this.#itemLogprobs })
    const out =
      this.#done(block) +
      this.#event('response.output_item.done', { output_index: this.#output.length, item })
    this.#output.push(item)
    return out
  }

  #done(block: AnswerBlock): string {
    const { kind, text, call } = block
    switch (kind) {
      case 'redacted':
        return ''
      case 'thinking': {
        if (text === '') return ''
        const at = this.#at(block, 'summary')
        const part = { type: 'summary_text', text }
        return (
          this.#event('response.reasoning_summary_text.done', { ...at, text }) +
          this.#event('response.reasoning_summary_part.done', { ...at, part })
        )
      }
      case 'text':
      case 'refusal': {
        const at = this.#at(block, 'content')
        const logprobs = this.#itemLogprobs
        const done =
          kind === 'text'
            ? this.#event('response.output_text.done', { ...at, text, logprobs })
            : this.#event('response.refusal.done', { ...at, refusal: text })
        return (
          done + this.#event('response.content_part.done', { ...at, part: toPart(block, text, logprobs) })
        )
      }
      case 'tool': {
        const said = call?.isCustom === true ? { input: text } : { arguments: text, name: call?.name ?? '' }
        return this.#event(`${toolEvent(block)}.done`, { ...this.#at(block), ...said })
      }
    }
  }
}

function toolEvent({ call }: AnswerBlock): string {
  return call?.isCustom === true ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
}
