/**
 * Adapter: what a model's provider needs done to a request and to its reply. One is made per place of a model, once; for a server of
 * OpenAI's chat completions without quirks it does nothing. A caller who speaks the upstream's own dialect gets its bytes as they are, both
 * ways; else the request is translated here and the reply as it comes (native-reply.ts).
 */
import { performance } from 'node:perf_hooks'
import { randomUUID } from 'node:crypto'
import { isRecord, isWeirError, parseJson, type Usage } from '@weir/core'
import type { DialectName, Json } from '../dialect/hub.ts'
import { BEDROCK_NATIVE } from '../dialect/bedrock.ts'
import { GEMINI_NATIVE } from '../dialect/gemini.ts'
import { MESSAGES_NATIVE } from '../dialect/messages.ts'
import type { Native, ReplyContext } from '../dialect/native.ts'
import { RESPONSES_NATIVE } from '../dialect/responses.ts'
import type { UpstreamModel } from './definition.ts'
import type { Failure, Sink } from './dispatch.ts'
import { TranslatedReply, type RawAnswer } from './native-reply.ts'
import type { Forward } from './live-attempt.ts'
import { authHeaders, providerOf, REQUEST_HEADERS } from './providers.ts'
import { applyQuirks, createQuirks, type Quirks } from './quirks.ts'
import { sign } from './sigv4.ts'
import { createTarget } from './target.ts'

/** A request ready to be sent. */
export interface Prepared {
  readonly path: string
  readonly body: Buffer
  /** Names and values, alternating, of this request alone. */
  readonly headers: readonly string[]
  /** The sink that stands before the reader of the answer. `abort` drops the exchange. */
  readonly wrap: (reader: Sink, abort: () => void) => Sink
  /** Present when the answer's bytes are of another dialect than chat. */
  readonly raw?: RawAnswer
  /** Counts of a translated stream. */
  readonly usage?: () => Usage | undefined
}

export interface Adapter {
  readonly origin: string
  readonly dialect: DialectName
  /**
   * `body`: a request that names the model as the upstream does, of the dialect `raw` or of chat. Never throws: what cannot be asked is a
   * failure.
   */
  prepare(body: Buffer, raw: DialectName | undefined): Prepared | { readonly failure: Failure }
  /** A body that goes as it is to another path. */
  forward(body: Buffer, forward: Forward): Prepared
  /** Those of the caller's headers, names and values alternating, that the provider may get. */
  selectHeaders(headers: readonly string[]): readonly string[]
  /** Of every request with this key, names and values alternating. */
  headersOf(key: string | undefined): readonly string[]
}

const NATIVES: Readonly<Partial<Record<DialectName, Native>>> = {
  messages: MESSAGES_NATIVE,
  responses: RESPONSES_NATIVE,
  gemini: GEMINI_NATIVE,
  bedrock: BEDROCK_NATIVE,
}

/** Throws `config.value` for a base URL that is none. */
export function createAdapter(definition: UpstreamModel): Adapter {
  const provider = providerOf(definition.provider)
  const target = createTarget(definition)
  const forwards = new Set(provider.forwards ?? [])
  const quirks = createQuirks(provider.renames ?? {}, [
    ...(provider.omits ?? []),
    ...(definition.omits ?? []),
  ])
  const native = NATIVES[target.dialect]
  const name = definition.upstreamModel ?? definition.model
  const paths: Paths = { whole: target.pathFor(name, false), stream: target.pathFor(name, true) }
  const { maxOutputTokens } = definition
  const options = maxOutputTokens === undefined ? {} : { maxOutputTokens }
  const sign = createSigner(definition, target.origin)
  const fixed = [...REQUEST_HEADERS, ...(provider.headers ?? dialectHeaders(target.dialect))]
  return {
    origin: target.origin,
    dialect: target.dialect,
    prepare: (body, raw) => {
      if (native === undefined) return prepareChat(body, paths, quirks)
      if (raw === target.dialect) return prepareRaw(body, raw, { native, paths })
      return prepareNative(body, { native, paths, name, options, quirks, sign })
    },
    forward: (body, { endpoint }) => ({
      path: target.forwardPath(name, endpoint),
      body,
      headers: NONE,
      wrap: asItIs,
    }),
    selectHeaders: (headers) => selectHeaders(headers, forwards),
    headersOf: (key) => [...fixed, ...(key === undefined ? [] : authHeaders(provider.auth, key))],
  }
}

/** What every server of a dialect wants to be told, also one of no known provider. */
function dialectHeaders(dialect: DialectName): readonly string[] {
  return dialect === 'messages' ? (providerOf('anthropic').headers ?? []) : []
}

interface Paths {
  readonly whole: string
  readonly stream: string
}

function prepareChat(body: Buffer, { whole }: Paths, quirks: Quirks | undefined): Prepared {
  return {
    path: whole,
    body: quirks === undefined ? body : applyQuirks(body, quirks),
    headers: NONE,
    wrap: asItIs,
  }
}

const NONE: readonly string[] = []

function asItIs(reader: Sink): Sink {
  return reader
}

function prepareRaw(
  body: Buffer,
  dialect: DialectName,
  { native, paths }: Pick<NativeTarget, 'native' | 'paths'>,
): Prepared {
  const context: ReplyContext = { model: '', createdAt: 0, id: '', includesUsage: true }
  return {
    path: paths.whole,
    body,
    headers: NONE,
    wrap: asItIs,
    raw: {
      dialect,
      createStream: () => native.createStream(context),
      toCompletion: (reply) => native.toCompletion(reply, context),
    },
  }
}

interface NativeTarget {
  readonly native: Native
  readonly paths: Paths
  readonly name: string
  readonly options: { readonly maxOutputTokens?: number }
  readonly quirks: Quirks | undefined
  /** Undefined where a key is enough. */
  readonly sign: Signer | undefined
}

function prepareNative(
  body: Buffer,
  { native, paths, name, options, quirks, sign }: NativeTarget,
): Prepared | { readonly failure: Failure } {
  const written = parseJson((quirks === undefined ? body : applyQuirks(body, quirks)).toString('utf8'))
  const chat: Json = isRecord(written) ? written : {}
  let request: Json
  try {
    request = native.fromChat(chat, options)
  } catch (error) {
    if (isWeirError(error) && error.code === 'request.unsupported') {
      return { failure: { code: 'request.unsupported', message: error.message } }
    }
    throw error
  }
  const context: ReplyContext = { model: name, ...toContext(chat), ...native.contextOf?.(chat) }
  let reply: TranslatedReply | undefined
  const path = chat['stream'] === true ? paths.stream : paths.whole
  const bytes = Buffer.from(JSON.stringify(request))
  return {
    path,
    body: bytes,
    headers: sign?.(path, bytes) ?? NONE,
    wrap: (sink, abort) => {
      reply = new TranslatedReply({ native, context, sink, abort })
      return reply
    },
    usage: () => reply?.usage(),
  }
}

/** Headers of one request. */
type Signer = (path: string, body: Buffer) => readonly string[]

function createSigner({ aws, region = 'us-east-1' }: UpstreamModel, origin: string): Signer | undefined {
  if (aws === undefined) return undefined
  const { host } = new URL(origin)
  const signing = {
    accessKeyId: aws.accessKeyId.reveal(),
    secretAccessKey: aws.secretAccessKey.reveal(),
    sessionToken: aws.sessionToken?.reveal(),
    region,
    service: 'bedrock',
  }
  return (path, body) => sign({ method: 'POST', host, path, body, at: new Date(nowMs()) }, signing)
}

function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

function toContext(chat: Json): Pick<ReplyContext, 'createdAt' | 'id' | 'includesUsage'> {
  const options = chat['stream_options']
  return {
    createdAt: Math.floor(nowMs() / 1000),
    id: `chatcmpl-${randomUUID()}`,
    includesUsage: isRecord(options) && options['include_usage'] === true,
  }
}

function selectHeaders(headers: readonly string[], forwards: ReadonlySet<string>): readonly string[] {
  if (headers.length === 0) return headers
  return headers.filter((_, i) => forwards.has(headers[i - (i % 2)] ?? ''))
}
