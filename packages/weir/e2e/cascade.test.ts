/** Cascades over HTTP: drafts are read before they are given, thrown away unseen, and paid for all the same. */
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { ScorerSpec } from '@weir/core'
import { eventsOf, replying, startCascade, type CascadeFleetOptions } from './cascade-support.ts'
import { chatBody, post, until } from './gateway-support.ts'

const LOGPROB: readonly ScorerSpec[] = [{ signal: 'logprob' }]
const SMALL_USD = (10 * 1 + 5 * 2) / 1e6
const LARGE_USD = (10 * 10 + 5 * 20) / 1e6

function fleet(p: number, options: Partial<CascadeFleetOptions> = {}): ReturnType<typeof startCascade> {
  return startCascade({
    scorers: LOGPROB,
    small: replying('small', { text: 'a draft', p }),
    large: replying('large', { text: 'a better answer' }),
    ...options,
  })
}

describe('a whole answer', () => {
  it('is given when it is sure enough, without what only weir asked for', async () => {
    const { chat, small, large } = await fleet(0.9)
    const response = await post(chat, chatBody('easy'))
    const { choices } = (await response.json()) as { choices: unknown }
    expect(choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'a draft' },
        logprobs: null,
        finish_reason: 'stop',
      },
    ])
    expect(small.asked[0]?.body).toMatchObject({ model: 'small', logprobs: true })
    expect(large.asked.length).toBe(0)
    const { headers } = response
    expect(headers.get('x-weir-policy')).toBe('cascade')
    expect(headers.get('x-weir-reason')).toBe('first_stage')
    expect(headers.get('x-weir-accept')).toBe('answer_at_or_above_threshold')
    expect(Number(headers.get('x-weir-cost-usd'))).toBeCloseTo(SMALL_USD, 12)
    expect(headers.get('x-weir-calls')).toBe('1')
  })

  it('is thrown away when it is not, told of in full, and paid for', async () => {
    const { chat, large } = await fleet(0.3)
    const response = await post(chat, chatBody('easy', { weir: { explain: true } }))
    const { choices, weir } = (await response.json()) as {
      choices: { message: { content: string } }[]
      weir: Record<string, unknown>
    }
    expect(choices[0]?.message.content).toBe('a better answer')
    // The last stage is not read: nothing is asked of it besides what the caller asked.
    expect(large.asked[0]?.body).toEqual({
      model: 'large',
      messages: [{ role: 'user', content: 'easy' }],
    })
    expect(weir).toMatchObject({
      policy: 'cascade',
      answeredBy: 'large',
      acceptReason: 'last_stage',
      abstained: false,
      calls: 2,
      attempts: [
        {
          model: 'small',
          reason: 'first_stage',
          verdict: 'escalate',
          signals: { logprob: expect.closeTo(Math.log(0.3), 9) },
          pGoodEnough: expect.closeTo(0.3, 9),
          costUsd: expect.closeTo(SMALL_USD, 12),
          inputTokens: 10,
          outputTokens: 5,
          checks: [],
        },
        { model: 'large', reason: 'answer_below_threshold', verdict: 'accept', pGoodEnough: null },
      ],
    })
    expect(weir['costUsd']).toBeCloseTo(SMALL_USD + LARGE_USD, 12)
    expect(response.headers.get('x-weir-reason')).toBe('answer_below_threshold')
    expect(response.headers.get('x-weir-attempts')).toBe('2')
  })

  it('keeps log-probabilities that the caller asked for', async () => {
    const { chat } = await fleet(0.9)
    const response = await post(chat, chatBody('easy', { logprobs: true }))
    const { choices } = (await response.json()) as { choices: { logprobs: { content: unknown[] } }[] }
    expect(choices[0]?.logprobs.content.length).toBe(2)
  })

  it('an error status of the draft is no answer: the next stage is asked', async () => {
    const { chat } = await fleet(0.9, {
      small: ({ response }) => void response.writeHead(400).end('{"error":{"message":"too long"}}'),
    })
    const response = await post(chat, chatBody('easy'))
    expect(response.status).toBe(200)
    expect(response.headers.get('x-weir-reason')).toBe('failover')
  })
})

describe('the policy of a request', () => {
  it('comes from the body, else the header, else the configuration', async () => {
    const { chat, small } = await fleet(0.3)
    const ask = async (extra: object, headers: Record<string, string> = {}): Promise<string | null> => {
      const response = await post(chat, chatBody('easy', extra), headers)
      await response.text()
      return response.headers.get('x-weir-policy')
    }
    expect(await ask({})).toBe('cascade')
    expect(await ask({}, { 'x-weir-policy': 'route' })).toBe('route')
    expect(await ask({ weir: { policy: 'cascade' } }, { 'x-weir-policy': 'route' })).toBe('cascade')
    expect(await ask({ model: 'small' })).toBeNull()
    // A routed draft is not read, so nothing is asked for its sake.
    expect(small.asked.map(({ body }) => body['logprobs'])).toEqual([true, undefined, true, undefined])
  })

  it('that the artifact was not trained for is the caller’s error, before anything is called', async () => {
    const { chat, small } = await fleet(0.9)
    for (const stream of [false, true]) {
      const response = await post(chat, chatBody('easy', { stream, weir: { policy: 'best-of-n' } }))
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'request.policy' } })
    }
    const unknown = await post(chat, chatBody('easy'), { 'x-weir-policy': 'waterfall' })
    expect(await unknown.json()).toMatchObject({ error: { code: 'request.policy' } })
    expect(small.asked.length).toBe(0)
  })
})

describe('a streamed draft', () => {
  it('is held, then given byte for byte as if nobody had read it', async () => {
    const { chat, small } = await fleet(0.9)
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(await response.text()).toBe(
      eventsOf('small', { stream: true }, { text: 'a draft' }).join('').replaceAll('}]}', '}],"usage":null}'),
    )
    expect(small.asked[0]?.body).toMatchObject({ logprobs: true, stream_options: { include_usage: true } })
    expect(Number(response.headers.get('x-weir-cost-usd'))).toBeCloseTo(SMALL_USD, 12)
  })

  it('keeps usage that the caller asked for', async () => {
    const { chat } = await fleet(0.9)
    const body = { stream: true, stream_options: { include_usage: true } }
    const response = await post(chat, chatBody('easy', body))
    expect(await response.text()).toBe(eventsOf('small', body, { text: 'a draft' }).join(''))
  })

  it('is never seen when it is escalated', async () => {
    const { chat } = await fleet(0.3)
    const response = await post(chat, chatBody('easy', { stream: true }))
    const text = await response.text()
    expect(text).not.toContain('draft')
    expect(text).toContain('better')
    expect(response.headers.get('x-weir-model')).toBe('large')
  })

  it('that breaks while it is held fails over, whatever breaks it', async () => {
    const events = eventsOf('small', {}, { text: 'a draft that breaks', p: 0.9 })
    const half = events.slice(0, 3).join('')
    const ends: readonly ((response: ServerResponse) => void)[] = [
      (response) => response.destroy(),
      (response) => response.end(),
      (response) => response.end('data: {"error":{"message":"overloaded"}}\n\n'),
      (response) => response.end('event: error\ndata: {"message":"overloaded"}\n\n'),
      (response) => response.end('data: garbage\n\n'),
      () => {},
    ]
    const { chat, small } = await fleet(0.9, {
      timeouts: { idleMs: 100 },
      small: ({ response, index }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(half, () => ends[index]?.(response))
      },
    })
    for (const _ of ends) {
      const response = await post(chat, chatBody('easy', { stream: true }))
      expect(await response.text()).not.toContain('draft')
      expect(response.headers.get('x-weir-model')).toBe('large')
      expect(response.headers.get('x-weir-reason')).toBe('failover')
    }
    expect(small.asked.length).toBe(ends.length)
  })
})

describe('a draft that is too long to be held', () => {
  it('is closed, and the next stage answers', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: megabyte } }] })}\n\n`
    let written = 0
    const { chat, small } = await fleet(0.9, {
      small: async ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        while (!response.destroyed && written < 64) {
          written += 1
          if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve))
        }
      },
    })
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(response.headers.get('x-weir-model')).toBe('large')
    expect(response.headers.get('x-weir-reason')).toBe('failover')
    await until(() => small.cut.length === 1)
    // What fills the sockets' buffers besides the 8 MiB is the system's.
    expect(written).toBeLessThan(40)
  })
})

describe('a caller that goes away while a draft is held', () => {
  it('drops the upstream, and nothing else is called', async () => {
    const { chat, small, large } = await fleet(0.9, {
      small: ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(eventsOf('small', {}, { text: 'a draft' }).slice(0, 2).join(''))
      },
    })
    const abort = new AbortController()
    const gone = fetch(chat, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chatBody('easy', { stream: true }),
      signal: abort.signal,
    })
    await until(() => small.asked.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    abort.abort()
    await expect(gone).rejects.toThrow()
    await until(() => small.cut.length === 1)
    expect(large.asked.length).toBe(0)
  })
})
