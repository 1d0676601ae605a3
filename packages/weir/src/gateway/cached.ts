/**
 * Cached: an exchange with the response cache before it. A hit is sent as it was recorded, a stream as a stream, under a new id, with a row that
 * says so, without a call and free of charge. A miss flows as ever while its bytes are copied; they are kept only when the answer was a
 * good one to its end: no error, no broken stream, no abstention.
 */
import type { FastifyRequest } from 'fastify'
import { toLiveOutcome } from '../record/live-outcome.ts'
import type { OutcomeStore } from '../record/store.ts'
import { addIds, type Exchange, type LiveServed } from './exchange.ts'
import { observeHit } from './observe.ts'
import { toCacheKey, type CachedAnswer, type ResponseCache } from './response-cache.ts'

/** Headers besides the body that can change an answer, or say whose it is. */
const KEYED_HEADERS: readonly string[] = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-weir-quality',
  'x-weir-cost-weight',
  'x-weir-mode',
  'x-weir-policy',
  'x-weir-place',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'anthropic-beta',
  'anthropic-version',
]

/** Said anew with each answer. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'x-request-id',
  'request-id',
  'x-weir-decision-id',
  'x-weir-cache',
  'x-weir-attempts',
  'x-weir-calls',
  'x-weir-cost-usd',
  'x-weir-latency-ms',
  'x-weir-overhead-ms',
  'content-length',
  'openai-processing-ms',
])

/** What is left of somebody's limits was true at that moment. */
function isKept(name: string): boolean {
  return !NOT_KEPT.has(name) && !name.includes('ratelimit-')
}

interface CachedOptions {
  readonly cache?: ResponseCache | undefined
  readonly store?: OutcomeStore
  readonly now: () => Date
}

/** True when the exchange is answered. Otherwise it goes on, with a copy being made where it may be kept. */
export function answerFromCache(
  options: CachedOptions & { readonly cache: ResponseCache },
  exchange: Exchange,
  request: Pick<FastifyRequest, 'headers' | 'body'>,
): boolean {
  const { cache } = options
  const use = useOf(cache, exchange, request)
  if (use === 'none') return false
  if (use === 'bypass' || !Buffer.isBuffer(request.body)) {
    exchange.capture = new Capture(exchange, undefined)
    return false
  }
  const { dialect } = exchange.request
  // A virtual key was taken off the headers when it was recognised; its id stands for it.
  const parts = [
    dialect.name,
    exchange.grant?.keyId ?? '',
    ...KEYED_HEADERS.map((name) => String(request.headers[name] ?? '')),
  ]
  const key = toCacheKey(parts, request.body)
  const found = use === 'refresh' ? undefined : cache.get(key)
  if (found === undefined) {
    exchange.capture = new Capture(exchange, { cache, key })
    return false
  }
  sendHit(options, exchange, found)
  return true
}

type Use = 'none' | 'bypass' | 'refresh' | 'read'

function useOf(
  { options: { when } }: ResponseCache,
  { request, escalatedFrom }: Exchange,
  { headers }: Pick<FastifyRequest, 'headers'>,
): Use {
  const { wantsCache, wantsExplanation } = request
  if (wantsCache === undefined && when === 'asked') return 'none'
  const control = (headers['cache-control'] ?? '').toLowerCase()
  // An explanation is about the decision that was made for it, and an escalation wants another answer.
  const isDeclined = wantsCache === false || control.includes('no-store')
  if (isDeclined || wantsExplanation || escalatedFrom !== undefined) return 'bypass'
  return control.includes('no-cache') ? 'refresh' : 'read'
}

function sendHit({ store, now }: CachedOptions, exchange: Exchange, answer: CachedAnswer): void {
  const { id, response, startedAtMs, request } = exchange
  const { status, body, model } = answer
  const headers = [...answer.headers]
  addIds(headers, id, request.dialect)
  const overheadMs = Math.round((performance.now() - startedAtMs) * 1000) / 1000
  headers.push('x-weir-decision-id', id, 'x-weir-cache', 'hit', 'x-weir-attempts', '0')
  headers.push('x-weir-cost-usd', '0', 'x-weir-overhead-ms', String(overheadMs))
  exchange.grant?.addHeaders(headers)
  headers.push('content-length', String(body.length))
  response.writeHead(status, headers)
  response.end(body)
  exchange.headMs = overheadMs
  exchange.overheadMs = overheadMs
  observeHit(exchange, answer.decision)
  store?.append(
    toLiveOutcome({
      id,
      servedAt: now(),
      decision: answer.decision,
      attempts: [],
      models: { [model]: {} },
      path: {
        calls: 0,
        costUsd: 0,
        cached: true,
        ...(exchange.grant === undefined ? {} : { key: exchange.grant.keyId }),
      },
    }),
  )
}

/** Copies what is written to a response. Its methods are replaced on this one response, so that nothing is paid while no cache is configured. */
export class Capture {
  readonly #target: { readonly cache: ResponseCache; readonly key: string } | undefined
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0
  #headers: readonly string[] = []
  #isSpoiled = false

  /** Without a target only the header x-weir-cache is added. */
  constructor(
    { response, request }: Exchange,
    target: { readonly cache: ResponseCache; readonly key: string } | undefined,
  ) {
    this.#target = target
    const beat = request.dialect.keepAlive
    const writeHead = response.writeHead.bind(response)
    const said = ['x-weir-cache', target === undefined ? 'bypass' : 'miss']
    // Every head of an exchange is a status and a list of names and values.
    response.writeHead = ((status: number, headers: readonly string[]) => {
      this.#status = status
      this.#headers = headers
      return writeHead(status, [...headers, ...said])
    }) as unknown as typeof response.writeHead
    if (target === undefined) return
    const write = response.write.bind(response) as (chunk: Written) => boolean
    const end = response.end.bind(response) as (chunk?: Written) => typeof response
    response.write = ((chunk: Written) => {
      if (chunk !== beat) this.#push(chunk)
      return write(chunk)
    }) as typeof response.write
    response.end = ((chunk?: Written) => {
      if (chunk !== undefined) this.#push(chunk)
      return chunk === undefined ? end() : end(chunk)
    }) as typeof response.end
  }

  /** The answer is not one to give again. */
  spoil(): void {
    this.#isSpoiled = true
    this.#chunks.length = 0
  }

  /** The exchange is over. */
  finish({ accepted, decision }: LiveServed): void {
    if (this.#target === undefined || this.#isSpoiled || accepted === undefined || this.#status !== 200)
      return
    const { cache, key } = this.#target
    const body = Buffer.concat(this.#chunks)
    const headers = this.#headers.filter((_, i) => isKept(this.#headers[i - (i % 2)] ?? ''))
    if (!isComplete(headers, body)) return
    cache.set(key, { status: this.#status, headers, body, model: accepted.model, decision })
  }

  #push(chunk: Written): void {
    // What weir says of the path on a stream that was held back is about this request alone.
    if (this.#isSpoiled || (typeof chunk === 'string' && chunk.startsWith(': weir '))) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    this.#bytes += bytes.length
    if (this.#bytes > (this.#target?.cache.largestBytes ?? 0)) return this.spoil()
    this.#chunks.push(bytes)
  }
}

type Written = string | Buffer

/** What ends a stream in one of the dialects. */
const STREAM_ENDS: readonly string[] = [
  'data: [DONE]',
  'data:[DONE]',
  '"message_stop"',
  '"response.completed"',
]
/** Bytes at the end of a stream in which that must stand. 64 KiB: the last event of a Responses stream holds the whole answer. */
const END_BYTES = 65_536

/** A stream with its last event, or a body that is no error; in plain bytes, because the next caller may not read compressed ones. */
function isComplete(headers: readonly string[], body: Buffer): boolean {
  const value = (wanted: string): string | undefined =>
    headers[headers.findIndex((name, i) => i % 2 === 0 && name === wanted) + 1]
  if (headers.includes('content-encoding')) return false
  if (value('content-type')?.startsWith('text/event-stream') !== true) {
    return body.length > 0 && !body.subarray(0, 40).toString('latin1').includes('"error"')
  }
  const end = body.subarray(-END_BYTES).toString('latin1')
  return STREAM_ENDS.some((mark) => end.includes(mark))
}
