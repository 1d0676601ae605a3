/** Keys as attackers try them: guessed, shared in part, taken from the store, or left out behind another spelling of the path. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Access } from '../../src/access/access.ts'
import { createKey, hashKey, isKey, isSameHash } from '../../src/access/key.ts'
import { KeyFile } from '../../src/access/store-file.ts'
import { answering, chatBody, post, startFleet, type Fleet } from '../gateway-support.ts'
import { send, toBytes } from './support.ts'

const CHAT = '/v1/chat/completions'
let folder = ''
let path = ''
let key = ''
let stored = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-keys-'))
  path = join(folder, 'keys.sqlite')
  const file = new KeyFile(path)
  const { text } = file.create(
    { name: 'caller', role: 'caller', limits: {} },
    { actor: 'test', now: new Date() },
  )
  file.close()
  key = text
  stored = hashKey(text)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(): Promise<Fleet> {
  return startFleet({ small: answering('small'), large: answering('large') }, { auth: { path } })
}

describe('CVE-2026-42208: what stands in a key header is never a statement', () => {
  it('and opens nothing', async () => {
    const { gateway, small, large } = await start()
    const texts = [
      `' OR '1'='1`,
      `wk-' OR 1=1 --`,
      `${key}' --`,
      `${key} OR 1=1`,
      `%`,
      `wk-%`,
      `wk-${'_'.repeat(43)}`,
      `wk-${'*'.repeat(43)}`,
      '{"$ne":null}',
      '*',
      '',
    ]
    for (const text of texts) {
      for (const headers of [
        { authorization: `Bearer ${text}` },
        { 'x-api-key': text },
        { 'api-key': text },
      ]) {
        const response = await post(gateway.url + CHAT, chatBody('easy'), headers)
        expect(response.status).toBe(401)
        if (text.length > 3) expect(await response.text()).not.toContain(text)
      }
    }
    expect([...small.seen, ...large.seen]).toHaveLength(0)
    const ok = await post(gateway.url + CHAT, chatBody('easy'), { authorization: `Bearer ${key}` })
    expect(ok.status).toBe(200)
  })
})

describe('CVE-2026-35030: keys that share a beginning', () => {
  it('never share an identity, however long it is', () => {
    const one = createKey('caller')
    const access = new Access({ now: () => new Date(), onSpent: () => {} })
    const { text, hash, hint, id } = one
    const known = {
      id,
      hash,
      hint,
      role: 'caller',
      name: 'a',
      createdAt: '2026-01-01T00:00:00.000Z',
      limits: {},
    } as const
    access.load({ keys: [known], spent: [], day: '2026-01-01', batch: 0 })
    expect(access.find({ authorization: `Bearer ${text}` }).key.id).toBe(id)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.constantFrom('a', 'Z', '0', '9', '_', '-'),
        (at, character) => {
          const other = text.slice(0, at) + character + text.slice(at + 1)
          fc.pre(other !== text)
          expect(() => access.find({ authorization: `Bearer ${other}` })).toThrow(/key/)
          expect(() => access.find({ 'x-api-key': text.slice(0, at) })).toThrow(/key/)
        },
      ),
    )
  })

  it('are compared in a time that does not tell where they differ', () => {
    expect(isSameHash('a'.repeat(64), 'a'.repeat(64))).toBe(true)
    expect(isSameHash('a'.repeat(64), `${'a'.repeat(63)}b`)).toBe(false)
    expect(isSameHash('a', 'aa')).toBe(false)
  })
})

describe('GHSA-69x8-hrgq-fjj8: what the store holds', () => {
  it('is no key: a hash opens nothing, and the key is not in the file', async () => {
    const { gateway } = await start()
    for (const text of [stored, `wk-${stored}`, `wk-${stored.slice(0, 43)}`]) {
      const response = await post(gateway.url + CHAT, chatBody('easy'), { authorization: `Bearer ${text}` })
      expect(response.status).toBe(401)
    }
    expect(isKey(stored)).toBe(false)
  })
})

describe('CVE-2026-49468: no spelling of a path and no header goes round the key', () => {
  const targets = [
    CHAT,
    '//v1/chat/completions',
    '/v1/%63hat/completions',
    '/v1/./chat/completions',
    '/v1/chat/completions/',
    '/health/liveness/../../v1/chat/completions',
    '/health/liveness%2f..%2f..%2fv1/chat/completions',
    '/v1/chat/completions?/health/liveness',
    '/v1/chat/completions#/health/liveness',
    'http://gateway/v1/chat/completions',
    'http://other/health/liveness',
    '/chat/completions',
    '/v1/messages',
    '/anthropic/v1/messages',
    '/v1/responses',
    '/v1/embeddings',
    '/v1/weir/route',
    '/v1/weir/feedback',
  ]
  const headers = [
    [],
    ['host: gateway/health/liveness?'],
    ['x-forwarded-for: 127.0.0.1', 'x-real-ip: 127.0.0.1', 'forwarded: for=127.0.0.1'],
    ['x-original-url: /health/liveness', 'x-rewrite-url: /health/liveness'],
    ['x-http-method-override: GET', 'x-forwarded-prefix: /health'],
    ['authorization: Bearer', 'x-weir-policy: route'],
    ['upgrade: websocket', 'connection: upgrade', 'sec-websocket-key: a', 'sec-websocket-version: 13'],
  ]

  it('on any route that costs or tells something', async () => {
    const { gateway, small, large } = await start()
    for (const target of targets) {
      for (const more of headers) {
        const bytes = toBytes({ target, headers: more, body: chatBody('easy') })
        const answer = await send(gateway.url, bytes)
        expect([400, 401, 404, 405], `${target} ${more.join()}`).toContain(answer.status)
      }
    }
    expect([...small.seen, ...large.seen]).toHaveLength(0)
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE'])('nor the method %s', async (method) => {
    const { gateway } = await start()
    const answer = await send(
      gateway.url,
      toBytes({ method, target: '/v1/models', headers: ['content-length: 0'] }),
    )
    expect([400, 401, 404, 405]).toContain(answer.status)
    expect(answer.body).not.toContain('"small"')
  })
})
