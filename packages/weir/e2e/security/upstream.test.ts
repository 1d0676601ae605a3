/** Who is called, with whose key, and what of it comes back. No request may change the first two, no answer may carry the second. */
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createSecret } from '../../src/config/secret.ts'
import {
  answering,
  chatBody,
  closeLater,
  completion,
  http,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
  type Fleet,
} from '../gateway-support.ts'
import { send, toBytes } from './support.ts'

const CHAT = '/v1/chat/completions'
const CANARY = 'sk-operator-canary-7f3a9'
const KEY = { definition: { apiKey: createSecret('env:KEY', CANARY) } }

/** Counts who connects. */
async function startTrap(): Promise<{
  url: string
  port: number
  hits: () => number
  close(): Promise<void>
}> {
  let hits = 0
  const server = createServer((socket) => {
    hits += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return closeLater({
    url: `http://127.0.0.1:${port}`,
    port,
    hits: () => hits,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  })
}

function start(): Promise<Fleet> {
  return startFleet({ small: answering('small'), large: answering('large') }, KEY)
}

const headersOf = (url: string): Record<string, string>[] => [
  { 'x-portkey-custom-host': url },
  { 'x-portkey-config': JSON.stringify({ custom_host: url }) },
  { 'x-litellm-api-base': url },
  { 'x-forwarded-host': new URL(url).host, 'x-forwarded-proto': 'http' },
  { forwarded: `host=${new URL(url).host}` },
  { 'x-original-url': url, 'x-rewrite-url': url },
  { 'helicone-target-url': url, 'x-target-url': url, 'x-upstream': url },
]
const membersOf = (url: string): object[] => [
  { api_base: url, base_url: url, baseUrl: url, custom_host: url, endpoint: url },
  { provider: { base_url: url }, upstream: url, upstreams: [url] },
  { extra_body: { api_base: url }, extra_headers: { host: url } },
  { metadata: { api_base: url }, user_config: { model_list: [{ litellm_params: { api_base: url } }] } },
]

describe('CVE-2024-6587, CVE-2025-66405, Portkey #1718: a caller names the upstream', () => {
  it('by a header', async () => {
    const trap = await startTrap()
    const { gateway, small } = await start()
    for (const headers of headersOf(trap.url)) {
      const response = await post(gateway.url + CHAT, chatBody('easy'), headers)
      expect(await response.json()).toMatchObject({ model: 'small' })
    }
    expect(small.seen).toHaveLength(headersOf(trap.url).length)
    expect(small.seen.map(({ head }) => head).join()).not.toContain(String(trap.port))
    expect(trap.hits()).toBe(0)
  })

  it('by a member of the body', async () => {
    const trap = await startTrap()
    const { gateway, small } = await start()
    for (const members of membersOf(trap.url)) {
      const response = await post(gateway.url + CHAT, chatBody('easy', members))
      expect(await response.json()).toMatchObject({ model: 'small' })
    }
    expect(small.seen).toHaveLength(membersOf(trap.url).length)
    expect(trap.hits()).toBe(0)
  })

  it('by the query', async () => {
    const trap = await startTrap()
    const { gateway, small } = await start()
    await post(
      `${gateway.url}${CHAT}?api_base=${trap.url}&base_url=${trap.url}&model=large`,
      chatBody('easy'),
    )
    expect(small.seen[0]?.head.split('\r\n')[0]).toBe('POST /v1/chat/completions HTTP/1.1')
    expect(trap.hits()).toBe(0)
  })

  it('by the name of a model', async () => {
    const trap = await startTrap()
    const { gateway, small, large } = await start()
    const names = [
      trap.url,
      `small@${trap.url}`,
      `small#${trap.url}`,
      'small/../large',
      '../small',
      'small?x=1',
      'small%23',
    ]
    for (const model of names) {
      const response = await post(gateway.url + CHAT, chatBody('easy', { model }))
      expect(response.status).toBe(404)
    }
    expect([...small.seen, ...large.seen]).toHaveLength(0)
    expect(trap.hits()).toBe(0)
  })
})

describe('CVE-2026-49468: Host, X-Forwarded and spellings of a path', () => {
  const targets = [
    CHAT,
    `//v1/chat/completions`,
    '/v1//chat/completions',
    '/v1/./chat/completions',
    '/v1/../v1/chat/completions',
    '/v1/%63hat/completions',
    '/v1/chat%2fcompletions',
    '/v1/chat/completions/',
    '/V1/CHAT/COMPLETIONS',
    '/v1/chat/completions%00',
    '/v1/chat/completions;x=1',
    '/health/liveness/../../v1/chat/completions',
    'http://other.example/v1/chat/completions',
    'http://127.0.0.1:1/v1/chat/completions',
  ]
  const hosts = [
    ['host: other.example'],
    ['host: 127.0.0.1:1'],
    ['host: gateway', 'x-forwarded-host: admin', 'x-forwarded-for: 127.0.0.1', 'x-real-ip: 127.0.0.1'],
    ['host: gateway/health/liveness?'],
    ['host: '],
  ]

  it('are answered by the configured model or not at all', async () => {
    const { gateway, small, large } = await start()
    let served = 0
    for (const target of targets) {
      for (const headers of hosts) {
        const answer = await send(gateway.url, toBytes({ target, headers, body: chatBody('easy') }))
        expect([200, 400, 404]).toContain(answer.status)
        if (answer.status === 200) served += 1
        expect(answer.head).not.toMatch(/^location:/im)
      }
    }
    expect(served).toBeGreaterThan(0)
    expect(small.seen).toHaveLength(served)
    expect(large.seen).toHaveLength(0)
    const port = new URL(small.url).port
    for (const { head } of small.seen) {
      expect(head.split('\r\n')[0]).toBe('POST /v1/chat/completions HTTP/1.1')
      expect(head.match(/^host: (.*)$/gim)).toEqual([`host: 127.0.0.1:${port}`])
    }
  })
})

describe('GHSA-9f46-w24h-69w4, Portkey #1597: redirects', () => {
  it.each([301, 302, 303, 307, 308])('%s is not followed', async (status) => {
    const trap = await startTrap()
    const redirect = http(status, '', [`location: ${trap.url}/v1/chat/completions`])
    const { gateway } = await startFleet(
      { small: ({ socket }) => void socket.write(redirect), large: answering('large') },
      KEY,
    )
    const response = await post(gateway.url + CHAT, chatBody('easy'))
    expect(response.headers.get('x-weir-model')).toBe('large')
    expect(response.headers.has('location')).toBe(false)
    expect(trap.hits()).toBe(0)
  })
})

describe("the operator's key", () => {
  /** An upstream that gives back what it was sent, everywhere it can. */
  const reflect = [
    `x-ratelimit-key: Bearer ${CANARY}`,
    `openai-version: ${CANARY}`,
    `set-cookie: key=${CANARY}`,
    `authorization: Bearer ${CANARY}`,
    `www-authenticate: Bearer ${CANARY}`,
    `x-api-key: ${CANARY}`,
    `x-request-id: ${CANARY}`,
    `server: ${CANARY}`,
  ]
  const error = JSON.stringify({ error: { message: `Incorrect API key provided: ${CANARY}` } })
  const cases: readonly (readonly [string, string])[] = [
    ['an answer', http(200, completion('small', 'a'), reflect)],
    [
      'a stream',
      `${SSE_HEAD.slice(0, -2)}${reflect.join('\r\n')}\r\n\r\n${streamEvents('small', ['a']).map(piece).join('')}${LAST_PIECE}`,
    ],
    ['401', http(401, error, reflect)],
    ['403', http(403, error, reflect)],
    ['429', http(429, error, reflect)],
    ['500', http(500, error, reflect)],
    ['no HTTP', `${CANARY} is no HTTP\r\n\r\n`],
    ['a broken head', `HTTP/1.1 200 OK\r\n${CANARY}\r\n\r\n`],
    ['no JSON', http(200, `<html>${CANARY}</html>`, reflect)],
  ]

  it.each(cases)('is in no answer when an upstream gives it back: %s', async (_, bytes) => {
    const answer = ({ socket }: { socket: { write(text: string): unknown } }): void =>
      void socket.write(bytes)
    const { gateway } = await startFleet({ small: answer, large: answer }, KEY)
    const response = await post(
      gateway.url + CHAT,
      chatBody('easy', bytes.includes('event-stream') ? { stream: true } : {}),
    )
    const text = await response.text()
    expect(JSON.stringify([...response.headers])).not.toContain(CANARY)
    expect(text).not.toContain(CANARY)
    expect(text.length).toBeGreaterThan(0)
  })

  it("is sent, and a caller's is not, nor any other credential of the caller", async () => {
    const { gateway, small } = await start()
    await post(gateway.url + CHAT, chatBody('easy'), {
      authorization: 'Bearer callers-own',
      'x-api-key': 'callers-own',
      'api-key': 'callers-own',
      'x-goog-api-key': 'callers-own',
      'openai-organization': 'callers-own',
      cookie: 'session=callers-own',
      'proxy-authorization': 'callers-own',
    })
    const [seen] = small.seen
    expect(seen?.head).toContain(`authorization: Bearer ${CANARY}`)
    expect(seen?.head).not.toContain('callers-own')
  })

  it('is in no list of models, decision or error', async () => {
    const { gateway } = await start()
    for (const path of ['/v1/models', '/v1/models/small', '/nowhere', '/health/readiness']) {
      expect(await (await fetch(gateway.url + path)).text()).not.toContain(CANARY)
    }
    expect(await (await post(`${gateway.url}/v1/weir/route`, chatBody('easy'))).text()).not.toContain(CANARY)
  })
})
