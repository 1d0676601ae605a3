/**
 * Native reply: what stands between an upstream that speaks another dialect and the reader of its answer. Either the reply is translated as
 * it comes, so that whoever reads it sees chat completions; or it is given as it is, to a caller of the same dialect, and what a scorer
 * reads of it is a translation beside it (`RawAnswer`).
 */
import { isRecord, type Usage } from '@weir/core'
import type { DialectName, Json } from '../dialect/hub.ts'
import type { Native, NativeStream, ReplyContext } from '../dialect/native.ts'
import type { Failure, Sink, UpstreamHeaders } from './dispatch.ts'
import { NO_END } from './failures.ts'
import { parseLoosely, readUsage } from './usage.ts'

/** Largest reply that is translated whole, bytes, as for every whole answer. */
const WHOLE_BYTES = 8 * 1024 * 1024

/** An answer whose bytes are of another dialect than chat. */
export interface RawAnswer {
  readonly dialect: DialectName
  /** A reader of the stream: chat events of its bytes. */
  readonly createStream: () => NativeStream
  /** A whole body as a chat completion; undefined when it is none. */
  readonly toCompletion: (body: Json) => Json | undefined
}

export interface ReplyOptions {
  readonly native: Native
  readonly context: ReplyContext
  /** The reader of the answer. */
  readonly sink: Sink
  /** Drops the exchange. */
  readonly abort: () => void
}

/** Gives its sink a chat answer, whole or in events, for the native one that it is given. */
export class TranslatedReply implements Sink {
  readonly #options: ReplyOptions
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0
  #stream: NativeStream | undefined
  #isOver = false

  constructor(options: ReplyOptions) {
    this.#options = options
  }

  /** Counts of a stream so far. */
  usage(): Usage | undefined {
    const usage = this.#stream?.usage
    return usage === undefined ? undefined : readUsage({ usage })
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    const { native, context, sink } = this.#options
    this.#status = status
    const isEvents = status >= 200 && status < 300 && isStream(headers['content-type'])
    if (isEvents) this.#stream = native.createStream(context)
    const { 'content-length': _length, ...rest } = headers
    sink.onHead(status, {
      ...rest,
      'content-type': isEvents ? 'text/event-stream; charset=utf-8' : 'application/json',
    })
  }

  onData(chunk: Buffer): boolean {
    if (this.#isOver) return false
    if (this.#stream !== undefined) return this.#translate(this.#stream, chunk)
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes <= WHOLE_BYTES) return true
    return this.#break('an answer of more than 8 MiB cannot be translated')
  }

  onEnd(): void {
    if (this.#isOver) return
    if (this.#stream === undefined) return this.#endWhole()
    const rest = this.#stream.end()
    if (rest !== '') this.#options.sink.onData(Buffer.from(rest))
    this.#isOver = true
    const { fault, isComplete } = this.#stream
    if (fault !== undefined) this.#options.sink.onFail(badBody(fault))
    else if (isComplete) this.#options.sink.onEnd()
    else this.#options.sink.onFail(NO_END)
  }

  onFail(failure: Failure): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#options.sink.onFail(failure)
  }

  #translate(stream: NativeStream, chunk: Buffer): boolean {
    const text = stream.push(chunk)
    const flows = text === '' || this.#options.sink.onData(Buffer.from(text))
    return stream.fault === undefined ? flows : this.#break(stream.fault)
  }

  #break(message: string): false {
    this.#isOver = true
    this.#options.abort()
    this.#options.sink.onFail(badBody(message))
    return false
  }

  #endWhole(): void {
    this.#isOver = true
    const { native, context, sink } = this.#options
    const json = parseLoosely(Buffer.concat(this.#chunks).toString('utf8'))
    const isAnswer = this.#status >= 200 && this.#status < 300
    const body = isAnswer
      ? isRecord(json) && native.toCompletion(json, context)
      : native.toError(json, this.#status)
    if (!isRecord(body)) {
      sink.onFail(badBody('the answer is not one of its dialect'))
      return
    }
    sink.onData(Buffer.from(JSON.stringify(body)))
    sink.onEnd()
  }
}

function badBody(message: string): Failure {
  return { code: 'upstream.bad_body', message }
}

function isStream(type: string | string[] | undefined): boolean {
  return (
    typeof type === 'string' && /^\s*(?:text\/event-stream|application\/vnd\.amazon\.eventstream)/i.test(type)
  )
}
