/**
 * Journeys of clients of OpenAI's Responses API through the gateway to chat upstreams: the official client, whole and streamed, tools,
 * structured output, what cannot be done without a store, failures.
 */
import OpenAI, { BadRequestError } from 'openai'
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

type Answer = Parameters<typeof startFleet>[0]['small']

function client(url: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'key', maxRetries: 0 })
}

function streaming(events: readonly string[]): Answer {
  return ({ socket }) => {
    socket.write(SSE_HEAD)
    for (const event of events) socket.write(piece(event))
    socket.write(LAST_PIECE)
  }
}

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`
}

function call(index: number, text: string, id?: string): object {
  const isFirst = id !== undefined
  const called = { ...(isFirst ? { name: `f${index}` } : {}), arguments: text }
  return { tool_calls: [{ index, ...(isFirst ? { id, type: 'function' } : {}), function: called }] }
}

function start(small: Answer): ReturnType<typeof startFleet> {
  return startFleet({ small, large: answering('large') })
}

describe('a Responses client at a chat upstream', () => {
  it('gets a response, and the upstream a chat request', async () => {
    const { gateway, small } = await start(answering('small'))
    const { data, response } = await client(gateway.url)
      .responses.create({
        model: 'weir',
        instructions: 'be brief',
        input: 'an easy question',
        max_output_tokens: 9,
        reasoning: { effort: 'low' },
        text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
      })
      .withResponse()
    expect(data).toMatchObject({
      object: 'response',
      status: 'completed',
      output_text: 'from small',
      output: [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'from small' }] },
      ],
      usage: { input_tokens: 12, output_tokens: 34, total_tokens: 46 },
      instructions: 'be brief',
      store: false,
    })
    expect(response.headers.get('x-weir-model')).toBe('small')
    expect(JSON.parse(small.seen[0]?.body ?? '')).toEqual({
      model: 'small',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'an easy question' },
      ],
      max_tokens: 9,
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
      },
    })
  })

  it('streams every event in order, numbered', async () => {
    const { gateway } = await start(streaming(streamEvents('small', ['he', 'llo'])))
    const stream = await client(gateway.url).responses.create({ model: 'weir', input: 'easy', stream: true })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, i) => i))
    expect(events.at(-1)).toMatchObject({ response: { usage: { input_tokens: 12, output_tokens: 34 } } })
  })

  it('streams parallel calls whose pieces are mixed, with reasoning and text before', async () => {
    const { gateway } = await start(
      streaming([
        chunk({ role: 'assistant', reasoning_content: 'hm' }),
        chunk({ content: 'I look' }),
        chunk(call(0, '', 'a')),
        chunk(call(1, '{"y"', 'b')),
        chunk(call(0, '{"x":1}')),
        chunk(call(1, ':2}')),
        chunk({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ]),
    )
    const stream = client(gateway.url).responses.stream({ model: 'weir', input: 'easy' })
    const response = await stream.finalResponse()
    expect(response.output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'hm' }] },
      { type: 'message', content: [{ text: 'I look' }] },
      { type: 'function_call', call_id: 'a', name: 'f0', arguments: '{"x":1}' },
      { type: 'function_call', call_id: 'b', name: 'f1', arguments: '{"y":2}' },
    ])
  })

  it('sends a conversation with tools back, its own reasoning dropped', async () => {
    const { gateway, small } = await start(answering('small'))
    await client(gateway.url).responses.create({
      model: 'small',
      tools: [
        {
          type: 'function',
          name: 'look',
          description: 'looks',
          parameters: { type: 'object' },
          strict: null,
        },
        { type: 'custom', name: 'free' },
      ],
      tool_choice: { type: 'function', name: 'look' },
      input: [
        { role: 'developer', content: 'be kind' },
        { role: 'user', content: [{ type: 'input_text', text: 'go' }] },
        { type: 'reasoning', id: 'rs_weir_1', summary: [{ type: 'summary_text', text: 'hm' }] },
        {
          type: 'message',
          id: 'm',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'I look', annotations: [] }],
        },
        { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'free', input: 'x = 1' },
        { type: 'function_call_output', call_id: 'a', output: 'seen' },
        { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'ran' }] },
      ],
    })
    expect(JSON.parse(small.seen[0]?.body ?? '')).toEqual({
      model: 'small',
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: [{ type: 'text', text: 'go' }] },
        {
          role: 'assistant',
          content: 'I look',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } },
            { id: 'b', type: 'custom', custom: { name: 'free', input: 'x = 1' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'seen' },
        { role: 'tool', tool_call_id: 'b', content: 'ran' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'looks', parameters: { type: 'object' } },
        },
        { type: 'custom', custom: { name: 'free' } },
      ],
      tool_choice: { type: 'function', function: { name: 'look' } },
    })
  })

  it('an answer that hit the limit is incomplete, whole and streamed', async () => {
    const { gateway } = await start(({ socket, body }) => {
      if (!body.includes('"stream":true')) {
        const choice = { index: 0, message: { role: 'assistant', content: 'ha' }, finish_reason: 'length' }
        socket.write(
          http(
            200,
            JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [choice] }),
          ),
        )
        return
      }
      socket.write(SSE_HEAD)
      for (const event of [chunk({ content: 'ha' }), chunk({}, 'length')]) socket.write(piece(event))
      socket.write(LAST_PIECE)
    })
    const incomplete = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    const openai = client(gateway.url)
    expect(await openai.responses.create({ model: 'small', input: 'x' })).toMatchObject(incomplete)
    expect(await openai.responses.stream({ model: 'small', input: 'x' }).finalResponse()).toMatchObject(
      incomplete,
    )
  })

  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['background', { background: true }],
    ['web_search', { tools: [{ type: 'web_search' }] }],
    ['item_reference', { input: [{ type: 'item_reference', id: 'x' }] }],
  ])('%s is refused by name', async (name, members) => {
    const { gateway, small } = await start(answering('small'))
    const body = JSON.stringify({ model: 'small', input: 'x', ...members })
    const response = await post(`${gateway.url}/v1/responses`, body)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(name)
    expect(small.seen).toHaveLength(0)
  })

  it('nothing is stored, and asking for it says so', async () => {
    const { gateway } = await start(answering('small'))
    await expect(client(gateway.url).responses.retrieve('resp_1')).rejects.toThrow(/no responses are stored/)
  })

  it('a stream that breaks throws in the client, and the events end with a failed response', async () => {
    const { gateway } = await start(({ socket }) => {
      socket.write(SSE_HEAD)
      for (const event of streamEvents('small', ['half']).slice(0, 2)) socket.write(piece(event))
      setTimeout(() => socket.destroy(), 20)
    })
    const body = JSON.stringify({ model: 'small', input: 'x', stream: true })
    const text = await (await post(`${gateway.url}/v1/responses`, body)).text()
    expect(text).toContain('event: error')
    expect(text.trimEnd().split('\n\n').at(-1)).toContain('event: response.failed')
    expect(text).not.toContain('response.completed')
    const stream = await client(gateway.url).responses.create({ model: 'small', input: 'x', stream: true })
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow(/broke off/)
  })

  it("an upstream's refusal comes as it is", async () => {
    const { gateway } = await start(
      ({ socket }) =>
        void socket.write(http(400, '{"error":{"message":"too hot","type":"x","param":null,"code":"y"}}')),
    )
    const error = await client(gateway.url)
      .responses.create({ model: 'small', input: 'x' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ code: 'y', type: 'x' })
  })
})
