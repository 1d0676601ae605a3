/** HTTP made to be read in two ways (smuggling), to hold a connection, or to put lines into somebody else's headers or logs. */
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  answering,
  chatBody,
  completion,
  http,
  post,
  startFleet,
  until,
  type Fleet,
} from '../gateway-support.ts'
import { send, toBytes } from './support.ts'

const CHAT = '/v1/chat/completions'
const BODY = chatBody('easy')

function start(): Promise<Fleet> {
  return startFleet({ small: answering('small'), large: answering('large') })
}

describe('a request that two servers could read differently', () => {
  const length = Buffer.byteLength(BODY)
  const framings: readonly (readonly [string, readonly string[], string])[] = [
    ['two lengths', [`content-length: ${length}`, 'content-length: 5'], BODY],
    ['two equal lengths', [`content-length: ${length}`, `content-length: ${length}`], BODY],
    ['a list of lengths', [`content-length: ${length}, ${length}`], BODY],
    ['a length and chunks', [`content-length: ${length}`, 'transfer-encoding: chunked'], `0\r\n\r\n`],
    ['a signed length', [`content-length: +${length}`], BODY],
    ['a length in hexadecimal', [`content-length: 0x${length.toString(16)}`], BODY],
    ['an unknown transfer encoding', ['transfer-encoding: xchunked'], '0\r\n\r\n'],
    ['chunked, but not last', ['transfer-encoding: chunked, identity'], '0\r\n\r\n'],
    ['a space before the colon', [`content-length : ${length}`], BODY],
    ['a folded header', ['x-title: a', ' b: c', `content-length: ${length}`], BODY],
    ['a bare line feed', [`x-title: a\ntransfer-encoding: chunked`, `content-length: ${length}`], BODY],
    ['a null in a value', ['x-title: a\0b', `content-length: ${length}`], BODY],
    ['a chunk size that is none', ['transfer-encoding: chunked'], `-5\r\n${BODY}\r\n0\r\n\r\n`],
  ]

  it.each(framings)('%s is refused and the connection closed', async (_, headers, body) => {
    const { gateway, small, large } = await start()
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      'host: gateway',
      'content-type: application/json',
      ...headers,
    ]
    const second = toBytes({ method: 'GET', target: '/v1/models' })
    const answer = await send(gateway.url, `${head.join('\r\n')}\r\n\r\n${body}${second}`)
    expect(answer.status).toBe(400)
    expect(answer.body).not.toContain('"object":"list"')
    expect([...small.seen, ...large.seen]).toHaveLength(0)
  })

  it('headers above 16 KiB are refused with 431', async () => {
    const { gateway } = await start()
    const headers = [`x-title: ${'a'.repeat(20_000)}`]
    const answer = await send(gateway.url, toBytes({ target: CHAT, headers, body: BODY }))
    expect(answer.status).toBe(431)
    expect(answer.body).toContain('request.body')
  })

  it('two thousand headers do not pass', async () => {
    const { gateway, small } = await start()
    const headers = Array.from({ length: 4000 }, (_, i) => `h${i}: v`)
    const answer = await send(gateway.url, toBytes({ target: CHAT, headers, body: BODY }))
    expect(answer.status).toBe(431)
    expect(small.seen).toHaveLength(0)
  })

  it('a pipelined second request is answered by its own merits', async () => {
    const { gateway } = await start()
    const first = toBytes({ target: CHAT, body: BODY }).replace('connection: close\r\n', '')
    const second = toBytes({ method: 'GET', target: '/nowhere' })
    const { body } = await send(gateway.url, first + second)
    expect(body).toContain('from small')
    expect(body).toContain('request.route')
  })
})

describe('hop-by-hop headers', () => {
  it('of a caller end here, also those that connection names', async () => {
    const { gateway, small } = await start()
    const headers = [
      'te: trailers',
      'upgrade: h2c',
      'proxy-authorization: Basic c2VjcmV0',
      'keep-alive: timeout=5',
    ]
    const bytes = toBytes({ target: CHAT, headers: ['connection: x-title', ...headers], body: BODY })
    await send(gateway.url, bytes, (text) => text.includes('from small'))
    const head = small.seen[0]?.head.toLowerCase() ?? ''
    for (const name of ['\r\nte:', 'upgrade:', 'proxy-authorization:', 'timeout=5'])
      expect(head).not.toContain(name)
  })

  it('of an upstream do not reach the caller', async () => {
    const hop = [
      'connection: x-secret',
      'x-secret: 1',
      'proxy-authenticate: Basic',
      'keep-alive: timeout=7',
      'trailer: x',
    ]
    const { gateway } = await startFleet({
      small: ({ socket }) => void socket.write(http(200, completion('small', 'a'), hop)),
      large: answering('large'),
    })
    const response = await post(gateway.url + CHAT, BODY)
    expect(response.status).toBe(200)
    for (const name of ['x-secret', 'proxy-authenticate', 'trailer'])
      expect(response.headers.has(name)).toBe(false)
    expect(response.headers.get('keep-alive')).not.toBe('timeout=7')
  })
})

describe('lines put into headers', () => {
  it.each(['m\r\nset-cookie: a=b', 'm\nx', 'm\r\n\r\n<html>', 'm\0', 'm\u2028'])(
    'by a model name: %j',
    async (model) => {
      const { gateway } = await start()
      const response = await post(gateway.url + CHAT, chatBody('easy', { model }))
      expect(response.status).toBe(404)
      expect(response.headers.has('set-cookie')).toBe(false)
    },
  )

  it('by what an upstream answers', async () => {
    const { gateway } = await startFleet({
      small: ({ socket }) =>
        void socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-ratelimit-limit: 1\rset-cookie: a=b\r\ncontent-length: 2\r\n\r\n{}`,
        ),
      large: answering('large'),
    })
    const response = await post(gateway.url + CHAT, BODY)
    expect(response.headers.has('set-cookie')).toBe(false)
    expect(response.headers.get('x-weir-model')).toBe('large')
  })
})

/** Sends a byte every few milliseconds until the other side closes. */
async function drip(url: string, start: string, piece: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  let isClosed = false
  socket.on('error', () => {})
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('close', () => (isClosed = true))
  socket.write(start)
  const timer = setInterval(() => socket.writable && socket.write(piece), 20)
  await until(() => isClosed)
  clearInterval(timer)
  return text
}

describe('slow callers', () => {
  it.each([
    ['the head', `POST ${CHAT} HTTP/1.1\r\nhost: gateway\r\n`, 'x: y\r\n'],
    [
      'the body',
      `POST ${CHAT} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{`,
      ' ',
    ],
  ])('who drip %s are closed, others are served meanwhile', async (_, begun, piece) => {
    const { gateway } = await startFleet(
      { small: answering('small'), large: answering('large') },
      { listen: { port: 0, headMs: 200, requestMs: 400 } },
    )
    const dripping = Promise.all(Array.from({ length: 20 }, () => drip(gateway.url, begun, piece)))
    expect((await post(gateway.url + CHAT, BODY)).status).toBe(200)
    for (const text of await dripping) expect(text).toMatch(/^HTTP\/1\.1 4\d\d|^$/)
  })
})
