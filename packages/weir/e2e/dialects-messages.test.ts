/**
 * A chat client in front of an upstream that speaks Anthropic's Messages: whole answers, streams, tools, errors, headers.
 */
import { describe, expect, it } from 'vitest'
import OpenAI from 'openai'
import { isRecord, parseJson } from '@weir/core'
import { createSecret } from '../src/config/secret.ts'
import {
  chatBody,
  closeLater,
  http,
  LAST_PIECE,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startUpstream,
} from './gateway-support.ts'
import type { Seen, Upstream } from './gateway-support.ts'
import { startGateway, type Gateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5',
  content: [{ type: 'text', text: 'Paris.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, cache_read_input_tokens: 90, cache_creation_input_tokens: 0, output_tokens: 3 },
}

function event(data: { readonly type: string }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
}

const EVENTS = [
  { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Par' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'is.' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 3 },
  },
  { type: 'message_stop' },
].map(event)

type Answer = (seen: Seen) => void

async function start(answer: Answer): Promise<{ readonly gateway: Gateway; readonly upstream: Upstream }> {
  const upstream = closeLater(await startUpstream(answer))
  const apiKey = createSecret('env:ANTHROPIC_API_KEY', 'sk-ant-test')
  const common = { baseUrl: upstream.url, provider: 'anthropic', apiKey } as const
  const gateway = closeLater(
    await startGateway({
      river: RIVER,
      models: [
        { model: 'small', upstreamModel: 'claude-haiku-5-5', ...common },
        { model: 'large', upstreamModel: 'claude-sonnet-5', ...common },
      ],
      listen: { port: 0 },
      log: SILENT,
    }),
  )
  return { gateway, upstream }
}

function bodyOf({ body }: Seen): Record<string, unknown> {
  const json = parseJson(body)
  return isRecord(json) ? { ...json } : {}
}

describe('an Anthropic upstream', () => {
  it('answers a chat request', async () => {
    const { gateway, upstream } = await start(
      ({ socket }) => void socket.write(http(200, JSON.stringify(MESSAGE))),
    )
    const response = await post(
      `${gateway.url}/v1/chat/completions`,
      chatBody('hard: capital?', { max_tokens: 50, temperature: 0 }),
    )
    expect(response.status).toBe(200)
    const json = await response.json()
    expect(json).toMatchObject({
      id: 'msg_1',
      object: 'chat.completion',
      model: 'claude-sonnet-5',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Paris.' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 3,
        total_tokens: 103,
        prompt_tokens_details: { cached_tokens: 90 },
      },
    })
    const [seen] = upstream.seen
    expect(seen!.head).toMatch(/^POST \/v1\/messages HTTP/)
    expect(seen!.head).toContain('x-api-key: sk-ant-test')
    expect(seen!.head).toContain('anthropic-version: 2023-06-01')
    expect(seen!.head).not.toMatch(/^authorization:/im)
    expect(bodyOf(seen!)).toEqual({
      model: 'claude-sonnet-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hard: capital?' }],
    })
  })

  it('streams to the official OpenAI client, byte by byte', async () => {
    const { gateway } = await start(async ({ socket }) => {
      socket.write(SSE_HEAD)
      for (const byte of Buffer.from(EVENTS.join(''))) socket.write(piece(Buffer.of(byte)))
      socket.write(LAST_PIECE)
    })
    const client = new OpenAI({ apiKey: 'x', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
    const stream = await client.chat.completions.create({
      model: 'weir',
      messages: [{ role: 'user', content: 'hard: capital?' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let finish: string | null = null
    let usage: unknown
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      finish = chunk.choices[0]?.finish_reason ?? finish
      usage = chunk.usage ?? usage
    }
    expect(text).toBe('Paris.')
    expect(finish).toBe('stop')
    expect(usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 3 })
  })

  it('fails over when the stream begins with an overload, also behind its head event', async () => {
    const overload = event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as {
      type: string
    })
    const { gateway, upstream } = await start(({ socket, body }) => {
      socket.write(SSE_HEAD)
      if (body.includes('claude-sonnet-5')) socket.write(piece(EVENTS[0]!))
      socket.write(piece(body.includes('claude-sonnet-5') ? overload : EVENTS.join('')))
      socket.write(LAST_PIECE)
    })
    const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard', { stream: true }))
    expect(await response.text()).toContain('"content":"Par"')
    expect(response.headers.get('x-weir-model')).toBe('small')
    expect(upstream.seen.length).toBeGreaterThan(1)
  })

  it("gives the caller's own fault in OpenAI's shape, and fails over on 529", async () => {
    const wrong = {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'max_tokens: too large' },
    }
    const first = await start(({ socket }) => void socket.write(http(400, JSON.stringify(wrong))))
    const refused = await post(`${first.gateway.url}/v1/chat/completions`, chatBody('hard'))
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({
      error: {
        message: 'max_tokens: too large',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_request_error',
      },
    })
    const busy = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const second = await start(({ socket, body }) => {
      const isLarge = body.includes('claude-sonnet-5')
      socket.write(isLarge ? http(529, JSON.stringify(busy)) : http(200, JSON.stringify(MESSAGE)))
    })
    const response = await post(`${second.gateway.url}/v1/chat/completions`, chatBody('hard'))
    expect(response.status).toBe(200)
    expect(response.headers.get('x-weir-attempts')).toBe('2')
  })

  it('refuses what has no form there without a call', async () => {
    const { gateway, upstream } = await start(
      ({ socket }) => void socket.write(http(200, JSON.stringify(MESSAGE))),
    )
    const response = await post(
      `${gateway.url}/v1/chat/completions`,
      chatBody('hard', { n: 2, model: 'large' }),
    )
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'request.unsupported' } })
    expect(upstream.seen).toHaveLength(0)
  })
})
