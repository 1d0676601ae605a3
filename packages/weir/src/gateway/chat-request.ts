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
  type Query,
  type StoredMessage,
} from '@weir/core'
import { mapBody, type BodyMap } from './splice.ts'

export interface ChatRequest {
  readonly bytes: Buffer
  readonly map: BodyMap
  readonly query: Query
  readonly ask: Ask
  /** True when the caller wants the decision inside the answer; false for streams, whose bytes stay the upstream's. */
  readonly wantsExplanation: boolean
  readonly wantsStream: boolean
  readonly messages: readonly StoredMessage[]
}

export interface ChatRequestOptions {
  /** Value of the x-weir-quality header. */
  readonly quality?: string
  /** Value of the x-weir-mode header. */
  readonly mode?: string
  readonly defaultQuality: number
  readonly models: readonly string[]
  readonly hasModel: (model: string) => boolean
}

/** Throws `request.body`, `request.quality`, `request.mode` or `request.model`. Messages never quote the body. */
export function parseChatRequest(bytes: unknown, options: ChatRequestOptions): ChatRequest {
  const body = parseJsonBody(bytes)
  const query = parseChatBody(body)
  const extension = parseExtension(body['weir'])
  const ask = parseModel(body['model'], extension, options)
  const wantsStream = body['stream'] === true
  return {
    bytes: bytes as Buffer,
    map: mapBody(bytes as Buffer),
    query,
    ask,
    wantsStream,
    wantsExplanation: extension.explain && !wantsStream,
    messages: body['messages'] as readonly StoredMessage[],
  }
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
  return body
}

function parseModel(model: unknown, { quality, mode }: Extension, options: ChatRequestOptions): Ask {
  const { models, hasModel, defaultQuality, quality: header, mode: headerMode } = options
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

interface Extension {
  readonly quality?: unknown
  readonly mode?: unknown
  readonly explain: boolean
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
  const { quality, mode, explain = false } = value
  if (typeof explain !== 'boolean') throw new WeirError('request.body', 'weir.explain must be true or false')
  return { explain, ...(quality === undefined ? {} : { quality }), ...(mode === undefined ? {} : { mode }) }
}

const EXTENSION_KEYS: readonly string[] = ['quality', 'mode', 'explain']
const NO_EXTENSION: Extension = { explain: false }
