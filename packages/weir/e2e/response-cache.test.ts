/** The response cache: exactly the same request of the same caller is answered from memory, and nothing else is. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ResponseCache, toCacheKey, withoutSpace, type CacheOptions } from '../src/gateway/response-cache.ts'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import {
  answering,
  chatBody,
  http,
  LAST_PIECE,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startFleet,
  streamEvents,
  type Seen,
} from './gateway-support.ts'
import { makeFolder, type TemporaryStore } from './store-support.ts'

const CHAT = '/v1/chat/completions'
const CACHE: CacheOptions = { entries: 100, bytes: 1_000_000, ttlMs: 60_000, when: 'always' }

let place: TemporaryStore
beforeEach(async () => {
  place = await makeFolder()
})
afterEach(() => place.remove())

/** Each answer is another one, so that a repeated one is seen to be so. */
function counting(): (seen: Seen) => void {
  let count = 0
  return (seen) => {
    count += 1
    if (seen.body.includes('refused')) return void seen.socket.write(http(400, '{"error":{"message":"no"}}'))
    if (seen.body.includes('failing')) return void seen.socket.write(http(503, '{}'))
    if (!seen.body.includes('"stream":true')) return answering(`answer ${count}`)(seen)
    const events = streamEvents(`model ${count}`, ['a', 'b'])
    seen.socket.write(SSE_HEAD)
    if (seen.body.includes('broken')) {
      seen.socket.write(piece(events[0] ?? ''))
      return void setTimeout(() => seen.socket.destroy(), 10)
    }
    for (const event of events) {
      if (seen.body.includes('unfinished') && event.includes('[DONE]')) continue
      seen.socket.write(piece(event))
    }
    seen.socket.write(LAST_PIECE)
  }
}

interface Told {
  readonly cache: string | null
  readonly id: string | null
  readonly text: string
  readonly type: string | null
}

async function start(cache: CacheOptions | undefined, path?: string) {
  const { gateway, small } = await startFleet(
    { small: counting(), large: counting() },
    { ...(cache === undefined ? {} : { cache }), ...(path === undefined ? {} : { record: { path } }) },
  )
  const ask = async (
    text: string,
    extra: object = {},
    headers: Record<string, string> = {},
  ): Promise<Told> => {
    const response = await post(gateway.url + CHAT, chatBody(text, extra), headers)
    const body = await response.text()
    const told = (name: string): string | null => response.headers.get(name)
    return {
      cache: told('x-weir-cache'),
      id: told('x-weir-decision-id'),
      text: body,
      type: told('content-type'),
    }
  }
  return { gateway, small, ask }
}

describe('a request that was answered before', () => {
  it('gets the same bytes under a new id, without a call, and its row says so', async () => {
    const { ask, small, gateway } = await start(CACHE, place.path)
    const first = await ask('easy')
    const second = await ask('easy')
    const third = await ask('easy, another')
    expect([first.cache, second.cache, third.cache]).toEqual(['miss', 'hit', 'miss'])
    expect(second.text).toBe(first.text)
    expect(second.type).toBe(first.type)
    expect(third.text).not.toBe(first.text)
    expect(second.id).not.toBe(first.id)
    expect(small.seen).toHaveLength(2)
    await gateway.close()
    const rows: unknown[] = []
    for await (const row of readOutcomeStore(place.path)) rows.push(row)
    const [paid, free] = rows as LiveOutcome[]
    expect(paid).toMatchObject({ calls: 1, decision: { id: first.id, model: 'small' } })
    expect(paid).not.toHaveProperty('cached')
    expect(free).toMatchObject({
      id: second.id,
      calls: 0,
      costUsd: 0,
      cached: true,
      attempts: [],
      models: { small: {} },
      decision: { id: second.id, model: 'small' },
    })
  })

  it('a stream is given again as a stream, event for event', async () => {
    const { ask, small } = await start(CACHE)
    const first = await ask('easy', { stream: true })
    const second = await ask('easy', { stream: true })
    expect([first.cache, second.cache]).toEqual(['miss', 'hit'])
    expect(second.text).toBe(first.text)
    expect(second.text).toMatch(/^data: [\s\S]*data: \[DONE\]\n\n$/)
    expect(second.type).toMatch(/^text\/event-stream/)
    expect((await ask('easy')).cache).toBe('miss')
    expect(small.seen).toHaveLength(2)
  })

  it('the space between the members of a body changes nothing, all else does', async () => {
    const { gateway } = await start(CACHE)
    const send = async (body: string, headers: Record<string, string> = {}): Promise<string | null> => {
      const response = await post(gateway.url + CHAT, body, headers)
      await response.text()
      return response.headers.get('x-weir-cache')
    }
    const body = { model: 'weir', messages: [{ role: 'user', content: 'easy  text' }], temperature: 0 }
    expect(await send(JSON.stringify(body))).toBe('miss')
    expect(await send(JSON.stringify(body, null, 2))).toBe('hit')
    expect(await send(JSON.stringify({ ...body, temperature: 1 }))).toBe('miss')
    expect(
      await send(JSON.stringify({ ...body, seed: 1 }).replace('"seed":1', '"seed":9007199254740993')),
    ).toBe('miss')
    expect(await send(JSON.stringify(body).replace('easy  text', 'easy text'))).toBe('miss')
    expect(await send(JSON.stringify(body), { 'x-weir-quality': '0.5' })).toBe('miss')
    // No model is there; an answer from elsewhere must not be either.
    expect(await send(JSON.stringify(body), { 'x-weir-place': 'nowhere' })).toBe('miss')
    expect(await send(JSON.stringify(body), { authorization: 'Bearer one' })).toBe('miss')
    expect(await send(JSON.stringify(body), { authorization: 'Bearer one' })).toBe('hit')
    expect(await send(JSON.stringify(body), { authorization: 'Bearer onf' })).toBe('miss')
  })
})

describe('what is never kept', () => {
  it.each([
    ['an error of the upstream', 'easy refused', {}],
    ['no answer at all', 'easy failing, model named', { model: 'small' }],
    ['a stream that broke', 'easy broken', { stream: true }],
    ['a stream without its last event', 'easy unfinished', { stream: true }],
    ['an explanation', 'easy', { weir: { explain: true } }],
  ])('%s', async (_name, text, extra) => {
    const { ask } = await start(CACHE)
    const first = await ask(text, extra)
    const second = await ask(text, extra)
    expect([first.cache, second.cache]).not.toContain('hit')
  })

  it('what the caller declines: neither read nor written', async () => {
    const { ask } = await start(CACHE)
    expect((await ask('easy', {}, { 'cache-control': 'no-store' })).cache).toBe('bypass')
    expect((await ask('easy', { weir: { cache: false } })).cache).toBe('bypass')
    expect((await ask('easy')).cache).toBe('miss')
    expect((await ask('easy', {}, { 'cache-control': 'no-store' })).cache).toBe('bypass')
    const fresh = await ask('easy', {}, { 'cache-control': 'no-cache' })
    expect(fresh.cache).toBe('miss')
    expect((await ask('easy')).text).toBe(fresh.text)
  })

  it('without the section, or unasked where asking is needed, there is no cache and no header', async () => {
    const off = await start(undefined)
    expect([(await off.ask('easy')).cache, (await off.ask('easy')).cache]).toEqual([null, null])
    const asked = await start({ ...CACHE, when: 'asked' })
    expect([(await asked.ask('easy')).cache, (await asked.ask('easy')).cache]).toEqual([null, null])
    const wants = { weir: { cache: true } }
    expect((await asked.ask('easy', wants)).cache).toBe('miss')
    expect((await asked.ask('easy', wants)).cache).toBe('hit')
  })

  it('what another configuration answered', async () => {
    const { ask, gateway, small } = await start(CACHE)
    await ask('easy')
    gateway.replace({
      river: RIVER,
      models: ['small', 'large'].map((model) => ({ model, baseUrl: small.url })),
      listen: { port: 0 },
      cache: CACHE,
      log: { info() {}, warn() {}, error() {} },
    } as unknown as Parameters<typeof gateway.replace>[0])
    expect((await ask('easy')).cache).toBe('miss')
  })
})

const answerOf = (body: string) =>
  ({
    status: 200,
    headers: [],
    body: Buffer.from(body),
    model: 'small',
    decision: {},
  }) as unknown as Parameters<ResponseCache['set']>[1]

describe('the bounds', () => {
  it('entries, bytes and age hold, and the least recently used goes first', () => {
    let nowMs = 0
    const cache = new ResponseCache({ ...CACHE, entries: 3, bytes: 80_000, ttlMs: 100 }, () => nowMs)
    for (const key of ['a', 'b', 'c']) cache.set(key, answerOf(key))
    expect(cache.get('a')?.body.toString()).toBe('a')
    cache.set('d', answerOf('d'))
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined)).toEqual(['a', 'c', 'd'])
    nowMs = 100
    expect(cache.get('a')).toBeUndefined()
    cache.set('large', answerOf('x'.repeat(10_001)))
    expect(cache.get('large')).toBeUndefined()
  })

  it('bytes never pass the bound, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(9000)), { maxLength: 60 }), (sets) => {
        const cache = new ResponseCache({ ...CACHE, entries: 10, bytes: 30_000 }, () => 0)
        for (const [key, length] of sets) {
          cache.set(`k${key}`, answerOf('x'.repeat(length)))
          expect(cache.bytes).toBeLessThanOrEqual(30_000)
          expect(cache.size).toBeLessThanOrEqual(10)
          expect(cache.bytes).toBeGreaterThanOrEqual(cache.size * 1000)
        }
      }),
    )
  })
})

describe('the key', () => {
  it('JSON written in any spacing has one form, and that form is the JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value: unknown = JSON.parse(json)
        const tight = JSON.stringify(value)
        expect(withoutSpace(Buffer.from(JSON.stringify(value, null, 3))).toString()).toBe(tight)
        expect(withoutSpace(Buffer.from(tight)).toString()).toBe(tight)
      }),
    )
  })

  it('two callers whose keys share any prefix never share an answer, and parts do not run together', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (shared, tail, more) => {
        const body = Buffer.from('{}')
        const one = toCacheKey([shared + tail, 'x'], body)
        expect(toCacheKey([shared + tail + more, 'x'], body)).not.toBe(one)
        expect(toCacheKey([shared + tail, `${more}x`], body)).not.toBe(one)
      }),
    )
    expect(toCacheKey(['a', 'bc'], Buffer.from(''))).not.toBe(toCacheKey(['ab', 'c'], Buffer.from('')))
    expect(toCacheKey([], Buffer.from('')).length).toBe(43)
  })
})
