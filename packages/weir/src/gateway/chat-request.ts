/**
 * Chat request: the caller's bytes, parsed once. What is kept: the query to decide from, how it is asked, and the places in the
 * bytes where the model name goes. The bytes themselves are forwarded, so unknown fields arrive as they were written.
 */
import {
  isRecord,
  parseAsk,
  parseChatBody,
  parseJson,
  WeirError,
  type Ask,
  type Caps,
  type Query,
  type StoredMessage,
} from '@weir/core'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { ClientDialect, Translation } from '../dialect/client-dialect.ts'
import { checkKeys } from './body-keys.ts'
import { dropUndefined } from '../record/drop-undefined.ts'
import type { Forward } from '../upstream/live-attempt.ts'
import { mapBody, type BodyMap } from './splice.ts'

/** The request as it came, when its dialect is not chat. */
export interface NativeRequest {
  readonly bytes: Buffer
  readonly map: BodyMap
  readonly body: Readonly<Record<string, unknown>>
  /** Names what no other dialect has, when the request has such a thing: then only a model that speaks it can answer. */
  readonly nativeOnly: string | undefined
  /** True when its bytes can go to an upstream of the same dialect. */
  readonly isForwardable: boolean
}

export interface ChatRequest {
  /** Form in which the caller is answered. */
  readonly dialect: ClientDialect
  /** Absent for chat. */
  readonly native?: NativeRequest
  /** Present when the body goes as it is to another path of a named model's upstream. */
  readonly forward?: Forward
  /** A chat request, also where it was translated into one. */
  readonly bytes: Buffer
  /** Present where the bytes are not those of a prompt: for how many they are taken when it is priced. */
  readonly pricedBytes?: number
  readonly map: BodyMap
  readonly query: Query
  readonly ask: Ask
  /** True when the caller wants the decision inside the answer; false for streams, whose bytes stay the upstream's. */
  readonly wantsExplanation: boolean
  readonly wantsStream: boolean
  readonly messages: readonly StoredMessage[]
  readonly wire: WireOptions
  /** What the body calls its session (`session_id`, `prompt_cache_key`). */
  readonly sessionName: string | undefined
  /** Caps of this request; they can only tighten those of the configuration. */
  readonly caps: Caps
  /** What the caller says of the response cache; undefined when nothing. */
  readonly wantsCache: boolean | undefined
}

/** Members of the body that matter when an answer is read before it is given. */
export interface WireOptions {
  readonly asksLogprobs: boolean
  readonly topLogprobs: number
  /** Answers that the caller asks for. */
  readonly n: number
  readonly streamOptions: Readonly<Record<string, unknown>>
  readonly includesUsage: boolean
  /** Most tokens of one answer; undefined when the caller sets no limit. */
  readonly maxOutputTokens: number | undefined
}

export interface ChatRequestOptions {
  /** Value of the x-weir-quality header. */
  readonly quality?: string
  /** Value of the x-weir-mode header. */
  readonly mode?: string
  /** Value of the x-weir-policy header. */
  readonly policy?: string
  /** Value of the x-weir-cost-weight header. */
  readonly costWeight?: string
  /** Value of the x-weir-place header. */
  readonly place?: string
  readonly defaultQuality: number
  readonly models: readonly string[]
  readonly hasModel: (model: string) => boolean
}

/** Throws `request.body`, `request.quality`, `request.mode`, `request.policy` or `request.model`. Messages never quote the body. */
export function parseChatRequest(bytes: unknown, options: ChatRequestOptions): ChatRequest {
  return readChatBody(parseJsonBody(bytes), bytes as Buffer, options)
}

/**
 * A request of another dialect, as the chat request that it comes to. Throws as `parseChatRequest` does, and `request.body` for what has
 * not the form of its dialect.
 */
export function parseTranslated(
  bytes: unknown,
  dialect: ClientDialect & { readonly translation: Translation },
  options: ChatRequestOptions,
): ChatRequest {
  const body = parseJsonBody(bytes)
  const { body: chat, nativeOnly, hasForeignThinking } = dialect.translation.toChat(body)
  const native: NativeRequest = {
    bytes: bytes as Buffer,
    map: mapBody(bytes as Buffer),
    body,
    nativeOnly,
    isForwardable: !hasForeignThinking,
  }
  return { ...readChatBody(chat, Buffer.from(JSON.stringify(chat)), options), dialect, native }
}

function readChatBody(
  body: Readonly<Record<string, unknown>>,
  bytes: Buffer,
  options: ChatRequestOptions,
): ChatRequest {
  const extension = parseExtension(body['weir'])
  const query = withPlaces(parseChatBody(body, bytes.length), extension, options)
  const ask = parseModel(body['model'], extension, options)
  const wantsStream = body['stream'] === true
  return {
    dialect: CHAT,
    bytes,
    map: mapBody(bytes),
    query,
    ask,
    wantsStream,
    wantsExplanation: extension.explain && !wantsStream,
    messages: body['messages'] as readonly StoredMessage[],
    wire: readWire(body),
    sessionName: readName(body['session_id']) ?? readName(body['prompt_cache_key']),
    caps: extension.caps,
    wantsCache: extension.cache,
  }
}

function readName(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A body as an object. Throws `request.body`. The message never quotes the body. */
export function parseJsonBody(bytes: unknown): Readonly<Record<string, unknown>> {
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    throw new WeirError('request.body', 'the body is empty; send a JSON object')
  }
  let body: unknown
  try {
    body = parseJson(bytes.toString('utf8'))
  } catch (error) {
    // The engine's message quotes the text around the fault, so only the position is taken from it.
    const position = /position (\d+)/.exec(String(error))?.[1]
    const where = position === undefined ? '' : ` (character ${position})`
    throw new WeirError('request.body', `the body is not valid JSON${where}; send a JSON object`)
  }
  if (!isRecord(body)) throw new WeirError('request.body', 'the body must be a JSON object')
  checkKeys(bytes)
  return body
}

const NO_OPTIONS: WireOptions['streamOptions'] = {}

function readWire(body: Readonly<Record<string, unknown>>): WireOptions {
  const { logprobs, top_logprobs: topLogprobs, n, stream_options: stream } = body
  const most = body['max_completion_tokens'] ?? body['max_tokens']
  const streamOptions = isRecord(stream) ? stream : NO_OPTIONS
  return {
    asksLogprobs: logprobs === true,
    topLogprobs: typeof topLogprobs === 'number' ? topLogprobs : 0,
    n: typeof n === 'number' ? n : 1,
    streamOptions,
    includesUsage: streamOptions['include_usage'] === true,
    maxOutputTokens: typeof most === 'number' && most >= 0 ? most : undefined,
  }
}

function parseModel(model: unknown, extension: Extension, options: ChatRequestOptions): Ask {
  const { quality, mode, policy } = extension
  const {
    models,
    hasModel,
    defaultQuality,
    quality: header,
    mode: headerMode,
    policy: headerPolicy,
  } = options
  if (typeof model !== 'string' || model === '') {
    throw new WeirError('request.body', 'model must be a string; "weir" lets the router choose')
  }
  const ask = parseAsk({
    model,
    defaultQuality,
    ...(quality === undefined ? {} : { body: quality }),
    ...(header === undefined ? {} : { header }),
    ...(mode === undefined ? {} : { bodyMode: mode }),
    ...(headerMode === undefined ? {} : { headerMode }),
    ...(policy === undefined ? {} : { bodyPolicy: policy }),
    ...(headerPolicy === undefined ? {} : { headerPolicy }),
    ...dropUndefined({
      headerCostWeight: options.costWeight,
      bodyCostWeight: extension.costWeight,
      bodyBudget: extension.budget,
      bodyMaxUsd: extension.budgetUsd,
    }),
  })
  if (ask.kind === 'model' && !hasModel(ask.model)) throw unknownModel(ask.model, models)
  return ask
}

/** `request.model`, naming what exists. */
export function unknownModel(model: string, models: readonly string[]): WeirError {
  const shown = models.slice(0, 20).join(', ')
  return new WeirError(
    'request.model',
    `there is no model "${model.slice(0, 80)}"; use weir, weir@0.95 or one of: ${shown}`,
  )
}

/** Where a query may go: the places of the body before those of the header. */
function withPlaces(query: Query, { place }: Extension, { place: header }: ChatRequestOptions): Query {
  const places = place ?? header?.split(',').map((one) => one.trim())
  return places === undefined ? query : { ...query, places: parsePlaces(places) }
}

function parsePlaces(value: unknown): readonly string[] {
  const places: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isGood = places.length > 0 && places.every((one) => typeof one === 'string' && one !== '')
  if (!isGood)
    throw new WeirError('request.body', 'weir.place must be a place such as "local", or a list of them')
  return places as readonly string[]
}

interface Extension {
  readonly quality?: unknown
  readonly mode?: unknown
  readonly policy?: unknown
  readonly place?: unknown
  readonly costWeight?: unknown
  readonly budget?: unknown
  readonly budgetUsd?: unknown
  readonly caps: Caps
  readonly explain: boolean
  readonly cache?: boolean
}

/** The `weir` member of the body. It is ours, so it is read strictly: a misspelt key would otherwise do nothing. */
function parseExtension(value: unknown): Extension {
  if (value === undefined) return NO_EXTENSION
  if (!isRecord(value)) {
    throw new WeirError('request.body', 'weir must be an object such as {"quality": 0.95, "explain": true}')
  }
  const unknown = Object.keys(value).find((key) => !EXTENSION_KEYS.includes(key))
  if (unknown !== undefined) {
    throw new WeirError(
      'request.body',
      `weir has an unknown key "${unknown.slice(0, 40)}"; it takes ${EXTENSION_KEYS.join(', ')}`,
    )
  }
  const { quality, mode, policy, place, caps, cache, budget, explain = false } = value
  const { cost_weight: costWeight, budget_usd: budgetUsd } = value
  if (cache !== undefined && typeof cache !== 'boolean') {
    throw new WeirError('request.body', 'weir.cache must be true or false')
  }
  if (typeof explain !== 'boolean') throw new WeirError('request.body', 'weir.explain must be true or false')
  return {
    explain,
    caps: parseCaps(caps),
    ...dropUndefined({ cache, quality, mode, policy, place, costWeight, budget, budgetUsd }),
  }
}

/** Strict, like its parent: a cap that is not understood would be no cap. */
function parseCaps(value: unknown): Caps {
  if (value === undefined) return NO_CAPS
  const keys = isRecord(value) ? Object.keys(value) : undefined
  if (!isRecord(value) || keys === undefined || keys.some((key) => !CAP_KEYS.includes(key))) {
    throw new WeirError('request.body', `weir.caps must be an object with ${CAP_KEYS.join(', ')}`)
  }
  const { calls, usd, ms } = value
  const isGood = [calls, usd, ms].every((cap) => cap === undefined || (typeof cap === 'number' && cap >= 0))
  if (!isGood || calls === 0) {
    throw new WeirError('request.body', 'weir.caps: calls must be at least 1, usd and ms at least 0')
  }
  return value
}

const CAP_KEYS: readonly string[] = ['calls', 'usd', 'ms']
const NO_CAPS: Caps = {}
const EXTENSION_KEYS: readonly string[] = [
  'quality',
  'cost_weight',
  'budget',
  'budget_usd',
  'mode',
  'policy',
  'place',
  'caps',
  'cache',
  'explain',
]
const NO_EXTENSION: Extension = { explain: false, caps: NO_CAPS }
