/** Several upstreams and keys of one model: who is called, who is left alone, and what the caller sees of it. */
import { describe, expect, it } from 'vitest'
import { createSecret } from '../../src/config/secret.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../../src/gateway/start.ts'
import { SILENT } from '../../src/telemetry/log.ts'
import type { UpstreamModel } from '../../src/upstream/definition.ts'
import { DEFAULT_FAULTS } from '../../src/upstream/faults.ts'
import {
  answering,
  chatBody,
  closeLater,
  http,
  post,
  RIVER,
  startUpstream,
  until,
  type Seen,
  type Upstream,
} from '../gateway-support.ts'

const CHAT = '/v1/chat/completions'
const QUICK = { ...DEFAULT_FAULTS, retry: { ...DEFAULT_FAULTS.retry, baseMs: 5 } }

async function serving(
  small: Partial<UpstreamModel>,
  options: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  const large = closeLater(await startUpstream(answering('large')))
  return closeLater(
    await startGateway({
      river: RIVER,
      models: [
        { model: 'small', baseUrl: large.url, ...small },
        { model: 'large', baseUrl: large.url },
      ],
      listen: { port: 0 },
      log: SILENT,
      faults: QUICK,
      ...options,
    }),
  )
}

async function upstream(answer: (seen: Seen) => void): Promise<Upstream> {
  return closeLater(await startUpstream(answer))
}

function status(code: number, headers: readonly string[] = []): (seen: Seen) => void {
  return ({ socket }) => void socket.write(http(code, '{}', headers))
}

const named = (text: string): string => chatBody(text, { model: 'small', weir: { explain: true } })

interface Explained {
  readonly weir: { readonly attempts: readonly { readonly tries: readonly object[] | null }[] }
}

describe('several upstreams', () => {
  it('one that fails is followed by another, unseen but for its header and its row', async () => {
    const bad = await upstream(status(503))
    const good = await upstream(answering('small'))
    const gateway = await serving({
      upstreams: [
        // Its weight makes it the first choice.
        { baseUrl: bad.url, weight: 1000 },
        { baseUrl: good.url },
      ],
    })
    const response = await post(gateway.url + CHAT, named('easy'))
    expect([
      response.status,
      response.headers.get('x-weir-tries'),
      bad.seen.length,
      good.seen.length,
    ]).toEqual([200, '2', 1, 1])
    const { weir } = (await response.json()) as Explained
    expect(weir.attempts[0]?.tries).toMatchObject([
      { upstream: 0, move: 'first', error: 'upstream.refused', status: 503 },
      { upstream: 1, move: 'failover' },
    ])
  })

  it('each gets the name that it knows the model by', async () => {
    const one = await upstream(answering('small'))
    const gateway = await serving({
      upstreamModel: 'small-1',
      upstreams: [
        { baseUrl: one.url, upstreamModel: 'deployed-7' },
        { baseUrl: one.url, weight: 0.001 },
      ],
    })
    await (await post(gateway.url + CHAT, named('easy'))).text()
    expect(JSON.parse(one.seen[0]?.body ?? '{}')).toMatchObject({
      model: expect.stringMatching(/^(deployed-7|small-1)$/),
    })
  })

  it('one that keeps failing is left alone', async () => {
    const bad = await upstream(({ socket }) => void socket.destroy())
    const good = await upstream(answering('small'))
    const gateway = await serving({ upstreams: [{ baseUrl: bad.url, weight: 1000 }, { baseUrl: good.url }] })
    for (let i = 0; i < 12; i += 1) {
      expect((await post(gateway.url + CHAT, named('easy'))).status).toBe(200)
    }
    expect(bad.seen.length).toBeLessThanOrEqual(5)
    expect(good.seen.length).toBe(12)
  })
})

describe('retry', () => {
  it('repeats what may pass', async () => {
    let calls = 0
    const flaky = await upstream((seen) => {
      calls += 1
      if (calls < 3) seen.socket.write(http(500, '{}'))
      else void answering('small')(seen)
    })
    const gateway = await serving({ baseUrl: flaky.url })
    const response = await post(gateway.url + CHAT, named('easy'))
    expect([response.status, response.headers.get('x-weir-tries'), calls]).toEqual([200, '3', 3])
    expect(((await response.json()) as Explained).weir.attempts[0]?.tries).toMatchObject([
      { move: 'first', status: 500 },
      { move: 'retry', status: 500, waitMs: expect.any(Number) },
      { move: 'retry' },
    ])
  })

  it('waits for a Retry-After that is short, and hands on one that is long', async () => {
    let calls = 0
    const busy = await upstream((seen) => {
      calls += 1
      if (calls === 1) seen.socket.write(http(429, '{}', ['retry-after-ms: 30']))
      else if (calls === 2) void answering('small')(seen)
      else seen.socket.write(http(429, '{}', ['retry-after: 90']))
    })
    const gateway = await serving({ baseUrl: busy.url, apiKey: createSecret('env:K', 'k') })
    expect((await post(gateway.url + CHAT, named('easy'))).status).toBe(200)
    const told = await post(gateway.url + CHAT, named('easy'))
    expect([told.status, told.headers.get('retry-after'), told.headers.get('retry-after-ms')]).toEqual([
      429,
      '90',
      '90000',
    ])
    // Until then it is not asked again; the wait that is held is a minute at most.
    const resting = await post(gateway.url + CHAT, named('easy'))
    expect([resting.status, calls]).toEqual([503, 3])
    expect(Number(resting.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(await resting.json()).toMatchObject({ error: { code: 'upstream.unavailable' } })
  })

  it('begins nothing that cannot end before the caller stops waiting', async () => {
    const slow = await upstream(status(503, ['retry-after: 2']))
    const gateway = await serving({ baseUrl: slow.url })
    const response = await post(gateway.url + CHAT, named('easy'), { 'x-weir-timeout-ms': '1000' })
    expect([response.status, response.headers.get('retry-after'), slow.seen.length]).toEqual([502, null, 1])
  })

  it('ends when the caller leaves in the middle of a wait', async () => {
    const busy = await upstream(status(503, ['retry-after: 1']))
    const gateway = await serving({ baseUrl: busy.url })
    const abort = new AbortController()
    const gone = fetch(gateway.url + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: named('easy'),
      signal: abort.signal,
    })
    await until(() => busy.seen.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    abort.abort()
    await expect(gone).rejects.toThrow()
    await gateway.close()
    expect(busy.seen.length).toBe(1)
  })
})

describe('time', () => {
  it.each([
    ['x-weir-timeout-ms', '150'],
    ['x-stainless-timeout', '0.15'],
  ])('%s ends a call that would go on', async (name, value) => {
    const silent = await upstream(() => {})
    const gateway = await serving({ baseUrl: silent.url })
    const response = await post(gateway.url + CHAT, named('easy'), { [name]: value })
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ error: { code: 'upstream.too_slow' } })
    await until(() => silent.closed.length === 1)
  })

  it('an upstream that drips is ended by the total limit', async () => {
    const drip = await upstream(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{')
      const timer = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(timer))
    })
    const gateway = await serving({ baseUrl: drip.url, timeouts: { totalMs: 200 } })
    const response = await post(gateway.url + CHAT, named('easy'))
    expect(await response.json()).toMatchObject({ error: { code: 'upstream.too_slow' } })
    await until(() => drip.closed.length === 1)
  })

  it('no first token in time: another upstream streams', async () => {
    const mute = await upstream(
      ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'),
    )
    const good = await upstream(answering('small'))
    const gateway = await serving({
      upstreams: [{ baseUrl: mute.url, weight: 1000 }, { baseUrl: good.url }],
      timeouts: { firstTokenMs: 100 },
    })
    const response = await post(gateway.url + CHAT, chatBody('easy', { model: 'small', stream: true }))
    expect([response.status, response.headers.get('x-weir-tries')]).toEqual([200, '2'])
  })
})

describe('several keys', () => {
  it('a refused or spent key is passed over, within the call and after it', async () => {
    const seen: string[] = []
    const server = await upstream((one) => {
      const key = /authorization: Bearer (\S+)/i.exec(one.head)?.[1] ?? ''
      seen.push(key)
      if (key === 'good') void answering('small')(one)
      else one.socket.write(http(key === 'refused' ? 401 : 429, '{}'))
    })
    const apiKeys = ['refused', 'spent', 'good'].map((key) => createSecret(`env:${key}`, key))
    const gateway = await serving({ baseUrl: server.url, apiKeys })
    expect((await post(gateway.url + CHAT, named('easy'))).status).toBe(200)
    expect((await post(gateway.url + CHAT, named('easy'))).status).toBe(200)
    expect(seen).toEqual(['refused', 'spent', 'good', 'good'])
  })

  it('a caller’s own key rests for nobody', async () => {
    const server = await upstream(status(429, ['retry-after: 30']))
    const gateway = await serving({ baseUrl: server.url })
    for (let i = 0; i < 2; i += 1) {
      const response = await post(gateway.url + CHAT, named('easy'), { authorization: 'Bearer mine' })
      expect(response.status).toBe(429)
    }
    expect(server.seen.length).toBe(2)
  })
})

describe('hedging', () => {
  it('a slow call gets a second one elsewhere; the first answer wins and the other call is closed', async () => {
    let isSlow = false
    const tardy = await upstream((seen) => {
      if (!isSlow) void answering('small', 'first')(seen)
    })
    const other = await upstream(answering('small', 'second'))
    const gateway = await serving(
      {
        upstreams: [
          { baseUrl: tardy.url, weight: 1000 },
          { baseUrl: other.url, weight: 0.001 },
        ],
      },
      { faults: { ...QUICK, hedge: { fraction: 1, percentile: 0.9, minMs: 20 } } },
    )
    for (let i = 0; i < 20; i += 1) await (await post(gateway.url + CHAT, named('easy'))).text()
    expect(other.seen.length).toBe(0)
    isSlow = true
    const response = await post(gateway.url + CHAT, named('easy'))
    expect(response.headers.get('x-weir-tries')).toBe('2')
    const body = (await response.json()) as Explained
    expect(JSON.stringify(body)).toContain('second')
    expect(body.weir.attempts[0]?.tries).toMatchObject([
      { upstream: 0, move: 'first', error: 'request.aborted' },
      { upstream: 1, move: 'hedge' },
    ])
    await until(() => tardy.closed.length === 1)
  })
})
