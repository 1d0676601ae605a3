/** The gateway on its good days: decisions, bytes, headers, and the paths beside chat. */
import { describe, expect, it } from 'vitest'
import { decide, parseChatBody } from '@weir/core'
import {
  answering,
  chatBody,
  completion,
  http,
  LAST_PIECE,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startFleet,
  streamEvents,
} from './gateway-support.ts'

const both = { small: answering('small'), large: answering('large') }

describe('chat completions', () => {
  it.each([
    ['weir', 'easy', {}, 'small', 'score_at_or_above_threshold'],
    ['weir', 'hard', {}, 'large', 'score_below_threshold'],
    ['weir@0.5', 'hard', {}, 'small', 'score_at_or_above_threshold'],
    ['weir@1', 'easy', {}, 'large', 'level_not_provable'],
    ['router-mf-0.9', 'hard', {}, 'small', 'score_at_or_above_threshold'],
    ['router-bert-0.8', 'hard', {}, 'large', 'score_below_threshold'],
    ['small', 'hard', {}, 'small', 'model_named'],
    ['weir', 'easy', { 'x-weir-quality': '1' }, 'large', 'level_not_provable'],
    ['weir@1', 'easy', { 'x-weir-mode': 'estimate' }, 'large', 'level_not_feasible'],
    ['weir', 'hard', { 'x-weir-quality': '0.5' }, 'small', 'score_at_or_above_threshold'],
  ])('%s, %s query, headers %j -> %s', async (model, text, headers, answered, reason) => {
    const { gateway, small, large } = await startFleet(both)
    for (const path of ['/v1/chat/completions', '/chat/completions']) {
      const response = await post(gateway.url + path, chatBody(text, { model }), headers)
      expect(response.status).toBe(200)
      expect(response.headers.get('x-weir-model')).toBe(answered)
      expect(response.headers.get('x-weir-reason')).toBe(reason)
      expect(await response.text()).toBe(completion(answered, `from ${answered}`))
    }
    expect([small.seen.length, large.seen.length]).toEqual(answered === 'small' ? [2, 0] : [0, 2])
  })

  it('forwards the bytes of the caller, with the model name changed and weir taken out', async () => {
    const { gateway, small } = await startFleet(both, { definition: { upstreamModel: 'org/real-name' } })
    const body =
      '{ "messages" : [{"role":"user","content":"easy \\u00e9 \u00e9"}],\n "seed": 12345678901234567890, "weir": {"quality": 0.9}, ' +
      '"model":"weir", "future_field":{"model":"x"} }'
    const response = await post(`${gateway.url}/v1/chat/completions`, body)
    expect(response.headers.get('x-weir-quality')).toBe('0.9')
    const [seen] = small.seen
    expect(seen?.body).toBe(
      '{ "messages" : [{"role":"user","content":"easy \\u00e9 \u00e9"}],\n "seed": 12345678901234567890, ' +
        '"model":"org/real-name", "future_field":{"model":"x"} }',
    )
    expect(seen?.head).toMatch(/^POST \/v1\/chat\/completions HTTP/)
    expect(seen?.head).toMatch(/accept-encoding: identity/i)
  })

  it('says what it did in headers', async () => {
    const { gateway } = await startFleet(both)
    const { headers } = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'))
    expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-')))).toEqual({
      'x-request-id': headers.get('x-weir-decision-id'),
      'x-weir-accept': 'only_answer',
      'x-weir-attempts': '1',
      'x-weir-decision-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-weir-confidence': '0.95',
      'x-weir-level': '0.95',
      'x-weir-mode': 'promise',
      'x-weir-model': 'small',
      'x-weir-overhead-ms': expect.stringMatching(/^\d+\.\d{3}$/),
      'x-weir-policy': 'route',
      'x-weir-quality': '0.95',
      'x-weir-reason': 'score_at_or_above_threshold',
      'x-weir-score': '0.875',
      'x-weir-threshold': String(0.95 - 0.4),
      'x-weir-truncated': 'false',
      'x-weir-unfamiliar': 'false',
    })
  })

  it('explains inside the body on request, keeping the other bytes', async () => {
    const { gateway } = await startFleet(both)
    const response = await post(
      `${gateway.url}/v1/chat/completions`,
      chatBody('easy', { weir: { explain: true } }),
    )
    const text = await response.text()
    expect(text.startsWith(completion('small', 'from small').slice(0, -1))).toBe(true)
    expect(JSON.parse(text).weir).toMatchObject({
      decisionId: response.headers.get('x-weir-decision-id'),
      model: 'small',
      answeredBy: 'small',
      score: 0.875,
      quality: 0.95,
      attempts: [{ model: 'small', error: null }],
    })
  })

  it('sends image queries to the model that can see', async () => {
    const { gateway } = await startFleet(both)
    const content = [
      { type: 'text', text: 'easy' },
      { type: 'image_url', image_url: { url: 'data:,' } },
    ]
    const response = await post(
      `${gateway.url}/v1/chat/completions`,
      JSON.stringify({ model: 'weir', messages: [{ role: 'user', content }] }),
    )
    expect(response.headers.get('x-weir-model')).toBe('large')
    expect(response.headers.get('x-weir-reason')).toBe('only_candidate')
  })

  it('passes an event stream through byte for byte, whatever its pieces', async () => {
    const events = Buffer.from(streamEvents('small', ['Hé', 'llo 🌊', '\u2028', 'end']).join(''))
    for (const size of [1, 2, 3, 7, 50, 100_000]) {
      const { gateway } = await startFleet({
        large: both.large,
        small: async ({ socket }) => {
          socket.write(SSE_HEAD)
          for (let at = 0; at < events.length; at += size) {
            socket.write(piece(events.subarray(at, at + size)))
            if (at % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
          }
          socket.write(LAST_PIECE)
        },
      })
      const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy', { stream: true }))
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(response.headers.get('x-weir-model')).toBe('small')
      expect(Buffer.from(await response.arrayBuffer()).equals(events)).toBe(true)
    }
  })
})

describe('the other paths', () => {
  it('decides without calling, exactly as the library does', async () => {
    const { gateway, small, large } = await startFleet(both)
    for (const [text, model, ask] of [
      ['easy', 'weir', { kind: 'quality', quality: 0.95 }],
      ['hard', 'weir@0.9', { kind: 'quality', quality: 0.9 }],
      ['hard', 'router-x-0.1', { kind: 'threshold', threshold: 0.1 }],
      ['hard', 'large', { kind: 'model', model: 'large' }],
    ] as const) {
      const body = chatBody(text, { model })
      const response = await post(`${gateway.url}/v1/weir/route`, body)
      expect(await response.json()).toEqual(decide(RIVER, parseChatBody(JSON.parse(body)), ask))
    }
    expect(small.seen.length + large.seen.length).toBe(0)
  })

  it('lists the models', async () => {
    const { gateway } = await startFleet(both)
    for (const prefix of ['/v1', '']) {
      const list = (await (await fetch(`${gateway.url}${prefix}/models`)).json()) as {
        data: { id: string }[]
      }
      expect(list.data.map(({ id }) => id)).toEqual(['weir', 'small', 'large'])
      expect(await (await fetch(`${gateway.url}${prefix}/models/small`)).json()).toMatchObject({
        id: 'small',
        object: 'model',
      })
    }
    const missing = await fetch(`${gateway.url}/v1/models/org%2Fnone`)
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({ error: { code: 'request.model', param: 'model' } })
  })

  it.each(['/health/liveness', '/health/liveliness', '/health/readiness'])('answers %s', async (path) => {
    const { gateway } = await startFleet(both)
    expect((await fetch(gateway.url + path)).status).toBe(200)
  })
})

describe('errors have the OpenAI shape', () => {
  const chat = '/v1/chat/completions'
  it.each([
    ['malformed JSON', chat, '{"model":"weir","messages":[sesame', 400, 'request.body'],
    ['not an object', chat, '[1]', 400, 'request.body'],
    ['empty', chat, '', 400, 'request.body'],
    ['no messages', chat, '{"model":"weir"}', 400, 'request.body'],
    ['no model', chat, '{"messages":[{"role":"user","content":"sesame"}]}', 400, 'request.body'],
    ['unknown model', chat, chatBody('sesame', { model: 'gpt-9' }), 404, 'request.model'],
    ['bad level', chat, chatBody('sesame', { model: 'weir@7' }), 400, 'request.quality'],
    ['bad mode', chat, chatBody('sesame', { weir: { mode: 'certain' } }), 400, 'request.mode'],
    ['bad extension', chat, chatBody('sesame', { weir: { qualty: 1 } }), 400, 'request.body'],
    ['too large', chat, chatBody('sesame'.repeat(300)), 413, 'request.too_large'],
    ['unknown path', '/v1/nothing', '{}', 404, 'request.route'],
    ['wrong method', '/v1/models', '{}', 405, 'request.method'],
    ['feedback without a store', '/v1/weir/feedback', '{}', 404, 'request.route'],
  ])('%s', async (_name, path, body, status, code) => {
    const { gateway } = await startFleet(both, { maxBodyBytes: 1000 })
    const response = await post(gateway.url + path, body)
    expect(response.status).toBe(status)
    const text = await response.text()
    const { error } = JSON.parse(text)
    expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type'])
    expect(error).toMatchObject({ code, type: 'invalid_request_error' })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(text).not.toContain('sesame')
  })

  it('refuses a body that does not say it is JSON, as browsers send from foreign pages', async () => {
    const { gateway } = await startFleet(both)
    const response = await post(`${gateway.url}${chat}`, chatBody('easy'), { 'content-type': 'text/plain' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'request.body' } })
  })

  it('passes on what the upstream says is the caller\u2019s fault, verbatim', async () => {
    const said =
      '{"error":{"message":"bad tool","type":"invalid_request_error","param":"tools","code":null}} '
    const { gateway, large } = await startFleet({
      large: both.large,
      small: ({ socket }) => void socket.write(http(422, said)),
    })
    const response = await post(`${gateway.url}${chat}`, chatBody('easy'))
    expect(response.status).toBe(422)
    expect(await response.text()).toBe(said)
    expect(large.seen.length).toBe(0)
  })
})
