/** Virtual keys in front of a running gateway: who gets in, what they may ask, and budgets that hold whatever comes at once. */
import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { KeyFile } from '../src/access/store-file.ts'
import type { GatewayOptions } from '../src/gateway/start.ts'
import {
  answering,
  chatBody,
  completion,
  http,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
  until,
  type Fleet,
  type Seen,
} from './gateway-support.ts'
import { bearer, BY, useKeys } from './keys-support.ts'

const keys = useKeys()

function start(options: Partial<GatewayOptions> = {}, answers = WHOLE): Promise<Fleet> {
  return startFleet(answers, { auth: { path: keys.path, assumedOutputTokens: 100 }, ...options })
}

const WHOLE = { small: answering('small'), large: answering('large') }

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } }
  return error.code
}

describe('keys', () => {
  it('are taken from each dialect\u2019s header, and reach no upstream', async () => {
    const { text } = keys.make()
    const fleet = await start()
    const url = `${fleet.gateway.url}/v1/chat/completions`
    for (const headers of [
      bearer(text),
      { 'x-api-key': text },
      { 'api-key': text },
      { 'x-goog-api-key': text },
    ]) {
      expect((await post(url, chatBody('easy'), headers)).status).toBe(200)
    }
    expect(fleet.small.seen).toHaveLength(4)
    for (const { head, body } of fleet.small.seen) expect(head + body).not.toContain(text)
  })

  it('without one nothing but health is open, on any path', async () => {
    keys.make()
    const fleet = await start()
    const { url } = fleet.gateway
    for (const target of [
      '/v1/chat/completions',
      '/messages',
      '/v1/responses',
      '/v1/weir/route',
      '/nothing',
      '//v1/chat/completions',
    ]) {
      const response = await post(`${url}${target}`, chatBody('easy'), {
        host: 'localhost',
        'x-forwarded-host': 'health',
      })
      expect(response.status, target).toBe(401)
      await response.arrayBuffer()
    }
    expect((await fetch(`${url}/v1/models`)).status).toBe(401)
    expect((await fetch(`${url}/health/readiness`)).status).toBe(200)
    expect(fleet.small.seen).toHaveLength(0)
  })

  it('wrong, revoked, expired and foreign ones are refused', async () => {
    const { id, text } = keys.make()
    const expired = keys.make({}, { expiresAt: '2020-01-01T00:00:00Z' })
    const admin = keys.make({}, { role: 'admin' })
    const { gateway } = await start()
    const ask = (key: string): Promise<Response> =>
      post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), bearer(key))
    const other = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A')
    for (const key of ['sk-other', "' OR 1=1 --", other, expired.text, admin.text]) {
      const response = await ask(key)
      expect(response.status).toBe(401)
      expect(await codeOf(response)).toBe('auth.key')
    }
    expect((await ask(text)).status).toBe(200)
    const file = new KeyFile(keys.path)
    const { hash } = file.get(id)
    file.revoke(id, BY)
    file.close()
    expect((await ask(`wk-${hash}`)).status).toBe(401)
    await until(() => isRefused(ask, text))
    expect((await ask(text)).status).toBe(401)
  })

  it('the first run makes the one admin key, the second none', async () => {
    const first = await start()
    expect(first.gateway.adminKey).toMatch(/^wa-/)
    await first.gateway.close()
    const second = await start()
    expect(second.gateway.adminKey).toBeUndefined()
  })
})

/** Polls without waiting: the answer of the poll before counts. */
let lastStatus = 0
function isRefused(ask: (key: string) => Promise<Response>, key: string): boolean {
  void ask(key).then(({ status }) => (lastStatus = status))
  return lastStatus === 401
}

describe('what a key may ask', () => {
  it('models: by name and by routing', async () => {
    const { text } = keys.make({ models: ['small'] })
    const fleet = await start()
    const url = `${fleet.gateway.url}/v1/chat/completions`
    const refused = await post(url, chatBody('x', { model: 'large' }), bearer(text))
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'auth.model'])
    const routed = await post(url, chatBody('hard'), bearer(text))
    expect([routed.status, routed.headers.get('x-weir-model')]).toEqual([200, 'small'])
    expect(fleet.large.seen).toHaveLength(0)
  })

  it('models: the list and its entries show no others', async () => {
    const { headers } = keys.make({ models: ['small'] })
    const { gateway } = await start()
    const get = async (target: string): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${gateway.url}/v1/models${target}`, { headers })
      return { status: response.status, text: await response.text() }
    }
    for (const target of ['', '/small', '/weir', '/weir@0.9']) {
      expect(await get(target)).toMatchObject({ status: 200, text: expect.not.stringContaining('large') })
    }
    expect((await get('/large')).status).toBe(404)
    expect(await get('/other')).toMatchObject({ status: 404, text: expect.not.stringContaining('large') })
  })

  it('levels: what is asked is refused, the default is moved into the range', async () => {
    const { text } = keys.make({ maxQuality: 0.9 })
    const { gateway } = await start()
    const url = `${gateway.url}/v1/chat/completions`
    const asked = await post(url, chatBody('x', { model: 'weir@0.95' }), bearer(text))
    expect([asked.status, await codeOf(asked)]).toEqual([403, 'auth.level'])
    const raw = await post(url, chatBody('x', { model: 'router-fake-0.1' }), bearer(text))
    expect([raw.status, await codeOf(raw)]).toEqual([403, 'auth.level'])
    const plain = await post(url, chatBody('x'), bearer(text))
    expect(plain.headers.get('x-weir-quality')).toBe('0.9')
  })

  it('policies', async () => {
    const { text } = keys.make({ policies: ['route'] })
    const { gateway } = await start()
    const asked = await post(`${gateway.url}/v1/chat/completions`, chatBody('x'), {
      ...bearer(text),
      'x-weir-policy': 'cascade',
    })
    expect([asked.status, await codeOf(asked)]).toEqual([403, 'auth.level'])
  })
})

describe('limits', () => {
  it('requests a minute, with the headers of OpenAI and when to come back', async () => {
    const { text } = keys.make({ requestsPerMinute: 2 })
    const { gateway } = await start()
    const ask = (): Promise<Response> =>
      post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), bearer(text))
    const first = await ask()
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:\d+ms|[\d.]+s|\dm\d+s)$/)
    await ask()
    const third = await ask()
    expect([third.status, await codeOf(third)]).toEqual([429, 'limit.requests'])
    const seconds = Number(third.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(50)
    expect(seconds).toBeLessThanOrEqual(61)
    expect(third.headers.get('x-ratelimit-remaining-requests')).toBe('0')
  })

  it('tokens a minute: estimated, then corrected by what was used', async () => {
    const { text } = keys.make({ tokensPerMinute: 300 })
    const { gateway } = await start()
    const ask = (max: number): Promise<Response> =>
      post(`${gateway.url}/v1/chat/completions`, chatBody('easy', { max_tokens: max }), bearer(text))
    // The upstream counts 12 + 34 tokens.
    expect((await ask(100)).status).toBe(200)
    const second = await ask(100)
    expect(second.status).toBe(200)
    const third = await ask(100)
    // 300 - 46 - 46 = 208 left, less what the third reserved.
    expect(Number(third.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(208)
    const large = await ask(1000)
    expect([large.status, await codeOf(large), large.headers.get('x-should-retry')]).toEqual([
      429,
      'limit.tokens',
      'false',
    ])
  })

  it('requests at once', async () => {
    const { text } = keys.make({ concurrentRequests: 2 })
    const held: Seen[] = []
    const fleet = await start({}, { ...WHOLE, small: (seen) => void held.push(seen) })
    const ask = (): Promise<Response> =>
      post(`${fleet.gateway.url}/v1/chat/completions`, chatBody('easy'), bearer(text))
    const running = [ask(), ask()]
    await until(() => held.length === 2)
    const third = await ask()
    expect([third.status, await codeOf(third)]).toEqual([429, 'limit.concurrent'])
    for (const { socket } of held) socket.write(http(200, completion('small', 'x')))
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
    const fourth = ask()
    await until(() => held.length === 3)
    held[2]?.socket.write(http(200, completion('small', 'x')))
    expect((await fourth).status).toBe(200)
  })
})

/** An answer that costs more than was reserved: 12 prompt tokens and 400 of answer, at 1 and 2 USD per million: 812e-6. */
function dear(model: string): string {
  return JSON.stringify({
    ...JSON.parse(completion(model, 'x')),
    usage: { prompt_tokens: 12, completion_tokens: 400, total_tokens: 412 },
  })
}

const DEAR_USD = 812e-6

describe('budgets', () => {
  const ROUTES = [
    ['chat', '/v1/chat/completions', { model: 'small', messages: [{ role: 'user', content: 'easy' }] }],
    [
      'messages',
      '/v1/messages',
      { model: 'small', max_tokens: 100, messages: [{ role: 'user', content: 'easy' }] },
    ],
    ['responses', '/v1/responses', { model: 'small', input: 'easy', store: false }],
  ] as const

  it.each(ROUTES)(
    '%s: 100 at once pass the budget by at most one estimate\u2019s error',
    async (_name, route, body) => {
      // Room for one request of about 250e-6 and not for two.
      const budget = 400e-6
      const { id, text } = keys.make({ usdPerDay: budget })
      const fleet = await start(
        {},
        { ...WHOLE, small: ({ socket }) => void socket.write(http(200, dear('small'))) },
      )
      const ask = (): Promise<number> =>
        post(`${fleet.gateway.url}${route}`, JSON.stringify(body), bearer(text)).then(async (response) => {
          await response.arrayBuffer()
          return response.status
        })
      const statuses = await Promise.all(Array.from({ length: 100 }, ask))
      const served = statuses.filter((status) => status === 200).length
      expect(served).toBe(1)
      expect(statuses.filter((status) => status === 429)).toHaveLength(99)
      const { meteredUsd, estimatedUsd } = await keys.spent(fleet.gateway, id)
      expect(estimatedUsd).toBe(0)
      expect(meteredUsd).toBeCloseTo(DEAR_USD, 9)
    },
  )

  it('stay spent after a restart, and say when they come back', async () => {
    const { id, text } = keys.make({ usdPerMonth: 400e-6 })
    const answers = { ...WHOLE, small: ({ socket }: Seen) => void socket.write(http(200, dear('small'))) }
    const first = await start({}, answers)
    await post(`${first.gateway.url}/v1/chat/completions`, chatBody('easy', { model: 'small' }), bearer(text))
    expect((await keys.spent(first.gateway, id)).meteredUsd).toBeCloseTo(DEAR_USD, 9)
    const second = await start({}, answers)
    const refused = await post(
      `${second.gateway.url}/v1/chat/completions`,
      chatBody('easy', { model: 'small' }),
      bearer(text),
    )
    expect([refused.status, await codeOf(refused), refused.headers.get('x-should-retry')]).toEqual([
      429,
      'limit.budget',
      'false',
    ])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('streams are metered by their last event', async () => {
    const { id, text } = keys.make({ usdPerDay: 1 })
    const fleet = await start({}, { ...WHOLE, small: streaming })
    const body = chatBody('easy', { model: 'small', stream: true, stream_options: { include_usage: true } })
    await (await post(`${fleet.gateway.url}/v1/chat/completions`, body, bearer(text))).text()
    // 12 * 1 + 34 * 2 = 80 USD per million
    expect(await keys.spent(fleet.gateway, id)).toMatchObject({
      requests: 1,
      meteredUsd: 80e-6,
      estimatedUsd: 0,
    })
  })

  it('streams are asked for their usage, which the caller who did not ask never sees', async () => {
    const { id, text } = keys.make({ usdPerDay: 1 })
    const fleet = await start({}, { ...WHOLE, small: streaming })
    const body = chatBody('easy', { model: 'small', stream: true })
    const answer = await (await post(`${fleet.gateway.url}/v1/chat/completions`, body, bearer(text))).text()
    expect(fleet.small.seen[0]?.body).toContain('"include_usage":true')
    expect(answer).toContain('[DONE]')
    expect(answer).not.toContain('"choices":[]')
    expect(await keys.spent(fleet.gateway, id)).toMatchObject({ meteredUsd: 80e-6, estimatedUsd: 0 })
  })

  it('a caller who hangs up is charged the estimate, not nothing', async () => {
    const { id, text } = keys.make({ usdPerDay: 1 })
    const fleet = await start(
      {},
      {
        ...WHOLE,
        small: ({ socket }) => void socket.write(SSE_HEAD + piece(streamEvents('small', ['a'])[0] ?? '')),
      },
    )
    await hangUp(
      `${fleet.gateway.url}/v1/chat/completions`,
      chatBody('easy', { model: 'small', stream: true }),
      text,
    )
    await until(() => fleet.small.closed.length === 1)
    const { meteredUsd, estimatedUsd } = await keys.spent(fleet.gateway, id)
    expect(meteredUsd).toBe(0)
    expect(estimatedUsd).toBeGreaterThan(200e-6)
  })

  it('an upstream that refuses costs nothing; a failover is charged once', async () => {
    const { id, text } = keys.make({ usdPerDay: 1 })
    const fleet = await start({}, { ...WHOLE, small: ({ socket }) => void socket.write(http(500, '{}')) })
    const response = await post(`${fleet.gateway.url}/v1/chat/completions`, chatBody('easy'), bearer(text))
    expect(response.headers.get('x-weir-model')).toBe('large')
    // 12 * 10 + 34 * 20 = 800 USD per million
    expect(await keys.spent(fleet.gateway, id)).toMatchObject({
      requests: 1,
      meteredUsd: 800e-6,
      estimatedUsd: 0,
    })
  })

  it('a model without prices cannot be paid for', async () => {
    const { text } = keys.make({ usdPerDay: 1 })
    const fleet = await startFleet(WHOLE, {
      auth: { path: keys.path },
      definition: { inputUsdPerMTok: undefined as never },
    })
    const response = await post(`${fleet.gateway.url}/v1/chat/completions`, chatBody('easy'), bearer(text))
    expect([response.status, await codeOf(response)]).toEqual([403, 'auth.model'])
  })
})

function streaming({ socket }: Seen): void {
  socket.write(SSE_HEAD)
  for (const event of streamEvents('small', ['a', 'b'])) socket.write(piece(event))
  socket.write(LAST_PIECE)
}

/** Closes the connection at the first byte of the answer. */
function hangUp(url: string, body: string, key: string): Promise<void> {
  return new Promise((resolve) => {
    const request = httpRequest(url, {
      method: 'POST',
      headers: { ...bearer(key), 'content-type': 'application/json' },
    })
    request.on('response', (response) => response.once('data', () => request.destroy()))
    request.on('error', () => {})
    request.on('close', () => resolve())
    request.end(body)
  })
}
