/**
 * Native reply: what stands between an upstream that speaks another dialect and the reader of its answer. Either the reply is translated as
 * it comes, so that whoever reads it sees chat completions; or it is given as it is, to a caller of the same dialect, and only its
 * usage is looked at on the way (`Tap`). What a scorer reads of such an answer is a translation beside it (`RawAnswer`).
 */
import { isRecord, type Usage } from '@weir/core'
import type { DialectName, Json } from '../dialect/hub.ts'
import type { Native, NativeStream, ReplyContext } from '../dialect/native.ts'
import type { Failure, Sink, UpstreamHeaders } from './dispatch.ts'
import { OPEN_BRACE, skipSpace, skipValue } from './json-scan.ts'
import { parseLoosely, readUsage, Tail } from './usage.ts'

/** Largest reply that is translated whole, bytes, as for every whole answer. */
const WHOLE_BYTES = 8 * 1024 * 1024

/** An answer whose bytes are of another dialect than chat. */
export interface RawAnswer {
  readonly dialect: DialectName
  /** A reader of the stream: chat events of its bytes. */
  readonly createStream: () => NativeStream
  /** A whole body as a chat completion; undefined when it is none. */
  readonly toCompletion: (body: Json) => Json | undefined
  /** Token counts of a stream once its last byte has passed; undefined before and without any. */
  readonly usage: () => Usage | undefined
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

const NO_END: Failure = {
  code: 'upstream.bad_body',
  message: 'the stream ended before its answer was complete',
}

function badBody(message: string): Failure {
  return { code: 'upstream.bad_body', message }
}

function isStream(type: string | string[] | undefined): boolean {
  return (
    typeof type === 'string' && /^\s*(?:text\/event-stream|application\/vnd\.amazon\.eventstream)/i.test(type)
  )
}

/** Bytes at the start of a stream that are searched for usage: Anthropic's first event holds the counts of the prompt. */
const HEAD_BYTES = 4096

/** Passes every byte on, and remembers the first and the last for the usage in them. */
export class Tap implements Sink {
  readonly #sink: Sink
  readonly #head: Buffer[] = []
  #headBytes = 0
  readonly #tail = new Tail()

  constructor(sink: Sink) {
    this.#sink = sink
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#sink.onHead(status, headers)
  }

  onData(chunk: Buffer): boolean {
    if (this.#headBytes < HEAD_BYTES) {
      this.#head.push(chunk)
      this.#headBytes += chunk.length
    }
    this.#tail.push(chunk)
    return this.#sink.onData(chunk)
  }

  onEnd(): void {
    this.#sink.onEnd()
  }

  onFail(failure: Failure): void {
    this.#sink.onFail(failure)
  }

  /** The native usage: what the first event said, and over it what the last one did. */
  usage(): Json | undefined {
    const head = Buffer.concat(this.#head)
    const tail = Buffer.from(this.#tail.toString())
    const first = findUsage(head, head.indexOf(USAGE))
    const last = findUsage(tail, tail.lastIndexOf(USAGE))
    return first === undefined && last === undefined ? undefined : { ...first, ...withoutNulls(last ?? {}) }
  }
}

const USAGE = '"usage"'

/** The object behind a `"usage"` at this place; undefined when there is none or its end is missing. */
function findUsage(bytes: Buffer, at: number): Json | undefined {
  if (at < 0) return undefined
  const start = skipSpace(bytes, skipSpace(bytes, at + USAGE.length) + 1)
  if (bytes[start] !== OPEN_BRACE) return undefined
  const end = skipValue(bytes, start)
  const json = end < 0 ? undefined : parseLoosely(bytes.toString('utf8', start, end))
  return isRecord(json) ? json : undefined
}

function withoutNulls(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
}
