/**
 * Translate: between the chat form that everything here speaks and the dialect of one request. Nothing happens for a chat caller, nor
 * for an answer whose bytes are the caller's dialect already.
 */
import { isRecord, parseJson } from '@weir/core'
import type { AnswerContext } from '../dialect/client-dialect.ts'
import { plainBody } from '../dialect/plain-body.ts'
import { StreamTranslator } from '../dialect/stream-translator.ts'
import type { StreamAnswer, WholeAnswer } from '../upstream/answer.ts'
import type { LiveAttempt, UpstreamClient } from '../upstream/client.ts'
import type { Forward } from '../upstream/live-attempt.ts'
import { parseLoosely } from '../upstream/usage.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Exchange } from './exchange.ts'
import { isForm } from './form.ts'
import { setMembers } from './rewrite.ts'
import { mapBody, spliceModel } from './splice.ts'
import { writeStream } from './write-stream.ts'

export interface Outgoing {
  readonly body: Buffer
  /** True when body and answer are in the caller's dialect, untouched. */
  readonly isRaw: boolean
}

/** The body for one model. `allowsRaw`: the answer goes to the caller unread. */
export function bodyFor(
  { bytes, map, native, dialect, forward }: ChatRequest,
  { upstream, model, allowsRaw }: { upstream: UpstreamClient; model: string; allowsRaw: boolean },
): Outgoing {
  const name = upstream.wireName(model)
  if (forward !== undefined)
    return { body: spliceModel(bytes, map, forwardedName(forward, name)), isRaw: false }
  if (native === undefined) return { body: spliceModel(bytes, map, name), isRaw: false }
  const { dialect: spoken = 'chat', streamUsage = true } = upstream.get(model) ?? {}
  if (allowsRaw && native.isForwardable && spoken === dialect.name) {
    return { body: spliceModel(native.bytes, native.map, name), isRaw: true }
  }
  const hub = spoken === 'chat' ? plainOf(bytes) : bytes
  const body = streamUsage ? hub : setMembers(hub, NO_STREAM_OPTIONS)
  return { body: spliceModel(body, body === bytes ? map : mapBody(body), name), isRaw: false }
}

/** In a form the name stands without quotes. */
function forwardedName({ contentType }: Forward, name: Buffer): Buffer {
  if (!isForm(contentType)) return name
  return Buffer.from(String(parseJson(name.toString('utf8'))))
}

const NO_STREAM_OPTIONS = { stream_options: undefined }

/** Without the members that only the hub has: a strict server refuses what it does not know. */
function plainOf(bytes: Buffer): Buffer {
  const body = parseLoosely(bytes.toString('utf8'))
  const plain = isRecord(body) ? plainBody(body) : body
  return plain === body ? bytes : Buffer.from(JSON.stringify(plain))
}

function contextOf({ id, request }: Exchange, createdAt: number): AnswerContext {
  return { id, request: request.native?.body ?? {}, createdAt }
}

/** A whole chat completion for the caller. */
export function toWhole(exchange: Exchange, body: Buffer, now: Date): Buffer {
  const { translation } = exchange.request.dialect
  if (translation === undefined) return body
  const completion = parseLoosely(body.toString('utf8'))
  const context = contextOf(exchange, secondsOf(now))
  return Buffer.from(
    JSON.stringify(translation.fromCompletion(isRecord(completion) ? completion : {}, context)),
  )
}

/** An upstream's error, whose status the caller gets. */
export function toRefusal({ id, request }: Exchange, body: Buffer, status: number): Buffer {
  return Buffer.from(request.dialect.refusalBody({ body: parseLoosely(body.toString('utf8')), status, id }))
}

/** The whole chat completion as the stream that the caller asked for. */
export function toStreamText(exchange: Exchange, body: Buffer, now: Date): string {
  const { request } = exchange
  const text = writeStream(parseLoosely(body.toString('utf8')), request.wire)
  const translator = createTranslator(exchange, now)
  return translator === undefined ? text : translator.push(Buffer.from(text)) + translator.end()
}

/** Undefined when the caller speaks chat. */
export function createTranslator(exchange: Exchange, now: Date): StreamTranslator | undefined {
  const { dialect } = exchange.request
  if (dialect.translation === undefined) return undefined
  const writer = dialect.translation.createStreamWriter(contextOf(exchange, secondsOf(now)))
  return new StreamTranslator({ dialect, writer, id: exchange.id })
}

/** True when the attempt's answer is in another form than the caller's. */
export function isForeign({ request }: Exchange, { isRaw = false }: LiveAttempt): boolean {
  return request.dialect.translation !== undefined && !isRaw
}

function secondsOf(now: Date): number {
  return Math.floor(now.getTime() / 1000)
}

/** What a whole answer of any dialect says, for the record. */
export function asCompletion({ raw }: WholeAnswer, json: unknown): unknown {
  return raw === undefined || !isRecord(json) ? json : raw.toCompletion(json)
}

/** What a stream of any dialect said, for the record. */
export function asChatStream({ raw }: StreamAnswer, text: string): string {
  const stream = raw?.createStream()
  return stream === undefined ? text : stream.push(Buffer.from(text)) + stream.end()
}
