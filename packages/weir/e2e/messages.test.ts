/**
 * Journeys of clients of Anthropic's Messages API through the gateway to chat upstreams: the official client, whole and streamed, tools,
 * errors in its shape, answers that are read before they are given.
 */
import Anthropic, { BadRequestError } from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import {
  answering,
  http,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
} from './gateway-support.ts'

function client(url: string): Anthropic {
  return new Anthropic({ baseURL: url, apiKey: 'key', maxRetries: 0 })
}

const ASK = { max_tokens: 100, messages: [{ role: 'user' as const, content: 'an easy question' }] }

function streaming(events: readonly string[]): Parameters<typeof startFleet>[0]['small'] {
  return ({ socket }) => {
    socket.write(SSE_HEAD)
    for (const event of events) socket.write(piece(event))
    socket.write(LAST_PIECE)
  }
}

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
}

function call(index: number, text: string, rest: object = {}): object {
  const name = 'id' in rest ? { name: `f${index}` } : {}
  return { tool_calls: [{ index, ...rest, function: { arguments: text, ...name } }] }
}

describe('a Messages client at a chat upstream', () => {
  it('gets a message with the id in both headers, and the upstream a chat request', async () => {
    const { gateway, small } = await startFleet({ small: answering('small'), large: answering('large') })
    const { data, response } = await client(gateway.url)
      .messages.create({ ...ASK, model: 'weir', system: 'be brief' })
      .withResponse()
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'small',
      content: [{ type: 'text', text: 'from small' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 34 },
    })
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'))
    expect(response.headers.get('x-weir-model')).toBe('small')
    expect(JSON.parse(small.seen[0]?.body ?? '')).toEqual({
      model: 'small',
      max_tokens: 100,
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'an easy question' },
      ],
    })
    expect(small.seen[0]?.head).toContain('authorization: Bearer key')
  })

  it('streams: text and usage', async () => {
    const { gateway, small } = await startFleet({
      small: streaming(streamEvents('small', ['he', 'llo'])),
      large: answering('large'),
    })
    const stream = client(gateway.url).messages.stream({ ...ASK, model: 'weir' })
    const texts: string[] = []
    stream.on('text', (text) => texts.push(text))
    const message = await stream.finalMessage()
    expect(texts).toEqual(['he', 'llo'])
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 34 },
    })
    expect(JSON.parse(small.seen[0]?.body ?? '')).toMatchObject({ stream_options: { include_usage: true } })
  })

  it('streams parallel tool calls whose pieces are mixed', async () => {
    const { gateway } = await startFleet({
      small: streaming([
        chunk({ role: 'assistant', content: '' }),
        chunk(call(0, '', { id: 'a', type: 'function' })),
        chunk(call(1, '', { id: 'b', type: 'function' })),
        chunk(call(0, '{"x":')),
        chunk(call(1, '{"y"')),
        chunk(call(0, '1}')),
        chunk(call(1, ':2}')),
        chunk({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ]),
      large: answering('large'),
    })
    const message = await client(gateway.url)
      .messages.stream({ ...ASK, model: 'weir' })
      .finalMessage()
    expect(message.stop_reason).toBe('tool_use')
    expect(message.content).toMatchObject([
      { type: 'tool_use', id: 'a', name: 'f0', input: { x: 1 } },
      { type: 'tool_use', id: 'b', name: 'f1', input: { y: 2 } },
    ])
  })

  it('sends tools, their calls and their results, images and all', async () => {
    const { gateway, large } = await startFleet({ small: answering('small'), large: answering('large') })
    await client(gateway.url).messages.create({
      model: 'large',
      max_tokens: 5,
      tools: [{ name: 'look', description: 'looks', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'I look' },
            { type: 'tool_use', id: 't1', name: 'look', input: { at: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              is_error: true,
              content: [
                { type: 'text', text: 'seen' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
              ],
            },
            { type: 'text', text: 'and now?', cache_control: { type: 'ephemeral' } },
          ],
        },
      ],
    })
    expect(JSON.parse(large.seen[0]?.body ?? '')).toEqual({
      model: 'large',
      max_tokens: 5,
      messages: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: 'I look',
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'seen' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'text', text: 'and now?' },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'looks', parameters: { type: 'object' } },
        },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
    })
  })

  it('counts tokens, and says that it is an estimate', async () => {
    const { gateway } = await startFleet({ small: answering('small'), large: answering('large') })
    const { data, response } = await client(gateway.url)
      .messages.countTokens({ model: 'weir', messages: ASK.messages })
      .withResponse()
    expect(data.input_tokens).toBeGreaterThan(4)
    expect(response.headers.get('x-weir-estimated')).toBe('true')
  })
})

const down: Parameters<typeof startFleet>[0]['small'] = ({ socket }) => void socket.destroy()

describe('errors of a Messages client', () => {
  it.each([
    ['/v1/messages/nothing', '{}', 404, 'not_found_error'],
    ['/anthropic/anything', '{}', 404, 'not_found_error'],
    ['/v1/messages', '{}', 400, 'invalid_request_error'],
    [
      '/anthropic/v1/messages',
      '{"model":"gpt","messages":[{"role":"user","content":"x"}]}',
      404,
      'not_found_error',
    ],
    ['/messages', `{"model":"${'x'.repeat(3000)}"}`, 413, 'request_too_large'],
  ])('%s: %s', async (path, body, status, type) => {
    const { gateway } = await startFleet(
      { small: answering('small'), large: answering('large') },
      { maxBodyBytes: 2000 },
    )
    const response = await post(gateway.url + path, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type },
      request_id: response.headers.get('request-id'),
    })
  })

  it('405 has the shape too', async () => {
    const { gateway } = await startFleet({ small: answering('small'), large: answering('large') })
    const response = await fetch(`${gateway.url}/v1/messages`)
    expect(response.status).toBe(405)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  it("an upstream's refusal keeps its status and words", async () => {
    const { gateway } = await startFleet({
      small: ({ socket }) =>
        void socket.write(http(400, '{"error":{"message":"too hot","type":"x","code":null}}')),
      large: answering('large'),
    })
    const error = await client(gateway.url)
      .messages.create({ ...ASK, model: 'small' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ error: { error: { message: 'too hot', type: 'invalid_request_error' } } })
  })

  it('no model left is an overload', async () => {
    const { gateway } = await startFleet({ small: down, large: down })
    const response = await post(`${gateway.url}/v1/messages`, JSON.stringify({ ...ASK, model: 'weir' }))
    expect(response.status).toBe(502)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await response.json()).toMatchObject({ error: { type: 'api_error', code: 'upstream.connect' } })
  })

  it('a stream that breaks ends with an error event, never with message_stop', async () => {
    const { gateway } = await startFleet({
      small: ({ socket }) => {
        socket.write(SSE_HEAD)
        for (const event of streamEvents('small', ['half']).slice(0, 2)) socket.write(piece(event))
        setTimeout(() => socket.destroy(), 20)
      },
      large: answering('large'),
    })
    const stream = client(gateway.url).messages.stream({ ...ASK, model: 'weir' })
    await expect(stream.finalMessage()).rejects.toMatchObject({ error: { error: { type: 'api_error' } } })
  })

  it('a stream that just stops is no success', async () => {
    const { gateway } = await startFleet({
      small: streaming(streamEvents('small', ['half']).slice(0, 2)),
      large: answering('large'),
    })
    const response = await post(
      `${gateway.url}/v1/messages`,
      JSON.stringify({ ...ASK, model: 'weir', stream: true }),
    )
    const text = await response.text()
    expect(text).toContain('event: error')
    expect(text).not.toContain('message_stop')
  })

  it('what only Anthropic has is refused at a chat upstream, by name', async () => {
    const { gateway } = await startFleet({ small: answering('small'), large: answering('large') })
    const response = await post(
      `${gateway.url}/v1/messages`,
      JSON.stringify({ ...ASK, model: 'weir', tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
    )
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('web_search_20250305')
  })
})
