/** The admin API: who may do what, what may be written, what is kept of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Access } from '../src/access/access.ts'
import type { KeyStore } from '../src/access/key-store.ts'
import { KeyFile } from '../src/access/store-file.ts'
import { createAdminRoutes, type AdminRoute } from '../src/gateway/admin-routes.ts'
import { startGateway, type Gateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { RIVER } from './gateway-support.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-admin-'))
const path = join(folder, 'keys.sqlite')
const keys: Record<string, { id: string; text: string }> = {}
let gateway: Gateway
let reloads = 0

beforeAll(async () => {
  const file = new KeyFile(path)
  for (const role of ['caller', 'viewer', 'admin'] as const) {
    const { key, text } = file.create({ name: role, role, limits: {} }, { actor: 'test', now: new Date() })
    keys[role] = { id: key.id, text }
  }
  file.close()
  gateway = await startGateway({
    river: RIVER,
    models: RIVER.candidates.map(({ model }) => ({ model, baseUrl: 'http://127.0.0.1:1' })),
    listen: { port: 0 },
    auth: { path },
    admin: { port: 0 },
    metrics: {},
    reload: async () => {
      reloads += 1
    },
    log: SILENT,
  })
})
afterAll(async () => {
  await gateway.close()
  rmSync(folder, { recursive: true, force: true })
})

const ROUTES: readonly AdminRoute[] = createAdminRoutes({
  access: new Access({ now: () => new Date(), onSpent: () => {} }),
  store: {} as KeyStore,
  now: () => new Date(),
  isReady: () => true,
})

async function ask(
  method: string,
  target: string,
  { role, body }: { role?: string; body?: unknown } = {},
): Promise<{ status: number; json: Record<string, never>; text: string }> {
  const text = role === undefined ? undefined : keys[role]?.text
  const response = await fetch(`${gateway.adminUrl}${target}`, {
    method,
    headers: {
      ...(text === undefined ? {} : { authorization: `Bearer ${text}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const said = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const json = (isJson ? JSON.parse(said) : {}) as Record<string, never>
  return { status: response.status, json, text: said }
}

/** A key that nothing else uses. */
async function spare(role = 'caller'): Promise<string> {
  const { json } = await ask('POST', '/admin/keys', { role: 'admin', body: { name: 'spare', role } })
  return json['id'] ?? ''
}

describe('the table', () => {
  it('has a policy on every route, and the page lists the same', () => {
    const page = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8')
    const listed = [
      ...page.matchAll(/^\| `((?:GET|POST|PATCH) \/(?:admin|metrics)[^`]*)` \| (\w+) \|/gm),
    ].map(([, route, policy]) => `${route} ${policy}`)
    expect(ROUTES.map(({ method, path: at, policy }) => `${method} ${at} ${policy}`).toSorted()).toEqual(
      listed.toSorted(),
    )
    for (const { policy } of ROUTES) expect(['public', 'viewer', 'admin']).toContain(policy)
  })

  const MAY: Record<string, readonly string[]> = {
    public: ['nobody', 'caller', 'viewer', 'admin'],
    viewer: ['viewer', 'admin'],
    admin: ['admin'],
  }
  const matrix = ROUTES.flatMap((route) =>
    ['nobody', 'caller', 'viewer', 'admin'].map(
      (role) => [route.method, route.path, role, route.policy] as const,
    ),
  )

  it.each(matrix)('%s %s as %s', async (method, at, role, policy) => {
    const target = at.includes(':id') ? at.replace(':id', await spare()) : at
    const body = method === 'GET' ? undefined : target === '/admin/keys' ? { name: 'made' } : {}
    const { status: code, json } = await ask(method, target, {
      ...(role === 'nobody' ? {} : { role }),
      ...(body === undefined ? {} : { body }),
    })
    const isAllowed = MAY[policy]?.includes(role) ?? false
    if (isAllowed) expect(code).toBe(200)
    else
      expect([code, json['error']?.['code']]).toEqual(
        role === 'nobody' ? [401, 'auth.key'] : [403, 'auth.role'],
      )
  })

  it('what is not in it does not exist, and says so only to those who may ask', async () => {
    expect((await ask('GET', '/admin/nothing')).status).toBe(401)
    expect((await ask('DELETE', '/admin/keys', { role: 'admin' })).status).toBe(404)
    for (const target of [
      '//admin/keys',
      '/admin/keys/',
      '/admin/%6beys',
      '/Admin/keys',
      '/admin/health/../keys',
    ]) {
      expect((await ask('GET', target)).status, target).not.toBe(200)
    }
  })

  it('has the page of metrics, for viewers', async () => {
    const { status, text } = await ask('GET', '/metrics', { role: 'viewer' })
    expect(status).toBe(200)
    expect(text).toContain('# TYPE weir_requests_total counter')
  })

  it('keys of the admin API open nothing of the callers\u2019 port, and the other way round', async () => {
    const response = await fetch(`${gateway.url}/v1/models`, {
      headers: { 'x-api-key': keys['admin']?.text ?? '' },
    })
    expect(response.status).toBe(401)
  })
})

describe('what may be written', () => {
  const FORBIDDEN = [
    { role: 'admin' },
    { id: 'key_other' },
    { hash: '0'.repeat(64) },
    { createdAt: '2020-01-01T00:00:00Z' },
    { revokedAt: null },
    { previousHash: 'x' },
    { hint: 'abcd' },
    { limits: { usdPerDay: 1, admin: true } },
    { limits: { usdPerDay: -1 } },
    { limits: { usdPerDay: '5' } },
    { limits: { requestsPerMinute: 1.5 } },
    { limits: { models: 'small' } },
    { limits: { minQuality: 2 } },
    { __proto__x: 1 },
  ]
  it.each(FORBIDDEN.map((body) => [JSON.stringify(body), body] as const))(
    'PATCH refuses %s and changes nothing',
    async (_text, body) => {
      const id = await spare()
      const before = await ask('GET', `/admin/keys/${id}`, { role: 'viewer' })
      const { status, json } = await ask('PATCH', `/admin/keys/${id}`, { role: 'admin', body })
      expect([status, json['error']?.['code']]).toEqual([400, 'request.body'])
      expect((await ask('GET', `/admin/keys/${id}`, { role: 'viewer' })).json).toEqual(before.json)
    },
  )

  it.each([
    '{"name":"a","__proto__":{"role":"admin"}}',
    '{"name":"a","constructor":{}}',
    '{"name":"a","name":"b"}',
    '[]',
    'null',
    '{',
  ])('POST refuses %s', async (body) => {
    expect((await ask('POST', '/admin/keys', { role: 'admin', body })).status).toBe(400)
  })

  it('a limit is set, changed and taken away', async () => {
    const id = await spare()
    const patch = async (body: object): Promise<unknown> =>
      (await ask('PATCH', `/admin/keys/${id}`, { role: 'admin', body })).json['limits']
    expect(await patch({ limits: { usdPerDay: 5, models: ['small'] } })).toEqual({
      usdPerDay: 5,
      models: ['small'],
    })
    expect(await patch({ limits: { usdPerDay: 6 } })).toEqual({ usdPerDay: 6, models: ['small'] })
    expect(await patch({ limits: { models: null } })).toEqual({ usdPerDay: 6 })
  })

  it('a key cannot end itself', async () => {
    const { status } = await ask('POST', `/admin/keys/${keys['admin']?.id}/revoke`, { role: 'admin' })
    expect(status).toBe(403)
  })
})

async function status(key: string): Promise<number> {
  return (await fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': key } })).status
}

describe('what is kept', () => {
  it('a key is said once; lists and the audit log hold neither it nor its hash', async () => {
    const made = await ask('POST', '/admin/keys', {
      role: 'admin',
      body: { name: 'once', limits: { usdPerDay: 1 } },
    })
    const { id, key } = made.json as unknown as { id: string; key: string }
    await ask('PATCH', `/admin/keys/${id}`, { role: 'admin', body: { name: 'twice' } })
    const file = new KeyFile(path)
    const { hash } = file.get(id)
    file.close()
    const list = await ask('GET', '/admin/keys', { role: 'admin' })
    const audit = await ask('GET', '/admin/audit', { role: 'admin' })
    expect(list.text).toContain(id)
    for (const secret of [key, hash]) {
      expect(list.text).not.toContain(secret)
      expect(audit.text).not.toContain(secret)
    }
    const [newest] = audit.json['rows'] as unknown as {
      actor: string
      action: string
      target: string
      before: { name: string }
      after: { name: string }
    }[]
    expect(newest).toMatchObject({
      actor: keys['admin']?.id,
      action: 'key.update',
      target: id,
      before: { name: 'once' },
      after: { name: 'twice' },
    })
  })

  it('rotation: the new one at once, the old one as long as it may', async () => {
    const made = await ask('POST', '/admin/keys', { role: 'admin', body: { name: 'turning' } })
    const { id, key: first } = made.json as unknown as { id: string; key: string }
    const second =
      (await ask('POST', `/admin/keys/${id}/rotate`, { role: 'admin', body: { graceSeconds: 600 } })).json[
        'key'
      ] ?? ''
    expect([await status(first), await status(second)]).toEqual([200, 200])
    const third = (await ask('POST', `/admin/keys/${id}/rotate`, { role: 'admin' })).json['key'] ?? ''
    expect([await status(first), await status(second), await status(third)]).toEqual([401, 401, 200])
  })

  it('a reload is run and noted', async () => {
    const before = reloads
    expect((await ask('POST', '/admin/reload', { role: 'admin' })).status).toBe(200)
    expect(reloads).toBe(before + 1)
    const [newest] = (await ask('GET', '/admin/audit?limit=1', { role: 'admin' })).json[
      'rows'
    ] as unknown as { action: string }[]
    expect(newest?.action).toBe('config.reload')
  })
})
