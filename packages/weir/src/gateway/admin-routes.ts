/**
 * Admin routes: the table of the admin API. Each row says who may use it; there is no route without a policy, and a test walks the table with
 * every role.
 */
import { WeirError } from '@weir/core'
import { dayOf } from '../access/account.ts'
import type { Access } from '../access/access.ts'
import type { Key } from '../access/key.ts'
import type { KeyStore } from '../access/key-store.ts'
import { toShown } from '../access/store-file.ts'
import { renderMetrics, type Exposed } from '../telemetry/exposition.ts'
import { parseKeyChange, parseNewKey, parseRotation } from '../access/written-key.ts'

/** `public`: anybody who reaches the port. `viewer`: viewers and admins. `admin`: admins. */
export type AdminPolicy = 'public' | 'viewer' | 'admin'

export interface AdminAsk {
  /** Id of the key that asks. */
  readonly actor: string
  readonly role: Key['role']
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Undefined when there is none. */
  readonly body: unknown
  /** What the asker would like to read. */
  readonly accept: string | undefined
}

/** An answer that is text, not JSON. */
export class AdminText {
  readonly contentType: string
  readonly text: string

  constructor({ contentType, text }: Pick<AdminText, 'contentType' | 'text'>) {
    this.contentType = contentType
    this.text = text
  }
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly policy: AdminPolicy
  handle(ask: AdminAsk): unknown
}

export interface AdminRoutesOptions {
  readonly access: Access
  readonly store: KeyStore
  readonly now: () => Date
  /** Reads the configuration again; undefined where nothing can be read again. Says what changed. */
  readonly reload?: () => Promise<unknown>
  readonly isReady: () => boolean
  /** Undefined when nothing is counted. */
  readonly exposed?: Exposed | undefined
}

export function createAdminRoutes(options: AdminRoutesOptions): readonly AdminRoute[] {
  return [...keyRoutes(options), ...readRoutes(options), metricsRoute(options)]
}

function keyRoutes({ access, store, now }: AdminRoutesOptions): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/admin/keys',
      policy: 'viewer',
      handle: () => ({ keys: store.snapshot.keys.map((key) => show(access, toShown(key), now())) }),
    },
    {
      method: 'POST',
      path: '/admin/keys',
      policy: 'admin',
      // The answer is the one place where the key itself is said.
      handle: async ({ actor, body }) => {
        const { key, text } = await store.ask({ kind: 'create', actor, spec: parseNewKey(body) })
        return { ...key, key: text }
      },
    },
    {
      method: 'GET',
      path: '/admin/keys/:id',
      policy: 'viewer',
      handle: ({ params }) => show(access, toShown(find(store, params['id'])), now()),
    },
    {
      method: 'PATCH',
      path: '/admin/keys/:id',
      policy: 'admin',
      handle: ({ actor, params, body }) => {
        const { id } = find(store, params['id'])
        return store.ask({ kind: 'update', actor, id, change: parseKeyChange(body) })
      },
    },
    {
      method: 'POST',
      path: '/admin/keys/:id/revoke',
      policy: 'admin',
      handle: ({ actor, params }) => {
        const { id } = find(store, params['id'])
        if (id === actor)
          throw new WeirError(
            'auth.role',
            'a key cannot revoke itself; use another admin key, or weir keys revoke',
          )
        return store.ask({ kind: 'revoke', actor, id })
      },
    },
    {
      method: 'POST',
      path: '/admin/keys/:id/rotate',
      policy: 'admin',
      handle: async ({ actor, params, body }) => {
        const { id } = find(store, params['id'])
        const { key, text } = await store.ask({ kind: 'rotate', actor, id, graceMs: parseRotation(body) })
        return { ...key, key: text }
      },
    },
  ]
}

function readRoutes({ store, now, reload, isReady }: AdminRoutesOptions): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/admin/spend',
      policy: 'viewer',
      handle: async ({ query }) => {
        const today = dayOf(now())
        const { from = `${today.slice(0, 7)}-01`, to = today, key } = query
        checkDay('from', from)
        checkDay('to', to)
        const rows = await store.ask({
          kind: 'spend',
          from,
          to,
          ...(key === undefined ? {} : { keyId: key }),
        })
        return { from, to, rows }
      },
    },
    {
      method: 'GET',
      path: '/admin/audit',
      policy: 'admin',
      handle: async ({ query }) => ({
        rows: await store.ask({ kind: 'audit', limit: parseLimit(query['limit']) }),
      }),
    },
    {
      method: 'POST',
      path: '/admin/reload',
      policy: 'admin',
      handle: async ({ actor }) => {
        if (reload === undefined) {
          throw new WeirError(
            'request.route',
            'this gateway was not started from a file; there is nothing to read again',
          )
        }
        const result = await reload()
        await store.ask({ kind: 'note', actor, action: 'config.reload', target: 'weir.yaml' })
        return { result: result ?? null }
      },
    },
    {
      method: 'GET',
      path: '/admin/whoami',
      policy: 'viewer',
      handle: ({ actor, role }) => ({ id: actor, role }),
    },
    {
      method: 'GET',
      path: '/admin/health',
      policy: 'public',
      handle: () => ({ status: isReady() ? 'ready' : 'draining' }),
    },
  ]
}

function metricsRoute({ exposed }: AdminRoutesOptions): AdminRoute {
  return {
    method: 'GET',
    path: '/metrics',
    policy: 'viewer',
    handle({ accept }) {
      if (exposed !== undefined) return new AdminText(renderMetrics(exposed, accept))
      throw new WeirError('request.route', 'nothing is counted here; add metrics to the configuration')
    },
  }
}

/** From memory: it is what requests are held to. Throws `request.key`. */
function find({ snapshot }: KeyStore, id: string | undefined): KeyStore['snapshot']['keys'][number] {
  const key = snapshot.keys.find((one) => one.id === id)
  if (key === undefined)
    throw new WeirError('request.key', 'there is no key with this id; see GET /admin/keys')
  return key
}

/** With what it spent and what is reserved for requests that run. */
function show(access: Access, key: Key, now: Date): object {
  const account = access.get(key.id)
  if (account === undefined) return key
  const { dayUsd, monthUsd } = account.spent(now)
  return {
    ...key,
    spent: { dayUsd, monthUsd, reservedUsd: account.reservedUsd },
    runningRequests: account.running,
  }
}

function checkDay(name: string, text: string): void {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return
  throw new WeirError('request.body', `${name} must be a day such as 2026-11-22`)
}

/** Lines of the audit log. 100 when nothing is said, at most 1,000. */
function parseLimit(text: string | undefined): number {
  if (text === undefined) return 100
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= 1000) return limit
  throw new WeirError('request.body', 'limit must be a whole number from 1 to 1000')
}
