/** What requests of every kind cost their key: forwarded ones, escalations, answers that are read, tries that were lost. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ObservedEnd, ObservedRequest, Observer } from '../src/telemetry/observer.ts'
import { replying, startCascade } from './cascade-support.ts'
import {
  answering,
  chatBody,
  completion,
  http,
  post,
  startFleet,
  until,
  type Seen,
} from './gateway-support.ts'
import { useKeys } from './keys-support.ts'

const keys = useKeys()

const AUTH = { assumedOutputTokens: 100 }
const FAST = { retry: { count: 2, baseMs: 1, maxMs: 1, patienceMs: 1000 } }

/** Statuses of 100 requests that come at once. */
function hundred(ask: () => Promise<Response>): Promise<readonly number[]> {
  return Promise.all(
    Array.from({ length: 100 }, async () => {
      const response = await ask()
      await response.arrayBuffer()
      return response.status
    }),
  )
}

const ONE_OF_A_HUNDRED = [200, ...Array.from({ length: 99 }, () => 429)]

/** 12 tokens of prompt and 400 of answer; as reserved are 100. */
function dear(model: string): (seen: Seen) => void {
  const usage = { prompt_tokens: 12, completion_tokens: 400, total_tokens: 412 }
  const body = JSON.stringify({ ...JSON.parse(completion(model, 'x')), usage })
  return ({ socket }) => void socket.write(http(200, body))
}

/** An embedding of so many tokens. */
function embedding(tokens: number): (seen: Seen) => void {
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const body = JSON.stringify({ object: 'list', data: [{ index: 0, embedding: [0.5] }], model: 'e', usage })
  return ({ socket }) => void socket.write(http(200, body))
}

const EMBED = '{"model":"small","input":"some text to embed"}'

describe('100 at once pass the budget by at most one estimate\u2019s error', () => {
  it('embeddings', async () => {
    // 47 bytes: 16 tokens at 1 USD per million are reserved, 400 are used.
    const { id, headers } = keys.make({ usdPerDay: 20e-6 })
    const { gateway } = await startFleet(
      { small: embedding(400), large: answering('large') },
      { auth: { path: keys.path, ...AUTH } },
    )
    const statuses = await hundred(() => post(`${gateway.url}/v1/embeddings`, EMBED, headers))
    expect(statuses.toSorted((a, b) => a - b)).toEqual(ONE_OF_A_HUNDRED)
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    expect([meteredUsd, estimatedUsd]).toEqual([expect.closeTo(400e-6, 9), 0])
  })

  it('escalations', async () => {
    // An escalation reserves about 2.3e-3: room for one beside the first answer of 80e-6.
    const { id, headers } = keys.make({ usdPerDay: 4e-3 })
    const { gateway } = await startFleet(
      { small: answering('small'), large: dear('large') },
      {
        auth: { path: keys.path, ...AUTH },
        record: { path: join(keys.folder, 'outcomes.sqlite'), storeText: true },
      },
    )
    const first = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), headers)
    await first.arrayBuffer()
    const url = `${gateway.url}/v1/weir/decisions/${first.headers.get('x-weir-decision-id')}/escalate`
    const statuses = await hundred(() => post(url, '{}', headers))
    expect(statuses.toSorted((a, b) => a - b)).toEqual(ONE_OF_A_HUNDRED)
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    // 80e-6 and (12 * 10 + 400 * 20) / 10^6
    expect([meteredUsd, estimatedUsd]).toEqual([expect.closeTo(8200e-6, 9), 0])
  })

  it.each([false, true])('answers that are read; stream: %s', async (stream) => {
    // Both stages are reserved: about 2.6e-3.
    const { id, headers } = keys.make({ usdPerDay: 4e-3 })
    const { gateway, chat, small, large } = await startCascade({
      scorers: [{ signal: 'logprob' }],
      small: replying('small', { text: 'a draft', p: 0.2, input: 12, output: 34 }),
      large: replying('large', { text: 'better', p: 0.9, input: 12, output: 400 }),
      auth: { path: keys.path, ...AUTH },
    })
    const statuses = await hundred(() => post(chat, chatBody('easy', { stream }), headers))
    expect(statuses.toSorted((a, b) => a - b)).toEqual(ONE_OF_A_HUNDRED)
    expect([small.asked.length, large.asked.length]).toEqual([1, 1])
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    expect([meteredUsd, estimatedUsd]).toEqual([expect.closeTo(8200e-6, 9), 0])
  })
})

/** Breaks off in the middle of a whole answer, once. */
function breakingOnce(then: (seen: Seen) => void): (seen: Seen) => void {
  let isFirst = true
  return (seen) => {
    if (!isFirst) return then(seen)
    isFirst = false
    seen.socket.end('HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id":')
  }
}

describe('tries within a model', () => {
  it('one that broke off is charged by estimate, beside the one that answered', async () => {
    const { id, headers } = keys.make({ usdPerDay: 1 })
    const { gateway, small } = await startFleet(
      { small: breakingOnce(answering('small')), large: answering('large') },
      { auth: { path: keys.path, ...AUTH }, faults: FAST },
    )
    const body = chatBody('easy', { model: 'small' })
    const response = await post(`${gateway.url}/v1/chat/completions`, body, headers)
    expect([response.status, small.seen.length]).toEqual([200, 2])
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    expect(meteredUsd).toBeCloseTo(80e-6, 9)
    // (bytes / 3 * 1 + 100 * 2) / 10^6
    expect(estimatedUsd).toBeCloseTo((Math.ceil(body.length / 3) + 200) / 1e6, 9)
  })

  it('one that was refused costs nothing', async () => {
    const { id, headers } = keys.make({ usdPerDay: 1 })
    let asked = 0
    const { gateway } = await startFleet(
      {
        small: (seen) => {
          asked += 1
          return asked === 1 ? void seen.socket.write(http(503, '{}')) : answering('small')(seen)
        },
        large: answering('large'),
      },
      { auth: { path: keys.path, ...AUTH }, faults: FAST },
    )
    await post(`${gateway.url}/v1/chat/completions`, chatBody('easy', { model: 'small' }), headers)
    expect(asked).toBe(2)
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    expect([meteredUsd, estimatedUsd]).toEqual([expect.closeTo(80e-6, 9), 0])
  })

  it('a held stream that breaks after it told its usage is charged what it told', async () => {
    const { id, headers } = keys.make({ usdPerDay: 1 })
    const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }
    const { gateway, chat } = await startCascade({
      scorers: [{ signal: 'logprob' }],
      small: ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`, () => response.destroy())
      },
      large: replying('large', { text: 'better', p: 0.9, input: 12, output: 34 }),
      auth: { path: keys.path, ...AUTH },
      faults: { retry: { ...FAST.retry, count: 0 } },
    })
    await (await post(chat, chatBody('easy', { stream: true }), headers)).arrayBuffer()
    const { meteredUsd, estimatedUsd } = await keys.spent(gateway, id)
    // 80e-6 of the stream that broke, 800e-6 of the other.
    expect([meteredUsd, estimatedUsd]).toEqual([expect.closeTo(880e-6, 9), 0])
  })
})

describe('what is another key\u2019s', () => {
  it('cannot be judged, and models that it may not ask are not listed', async () => {
    const one = keys.make({})
    const other = keys.make({ models: ['large'] })
    const { gateway } = await startFleet(
      { small: answering('small'), large: answering('large') },
      { auth: { path: keys.path }, record: { path: join(keys.folder, 'outcomes.sqlite') } },
    )
    const answer = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), one.headers)
    const feedback = JSON.stringify({ decisionId: answer.headers.get('x-weir-decision-id'), quality: 0 })
    const judge = (headers: Record<string, string>): Promise<Response> =>
      post(`${gateway.url}/v1/weir/feedback`, feedback, headers)
    expect((await judge(other.headers)).status).toBe(404)
    expect((await judge(one.headers)).status).toBe(200)
    const list = async (headers: Record<string, string>): Promise<readonly string[]> => {
      const { data } = (await (await fetch(`${gateway.url}/v1/models`, { headers })).json()) as {
        data: { id: string }[]
      }
      return data.map((model) => model.id)
    }
    expect(await list(one.headers)).toEqual(['weir', 'small', 'large'])
    expect(await list(other.headers)).toEqual(['weir', 'large'])
  })
})

/** Keeps what it is told. */
function listening(): Observer & { readonly ends: (ObservedEnd & Pick<ObservedRequest, 'dialect'>)[] } {
  const ends: (ObservedEnd & Pick<ObservedRequest, 'dialect'>)[] = []
  return { ends, begin: ({ dialect }) => ({ end: (end) => void ends.push({ ...end, dialect }) }) }
}

describe('forwarded requests', () => {
  it('are tried again, cost what their prompt cost, and are told to observers', async () => {
    const observer = listening()
    let asked = 0
    const { gateway } = await startFleet(
      {
        small: (seen) => {
          asked += 1
          return asked === 1 ? void seen.socket.write(http(503, '{}')) : embedding(4)(seen)
        },
        large: answering('large'),
      },
      { faults: FAST, observers: [observer], definition: { outputUsdPerMTok: undefined as never } },
    )
    const response = await post(`${gateway.url}/v1/embeddings`, EMBED)
    expect([response.status, response.headers.get('x-weir-tries'), asked]).toEqual([200, '2', 2])
    await until(() => observer.ends.length === 1)
    expect(observer.ends[0]).toMatchObject({ status: 200, error: undefined })
    expect(observer.ends[0]?.attempts[0]).toMatchObject({
      model: 'small',
      isGiven: true,
      costUsd: 4e-6,
      usage: { inputTokens: 4, outputTokens: 0 },
    })
  })

  it('leave an upstream alone whose breaker is open', async () => {
    const { gateway, small } = await startFleet(
      { small: ({ socket }) => void socket.end(), large: answering('large') },
      { faults: { retry: { ...FAST.retry, count: 0 } } },
    )
    for (let i = 0; i < 40; i += 1) await (await post(`${gateway.url}/v1/embeddings`, EMBED)).arrayBuffer()
    expect(small.seen.length).toBeLessThan(40)
  })

  it('end at the upstream when the caller leaves', async () => {
    const { gateway, small } = await startFleet({ small: () => {}, large: answering('large') })
    const leaving = new AbortController()
    const asked = fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: EMBED,
      signal: leaving.signal,
    })
    await until(() => small.seen.length === 1)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await until(() => small.closed.length === 1)
    expect(small.closed).toHaveLength(1)
  })
})

describe('counting tokens', () => {
  it('is told to observers, counted or estimated', async () => {
    const observer = listening()
    const { gateway } = await startFleet(
      {
        small: ({ socket }) => void socket.write(http(200, '{"input_tokens":14}')),
        large: answering('large'),
      },
      { definition: { dialect: 'messages' }, observers: [observer] },
    )
    for (const model of ['small', 'weir']) {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] })
      await (await post(`${gateway.url}/v1/messages/count_tokens`, body)).arrayBuffer()
    }
    expect(observer.ends.map(({ dialect, status }) => [dialect, status])).toEqual([
      ['messages', 200],
      ['messages', 200],
    ])
    expect(observer.ends.map(({ attempts }) => attempts.map(({ model }) => model))).toEqual([['small'], []])
  })
})
