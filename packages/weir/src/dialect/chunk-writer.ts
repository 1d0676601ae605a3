/**
 * Chunk writer: chat completion chunks as text, which is there to be taken. The first one carries the role; usage is there, null until the end, when it was asked for.
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
  #out = ''
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

  /** What was written since the last time. */
  take(): string {
    const out = this.#out
    this.#out = ''
    return out
  }

  delta(delta: Json, index = 0): void {
    this.#chunk(`[{"index":${index},"delta":${JSON.stringify(delta)},"finish_reason":null}]`)
  }

  /** Log-probabilities of what came before it in the same event. */
  logprobs(logprobs: Json, index = 0): void {
    this.#chunk(JSON.stringify([{ index, delta: {}, logprobs, finish_reason: null }]))
  }

  /** Nothing when it was written already. */
  role(): void {
    if (this.#hasRole) return
    this.#hasRole = true
    this.#chunk('[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]')
  }

  finish({ reason, native, stopSequence }: Finish, index = 0): void {
    const choice = {
      index,
      delta: {},
      finish_reason: reason,
      ...(native === undefined ? {} : { native_finish_reason: native }),
      ...(stopSequence === undefined ? {} : { stop_sequence: stopSequence }),
    }
    this.#chunk(JSON.stringify([choice]))
  }

  /** The last event, behind the usage when that was asked for. */
  done(usage: Json | undefined): void {
    const isTold = this.#context.includesUsage && usage !== undefined
    if (isTold) this.#out += `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n`
    this.#out += 'data: [DONE]\n\n'
  }

  error(error: WireError): void {
    this.#out += `data: ${JSON.stringify(error)}\n\n`
  }

  /** A comment, which clients pass over; nothing before the first chunk. */
  comment(): void {
    if (this.#hasRole) this.#out += ': keep-alive\n\n'
  }

  #chunk(choices: string): void {
    this.role()
    this.#out += this.#head + choices + this.#tail
  }
}
