/**
 * Chunk writer: chat completion chunks as text. The first one carries the role; usage is there, null until the end, when it was asked for.
 */
import type { Json } from './hub.ts'
import type { ReplyContext, WireError } from './native.ts'

export interface Finish {
  readonly reason: string
  /** The upstream's own word. */
  readonly native?: string | undefined
  readonly stopSequence?: string | undefined
}

export class ChunkWriter {
  readonly #context: ReplyContext
  #head = ''
  #tail = ''
  #hasRole = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.name(context.id, context.model)
  }

  /** What the reply calls itself and its model; before the first chunk. */
  name(id: string, model: string): void {
    const { createdAt, includesUsage } = this.#context
    const names = { id, object: 'chat.completion.chunk', created: createdAt, model }
    this.#head = `data: ${JSON.stringify(names).slice(0, -1)},"choices":`
    this.#tail = includesUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  /** True when a chunk was written. */
  get hasBegun(): boolean {
    return this.#hasRole
  }

  delta(delta: Json, index = 0): string {
    const choice = `[{"index":${index},"delta":${JSON.stringify(delta)},"finish_reason":null}]`
    return this.role() + this.#head + choice + this.#tail
  }

  /** Log-probabilities of what came before it in the same event. */
  logprobs(logprobs: Json, index = 0): string {
    const choice = { index, delta: {}, logprobs, finish_reason: null }
    return `${this.role()}${this.#head}${JSON.stringify([choice])}${this.#tail}`
  }

  /** Nothing when it was written already. */
  role(): string {
    if (this.#hasRole) return ''
    this.#hasRole = true
    const choice = '[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]'
    return this.#head + choice + this.#tail
  }

  finish({ reason, native, stopSequence }: Finish, index = 0): string {
    const choice = {
      index,
      delta: {},
      finish_reason: reason,
      ...(native === undefined ? {} : { native_finish_reason: native }),
      ...(stopSequence === undefined ? {} : { stop_sequence: stopSequence }),
    }
    return `${this.role()}${this.#head}${JSON.stringify([choice])}${this.#tail}`
  }

  /** The last event, behind the usage when that was asked for. */
  done(usage: Json | undefined): string {
    const isTold = this.#context.includesUsage && usage !== undefined
    return `${isTold ? `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n` : ''}data: [DONE]\n\n`
  }

  error(error: WireError): string {
    return `data: ${JSON.stringify(error)}\n\n`
  }
}

/** A comment, which clients pass over. */
export const COMMENT = ': keep-alive\n\n'
