/**
 * Forward: requests that are not routed (embeddings, images, sound, ranking, moderation, old completions) go as they are to the upstream of
 * the model that they name, in the body or in x-weir-model, and whatever comes back goes to the caller. Limits, headers and
 * records are those of every other request.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WeirError, type Ask, type Query } from '@weir/core'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { UpstreamClient } from '../upstream/client.ts'
import type { Forward } from '../upstream/live-attempt.ts'
import { admitChat, optionsFor } from './admission.ts'
import { parseJsonBody, unknownModel, type ChatRequest } from './chat-request.ts'
import { begin, type ChatOptions } from './chat.ts'
import { addModel, isForm, readFormModel } from './form.ts'
import { setMembers } from './rewrite.ts'
import { mapBody, type BodyMap } from './splice.ts'

/** Paths that are forwarded, below /v1 and below the base URL of the model's upstream. */
export const FORWARDED: readonly string[] = [
  '/embeddings',
  '/completions',
  '/moderations',
  '/rerank',
  '/images/generations',
  '/images/edits',
  '/images/variations',
  '/audio/speech',
  '/audio/transcriptions',
  '/audio/translations',
]

/** Throws `request.` errors while nothing is sent; afterwards it answers by itself. */
export function handleForward(
  options: ChatOptions,
  request: FastifyRequest,
  { reply, endpoint }: { readonly reply: FastifyReply; readonly endpoint: string },
): void {
  const startedAtMs = performance.now()
  const own = optionsFor(options, request)
  const parsed = parseForwarded(own, request, endpoint)
  const grant = admitChat(own, { request, reply, parsed })
  begin(own, { request, reply, parsed, startedAtMs, escalatedFrom: undefined, grant })
}

/** Paths whose answers hold no tokens: what is paid for is the prompt alone. */
const WITHOUT_OUTPUT: ReadonlySet<string> = new Set(['/embeddings', '/moderations', '/rerank'])
/** What a form is taken for when its price is reserved: its bytes are sound or pictures, not a prompt. 6,000: some 2,000 tokens. */
const FORM_BYTES = 6_000

type ForwardedRequest = ChatRequest & {
  readonly forward: Forward
  readonly ask: Extract<Ask, { kind: 'model' }>
}

const NO_QUERY: Query = { turns: [], tools: 0, images: 0, wantsJson: false }

export function parseForwarded(
  { upstream, river }: Pick<ChatOptions, 'upstream' | 'river'>,
  { headers, body }: Pick<FastifyRequest, 'headers' | 'body'>,
  endpoint: string,
): ForwardedRequest {
  const contentType = headers['content-type'] ?? 'application/json'
  const header = headers['x-weir-model']
  const wanted = header === undefined ? undefined : String(header)
  const isUpload = isForm(contentType)
  const read = isUpload ? readForm(body, contentType, wanted) : readJson(body, wanted)
  const { model, wantsStream, ...rest } = read
  if (/^(?:weir(?:@|$)|router-)/.test(model)) throw unnamed()
  if (!upstream.has(model)) {
    throw unknownModel(
      model,
      river.candidates.map((candidate) => candidate.model),
    )
  }
  checkDialect(upstream, model, endpoint)
  return {
    dialect: CHAT,
    forward: { endpoint, contentType },
    ...rest,
    ...(isUpload ? { pricedBytes: FORM_BYTES } : {}),
    query: NO_QUERY,
    ask: { kind: 'model', model },
    wantsStream,
    wantsExplanation: false,
    wantsCache: false,
    sessionName: undefined,
    messages: [],
    wire: WITHOUT_OUTPUT.has(endpoint) ? NO_OUTPUT : NO_WIRE,
    caps: {},
  }
}

const NO_WIRE: ChatRequest['wire'] = {
  asksLogprobs: false,
  topLogprobs: 0,
  n: 1,
  streamOptions: {},
  includesUsage: false,
  maxOutputTokens: undefined,
}

const NO_OUTPUT: ChatRequest['wire'] = { ...NO_WIRE, maxOutputTokens: 0 }

interface Readable {
  readonly bytes: Buffer
  readonly map: BodyMap
  readonly model: string
  readonly wantsStream: boolean
}

function readJson(sent: unknown, wanted: string | undefined): Readable {
  const body = parseJsonBody(sent)
  const { model = wanted, stream } = body
  if (typeof model !== 'string' || model === '') throw unnamed()
  const bytes = body['model'] === undefined ? setMembers(sent as Buffer, { model }) : (sent as Buffer)
  return { bytes, map: mapBody(bytes), model, wantsStream: stream === true }
}

function readForm(sent: unknown, contentType: string, wanted: string | undefined): Readable {
  const form = Buffer.isBuffer(sent) ? sent : Buffer.alloc(0)
  const sentForm = readFormModel(form, contentType)
  const { model = wanted } = sentForm
  if (model === undefined || model === '' || /[\r\n]/.test(model)) throw unnamed()
  const bytes = sentForm.model === undefined ? addModel(form, contentType, model) : form
  const { places } = bytes === form ? sentForm : readFormModel(bytes, contentType)
  return { bytes, map: { models: places, cuts: [] }, model, wantsStream: false }
}

function unnamed(): WeirError {
  return new WeirError(
    'request.body',
    'this path is not routed and needs the name of a configured model, as model in the body or in the header x-weir-model',
  )
}

function checkDialect(upstream: UpstreamClient, model: string, endpoint: string): void {
  const { dialect = 'chat' } = upstream.get(model) ?? {}
  if (dialect === 'chat' || dialect === 'responses') return
  throw new WeirError(
    'request.body',
    `the upstream of ${model} speaks ${dialect} and has no ${endpoint}; name a model of an OpenAI-compatible server`,
  )
}
