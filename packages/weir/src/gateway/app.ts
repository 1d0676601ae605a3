/**
 * The HTTP side of the gateway: which paths exist, with which methods, and how every failure looks. Each path exists with and
 * without /v1, because clients set their base URL either way. Bodies arrive as bytes; who needs JSON parses it once.
 */
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify'
import { WeirError } from '@weir/core'
import type { Access } from '../access/access.ts'
import { MESSAGES } from '../dialect/client-messages.ts'
import { RESPONSES } from '../dialect/client-responses.ts'
import { toWireError } from '../dialect/wire-error.ts'
import { renderMetrics } from '../telemetry/exposition.ts'
import { optionsFor } from './admission.ts'
import { handle, handleChat, routeOnly, type ChatOptions } from './chat.ts'
import { dialectOf } from './client-dialects.ts'
import { handleCountTokens } from './count-tokens.ts'
import { handleEscalate } from './escalate.ts'
import { addRetryAfter } from './failure.ts'
import { handleFeedback } from './feedback.ts'
import { FORWARDED, handleForward } from './forward.ts'
import type { InForce } from './in-force.ts'
import { findModel, listModels, type WireModelList } from './models.ts'
import { createIdMaker } from './request-id.ts'
import type { MetricsPage } from './watching.ts'
import { framesOf, statusOf, toWeirError } from './wire-error.ts'

/** Time for a whole request to arrive, ms. 5 minutes: 32 MiB over a slow line; ends connections that send a byte now and then. */
const REQUEST_MS = 300_000
/** Time for the head of a request to arrive, ms. 30 s: a head is a few packets; a caller that drips it holds a connection for no longer. */
const HEAD_MS = 30_000
/** Idle time of a kept-alive connection, ms. Above the 60 s of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 72_000

/** How often connections are looked at for that, ms. */
const CHECK_MS = 5000

/** How long a request may take to arrive; slower callers are disconnected. */
export interface Arrival {
  /** For its head, ms. Default 30,000. */
  readonly headMs?: number
  /** For all of it, ms. Default 300,000. */
  readonly requestMs?: number
}

export interface AppOptions extends ChatOptions {
  readonly arrival: Arrival
  /** False while the gateway drains. */
  readonly isReady: () => boolean
  /** Absent: no page of metrics on this port. */
  readonly page?: MetricsPage
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

interface Route {
  readonly method: 'GET' | 'POST'
  readonly paths: readonly string[]
  readonly handler: Handler
  /** True when it needs no key where callers are authenticated. Default false: a route that says nothing is closed. */
  readonly isPublic?: boolean
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const

/** Each request reads `inForce.current` once, when its body is there, and keeps it to its end. */
export function createApp(inForce: InForce<AppOptions>): FastifyInstance {
  const options = inForce.current
  const { maxBodyBytes, arrival } = options
  const { headMs = HEAD_MS, requestMs = REQUEST_MS } = arrival
  const { timeOrigin } = performance
  const makeId = createIdMaker(() => timeOrigin + performance.now())
  const app = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestMs,
    http: { headersTimeout: headMs, connectionsCheckingInterval: Math.min(headMs, CHECK_MS) },
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: makeId,
    // The caller's x-request-id is never taken over: ids name rows, so they are made here.
    requestIdHeader: false,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // While the gateway drains, a request on a connection that stands is answered like any other: it would be lost otherwise.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(options, { error, request, reply }),
    clientErrorHandler: ({ code }, socket) => {
      if (socket.writable) socket.end(code === 'HPE_HEADER_OVERFLOW' ? LONG_HEAD : UNREADABLE)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ headers }, body, done) =>
    done(isPlain(headers['content-encoding']) ? null : compressed(), body),
  )
  if (options.auth !== undefined) app.addHook('onRequest', requireKey(options.auth.access))
  // The chat route is hijacked before this would run, and writes the header itself.
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const { idHeader } = dialectOf(request.url)
    if (idHeader !== undefined) reply.header(idHeader, request.id)
  })
  app.setErrorHandler((error, request, reply) => sendError(options, { error, request, reply }))
  app.setNotFoundHandler((request, reply) => {
    const error = new WeirError('request.route', missingPath(pathOf(request)))
    sendError(options, { error, request, reply })
  })
  for (const route of routes(inForce)) addRoute(app, options, route)
  if (options.page !== undefined) addRoute(app, options, toRoute(options.page))
  void app.register((scope, _options, done) => {
    addForwarding(scope, inForce)
    done()
  })
  return app
}

/** In a scope of its own, because only these paths take forms. */
function addForwarding(scope: FastifyInstance, inForce: InForce<AppOptions>): void {
  scope.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, ({ headers }, body, done) =>
    done(isPlain(headers['content-encoding']) ? null : compressed(), body),
  )
  for (const endpoint of FORWARDED) {
    addRoute(scope, inForce.current, {
      method: 'POST',
      paths: withoutVersion(endpoint),
      handler: (request, reply) => handleForward(inForce.current, request, { reply, endpoint }),
    })
  }
}

function routes(inForce: InForce<AppOptions>): readonly Route[] {
  const { isReady, now } = inForce.current
  const startedAt = Math.floor(now().getTime() / 1000)
  return [
    {
      method: 'POST',
      paths: withoutVersion('/chat/completions'),
      // `handleChat` hijacks the reply, so Fastify waits for nothing and sends nothing.
      handler: (request, reply) => handleChat(inForce.current, request, reply),
    },
    {
      method: 'POST',
      paths: underAnthropic(withoutVersion('/messages')),
      handler: (request, reply) => handle(inForce.current, { request, reply, dialect: MESSAGES }),
    },
    {
      method: 'POST',
      paths: underAnthropic(withoutVersion('/messages/count_tokens')),
      handler: (request, reply) => handleCountTokens(inForce.current, request, reply),
    },
    {
      method: 'POST',
      paths: withoutVersion('/responses'),
      handler: (request, reply) => handle(inForce.current, { request, reply, dialect: RESPONSES }),
    },
    {
      method: 'POST',
      paths: withoutVersion('/weir/route'),
      handler: (request) => routeOnly(inForce.current, request),
    },
    {
      method: 'POST',
      paths: withoutVersion('/weir/feedback'),
      handler: (request) => handleFeedback(inForce.current, request),
    },
    {
      method: 'POST',
      paths: withoutVersion('/weir/decisions/:id/escalate'),
      handler: (request, reply) => handleEscalate(inForce.current, request, reply),
    },
    {
      method: 'GET',
      paths: withoutVersion('/models'),
      handler: (request) => modelsFor(inForce.current, request, startedAt),
    },
    {
      method: 'GET',
      paths: withoutVersion('/models/*'),
      handler: (request) =>
        findModel(
          modelsFor(inForce.current, request, startedAt),
          (request.params as { readonly '*': string })['*'],
        ),
    },
    {
      method: 'GET',
      paths: ['/health/liveness', '/health/liveliness'],
      isPublic: true,
      handler: () => ({ status: 'alive' }),
    },
    {
      method: 'GET',
      paths: ['/health/readiness'],
      isPublic: true,
      handler: (_request, reply) => {
        const ready = isReady()
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'draining' })
      },
    },
  ]
}

/** Those that the caller's key may ask for. */
function modelsFor(options: AppOptions, request: FastifyRequest, startedAt: number): WireModelList {
  const { upstream, river, auth } = optionsFor(options, request)
  const allowed = auth?.access.accountOf(request.raw)?.key.limits.models
  return listModels(upstream, startedAt, { allowed, candidates: river.candidates })
}

/** Some clients of the Messages API set their base URL to one for that dialect. */
function underAnthropic(paths: readonly string[]): readonly string[] {
  return [...paths, ...paths.map((path) => `/anthropic${path}`)]
}

function toRoute({ path, exposed }: MetricsPage): Route {
  return {
    method: 'GET',
    paths: [path],
    handler(request, reply) {
      const { contentType, text } = renderMetrics(exposed, request.headers.accept)
      return reply.header('cache-control', 'no-store').type(contentType).send(text)
    },
  }
}

/** Before the body is read. By the route that was matched, never by the text of the URL. */
function requireKey(access: Access): onRequestHookHandler {
  return (request, _reply, done) => {
    const { config } = request.routeOptions
    if (!('isPublic' in config && config.isPublic === true)) {
      try {
        access.identify(request.raw)
      } catch (error) {
        return done(error instanceof Error ? error : undefined)
      }
    }
    done()
  }
}

function withoutVersion(path: string): readonly string[] {
  return [`/v1${path}`, path]
}

/** The other methods of a path answer 405 with Allow, rather than a 404 that hides what is wrong. */
function addRoute(
  app: FastifyInstance,
  options: AppOptions,
  { method, paths, handler, isPublic = false }: Route,
): void {
  for (const url of paths) {
    app.route({
      method,
      url,
      handler,
      config: { isPublic },
    })
    app.route({
      method: METHODS.filter((other) => other !== method),
      url,
      handler(request, reply) {
        reply.header('allow', method)
        const error = new WeirError(
          'request.method',
          `${pathOf(request)} takes ${method}, not ${request.method}`,
        )
        sendError(options, { error, request, reply })
      },
    })
  }
}

/** A compressed body is refused, not unpacked: a few kilobytes can stand for gigabytes, and what is forwarded are the caller's bytes. */
function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.toLowerCase() === 'identity'
}

function compressed(): WeirError {
  return new WeirError('request.encoding', 'the body is compressed; send it without a content-encoding')
}

function missingPath(path: string): string {
  return /^\/(?:v1\/)?responses\//.test(path)
    ? `no responses are stored here, so there is no path ${path}; send the whole conversation as input`
    : `there is no path ${path}; see docs/api.md for those there are`
}

/** Without its query, which may hold a key that somebody put there. */
function pathOf({ url }: FastifyRequest): string {
  return (url.split('?')[0] ?? '').slice(0, 100)
}

interface Failed {
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

function sendError({ maxBodyBytes, log, observer }: AppOptions, { error, request, reply }: Failed): void {
  const weirError = toWeirError(error, maxBodyBytes)
  const { code, message } = weirError
  if (code === 'internal.bug') {
    log.error('gateway.bug', { requestId: request.id, frames: framesOf(weirError.cause) })
  }
  const dialect = dialectOf(request.url)
  const status = dialect.statusOf(statusOf(code))
  observer?.refuse?.({ dialect: dialect.name, code, status })
  if (!reply.hasHeader('retry-after')) reply.headers(retryAfterOf(statusOf(code)))
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(dialect.errorBody({ code, message, status, id: request.id }))
}

/** Two headers for 429 and 503, none for others. */
function retryAfterOf(status: number): Record<string, string> {
  const headers: string[] = []
  addRetryAfter(headers, status)
  const [name, value, precise, ms] = headers
  if (name === undefined || value === undefined || precise === undefined || ms === undefined) return {}
  return { [name]: value, [precise]: ms }
}

/** Written by hand: the parser failed, so there is no request to answer. */
function toBytes(status: string, message: string): string {
  const body = JSON.stringify(toWireError('request.body', message))
  return [
    `HTTP/1.1 ${status}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}

const UNREADABLE = toBytes(
  '400 Bad Request',
  'the bytes are not an HTTP request, or it took too long to arrive',
)
const LONG_HEAD = toBytes(
  '431 Request Header Fields Too Large',
  'the headers are larger than 16 KiB; send fewer',
)
