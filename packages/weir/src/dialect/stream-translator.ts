/**
 * Stream translator: the bytes of a chat stream in, cut anywhere, the events of the caller's dialect out. What cannot become a whole
 * answer (an error event, a line that is no JSON, an end before the answer's) ends it with an error event and a `fault`.
 */
import { isRecord } from '@weir/core'
import type { Failure } from '../upstream/dispatch.ts'
import { ERROR_EVENT, EVENT_NOT_JSON, NO_END } from '../upstream/failures.ts'
import { WholeLines } from '../upstream/event-bytes.ts'
import { parseLoosely } from '../upstream/usage.ts'
import type { ClientDialect, Problem, StreamWriter } from './client-dialect.ts'
import { asRecord, type Json } from './hub.ts'

/** Bytes of one line that are held, 8 MiB as for whole answers. */
const LINE_BYTES = 8 * 1024 * 1024

export interface StreamTranslatorOptions {
  readonly dialect: ClientDialect
  readonly writer: StreamWriter
  /** Request id. */
  readonly id: string
}

export class StreamTranslator {
  readonly #options: StreamTranslatorOptions
  readonly #lines = new WholeLines()
  #isOver = false
  #fault: Failure | undefined

  constructor(options: StreamTranslatorOptions) {
    this.#options = options
  }

  /** What broke the stream from within; undefined while nothing did. */
  get fault(): Failure | undefined {
    return this.#fault
  }

  /** Text to send; '' when there is none yet. */
  push(chunk: Buffer): string {
    if (this.#isOver) return ''
    let text = ''
    for (const line of this.#lines.push(chunk)) text += this.#readLine(line)
    if (this.#lines.heldBytes > LINE_BYTES) text += this.#break(TOO_LONG)
    return text
  }

  /** The upstream has ended its stream. */
  end(): string {
    const text = this.#readLine(this.#lines.rest())
    return text + (this.#options.writer.isComplete ? this.#finish() : this.#break(NO_END))
  }

  /** The stream broke outside. */
  fail(problem: Problem): string {
    if (this.#isOver) return ''
    this.#isOver = true
    return this.#options.writer.fail(problem)
  }

  #readLine(line: string): string {
    if (this.#isOver) return ''
    // Whoever waits for a tool call or for the first token hears this.
    if (line.startsWith(':')) return this.#options.dialect.keepAlive.toString('latin1')
    if (!line.startsWith('data:')) return ''
    const data = line.slice(5).trim()
    if (data === '') return ''
    if (data === '[DONE]') return this.#options.writer.isComplete ? this.#finish() : this.#break(NO_END)
    return this.#readData(parseLoosely(data))
  }

  #readData(data: unknown): string {
    if (!isRecord(data)) return this.#break(EVENT_NOT_JSON)
    const { error } = data
    if (error !== undefined && error !== null) return this.#break(toFailure(error))
    return this.#options.writer.write(data)
  }

  #finish(): string {
    if (this.#isOver) return ''
    this.#isOver = true
    return this.#options.writer.end()
  }

  #break(failure: Failure): string {
    if (this.#isOver) return ''
    this.#isOver = true
    this.#fault = failure
    const { writer, dialect, id } = this.#options
    return writer.fail({ ...failure, id, status: dialect.statusOf(502) })
  }
}

/** What the upstream says is the caller's to read, as it is in a chat stream. */
function toFailure(error: unknown): Failure {
  const said: Json = asRecord(error)
  const message = typeof error === 'string' ? error : said['message']
  return typeof message === 'string' ? { ...ERROR_EVENT, message: message.slice(0, 2000) } : ERROR_EVENT
}

const TOO_LONG: Failure = { code: 'upstream.bad_body', message: 'a line of more than 8 MiB' }
