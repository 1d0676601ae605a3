/**
 * Callers of Messages and Responses at models whose upstream speaks the same: the bytes stay as they are both ways, but for the model's
 * name; usage and text are read on the way.
 */
import { describe, expect, it } from 'vitest'
import { createOutcomeReader } from './dialect-support.ts'
import { answering, http, LAST_PIECE, piece, post, SSE_HEAD, startFleet } from './gateway-support.ts'

const MESSAGE =
  '{"id":"msg_1", "type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hi","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5}, "unheard_of": 1.50}'

const EVENTS = [
  'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n',
  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
  'event: ping\ndata: {"type": "ping"}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
  'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
]

const ASK = '"max_tokens": 10, "messages": [{"role": "user", "content": "easy"}], "top_k": 5.0'

function thinking(signature: string): object {
  return { type: 'thinking', thinking: 'hm', signature }
}

describe('Messages to Messages', () => {
  it('passes request and answer byte for byte', async () => {
    const rows = createOutcomeReader()
    const { gateway, small } = await startFleet(
      { small: ({ socket }) => void socket.write(http(200, MESSAGE)), large: answering('large') },
      { definition: { dialect: 'messages' }, record: { path: rows.path, storeText: true } },
    )
    const body = `{ "model": "weir", ${ASK}, "weir": {"quality": 0.9}, "container": "c_1" }`
    const response = await post(`${gateway.url}/v1/messages`, body, {
      'x-api-key': 'key',
      'anthropic-beta': 'b-1',
    })
    expect(await response.text()).toBe(MESSAGE)
    const [seen] = small.seen
    expect(seen?.body).toBe(`{ "model": "small", ${ASK}, "container": "c_1" }`)
    expect(seen?.head).toMatch(/^POST \/v1\/messages /)
    await gateway.close()
    const [row] = await rows.read()
    expect(row?.attempts[0]).toMatchObject({ inputTokens: 7, outputTokens: 5 })
    expect(row?.models['small']?.response).toBe('hi')
  })

  it('passes a stream byte for byte, whatever the chunks', async () => {
    const rows = createOutcomeReader()
    const bytes = Buffer.from(EVENTS.join(''))
    const { gateway } = await startFleet(
      {
        small: ({ socket }) => {
          socket.write(SSE_HEAD)
          for (let at = 0; at < bytes.length; at += 97) socket.write(piece(bytes.subarray(at, at + 97)))
          socket.write(LAST_PIECE)
        },
        large: answering('large'),
      },
      { definition: { dialect: 'messages' }, record: { path: rows.path, storeText: true } },
    )
    const response = await post(`${gateway.url}/v1/messages`, `{"model": "weir", "stream": true, ${ASK}}`)
    expect(await response.text()).toBe(EVENTS.join(''))
    await gateway.close()
    const [row] = await rows.read()
    expect(row?.attempts[0]).toMatchObject({ inputTokens: 3, outputTokens: 5 })
    expect(row?.models['small']?.response).toBe('hi')
  })

  it('a break ends with an error event of the dialect', async () => {
    const { gateway } = await startFleet(
      {
        small: ({ socket }) => {
          socket.write(SSE_HEAD)
          for (const event of EVENTS.slice(0, 4)) socket.write(piece(event))
          setTimeout(() => socket.destroy(), 20)
        },
        large: answering('large'),
      },
      { definition: { dialect: 'messages' } },
    )
    const response = await post(`${gateway.url}/v1/messages`, `{"model": "weir", "stream": true, ${ASK}}`)
    const text = await response.text()
    expect(text.startsWith(EVENTS.slice(0, 4).join(''))).toBe(true)
    expect(text).toMatch(/event: error\ndata: \{"type":"error","error":\{"type":"api_error"/)
  })

  it('thinking that another provider signed is translated away first', async () => {
    const { gateway, small } = await startFleet(
      { small: ({ socket }) => void socket.write(http(200, MESSAGE)), large: answering('large') },
      { definition: { dialect: 'messages' } },
    )
    const turns = [
      { role: 'user', content: 'easy' },
      {
        role: 'assistant',
        content: [thinking('weir:google:x'), thinking('own'), { type: 'text', text: 'a' }],
      },
      { role: 'user', content: 'easy' },
    ]
    const response = await post(
      `${gateway.url}/v1/messages`,
      JSON.stringify({ model: 'weir', max_tokens: 9, messages: turns }),
    )
    expect(response.status).toBe(200)
    const sent = small.seen[0]?.body ?? ''
    expect(sent).not.toContain('weir:google')
    expect(sent).toContain('"signature":"own"')
  })

  it('counts tokens where the upstream does', async () => {
    const { gateway, small } = await startFleet(
      {
        small: ({ socket }) => void socket.write(http(200, '{"input_tokens":14}')),
        large: answering('large'),
      },
      { definition: { dialect: 'messages' } },
    )
    const response = await post(
      `${gateway.url}/v1/messages/count_tokens`,
      '{"model":"small","messages":[{"role":"user","content":"x"}]}',
    )
    expect(await response.json()).toEqual({ input_tokens: 14 })
    expect(response.headers.get('x-weir-estimated')).toBeNull()
    expect(small.seen[0]?.head).toMatch(/^POST \/v1\/messages\/count_tokens /)
  })
})
