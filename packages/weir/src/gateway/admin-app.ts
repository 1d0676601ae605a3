/**
 * Admin API: its own listener, apart from the callers' port, closed unless a row of its table opens it. Who asks is decided by the route that
 * was matched and the key that was sent, by nothing else in the request: no Host, no forwarded header, no text of the URL.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isRecord, WeirError } from '@weir/core'
import type { Access } from '../access/access.ts'
import type { Key } from '../access/key.ts'
import { toWireError } from '../dialect/wire-error.ts'
import type { Log } from '../telemetry/log.ts'
import { AdminText, type AdminPolicy, type AdminRoute } from './admin-routes.ts'
import { parseJsonBody } from './chat-request.ts'
import { createIdMaker } from './request-id.ts'
import { framesOf, statusOf, toWeirError } from './wire-error.ts'

export interface AdminListen {
  /** Default '127.0.0.1'. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface AdminOptions {
  readonly access: Access
  readonly routes: readonly AdminRoute[]
  readonly log: Log
}

/** A key's description is below 1 KB; a list of a thousand models below 64. */
const MAX_BODY_BYTES = 65_536
/** Time for a whole request to arrive, ms. */
const REQUEST_MS = 10_000

const MAY: Readonly<Record<Exclude<AdminPolicy, 'public'>, readonly Key['role'][]>> = {
  viewer: ['viewer', 'admin'],
  admin: ['admin'],
}

export function createAdminApp({ access, routes, log }: AdminOptions): FastifyInstance {
  const { timeOrigin } = performance
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    genReqId: createIdMaker(() => timeOrigin + performance.now()),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  const policies = new Map(routes.map((route) => [`${route.method} ${route.path}`, route.policy]))
  const askers = new WeakMap<FastifyRequest, Key>()
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store')
    const policy = policies.get(`${request.method} ${request.routeOptions.url ?? ''}`)
    if (policy === 'public') return done()
    try {
      askers.set(request, authorize(access, request, policy))
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error('not allowed'))
    }
  })
  app.setErrorHandler((error, request, reply) => fail({ log, error, request, reply }))
  app.setNotFoundHandler((request, reply) => {
    const error = new WeirError('request.route', 'there is no such admin route; see docs/access.md')
    fail({ log, error, request, reply })
  })
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const asker = askers.get(request)
        const result = await route.handle({
          actor: asker?.id ?? 'anybody',
          role: asker?.role ?? 'caller',
          params: request.params as Readonly<Record<string, string>>,
          query: toTexts(request.query),
          body: readBody(request.body),
          accept: request.headers.accept,
        })
        if (result instanceof AdminText) return reply.type(result.contentType).send(result.text)
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
      },
    })
  }
  return app
}

/** Without a policy there is no such route: whoever reads the API is told so, nobody else is told anything. Throws `auth.key`, `auth.role`. */
function authorize(
  access: Access,
  request: FastifyRequest,
  policy: Exclude<AdminPolicy, 'public'> | undefined,
): Key {
  const { key } = access.find(request.raw.headers)
  if (key.role === 'caller') {
    throw new WeirError('auth.role', 'this key asks models; the admin API needs one that begins with wa-')
  }
  if (policy !== undefined && !MAY[policy].includes(key.role)) {
    throw new WeirError('auth.role', `this needs the role ${policy}; the key has the role ${key.role}`)
  }
  return key
}

/** A repeated parameter is none: which one counts would be anybody's guess. */
function toTexts(query: unknown): Readonly<Record<string, string>> {
  if (!isRecord(query)) return {}
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

function readBody(bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined
  return parseJsonBody(bytes)
}

interface Failed {
  readonly log: Log
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

function fail({ log, error, request, reply }: Failed): void {
  const { code, message, cause } = toWeirError(error, MAX_BODY_BYTES)
  if (code === 'internal.bug') log.error('admin.bug', { requestId: request.id, frames: framesOf(cause) })
  void reply
    .code(statusOf(code))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(toWireError(code, message)))
}
