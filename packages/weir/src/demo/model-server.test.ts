import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'
import type { Program } from './read.ts'
import { splitTokens } from './tokens.ts'

const echo: Program = { model: 'echo', reply: (prompt) => ({ text: `You said: ${prompt}`, tried: 1 }) }
const open: ModelServer[] = []

async function start(options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  const server = await startModelServer(echo, { msPerToken: 0, ...options })
  open.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

function post(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })
}

const messages = [{ role: 'user', content: 'two plus two' }]

describe('an answer in JSON', () => {
  it('has the shape, the usage and the reason', async () => {
    const { url } = await start()
    const response = await post(url, { model: 'echo', messages })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'echo',
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'You said: two plus two', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 6, total_tokens: 9 },
    })
  })

  it('is cut at max_tokens, and says so', async () => {
    const { url } = await start()
    const body = (await (
      await post(url, { messages, max_completion_tokens: 2 })
    ).json()) as OpenAI.ChatCompletion
    expect(body.choices[0]?.message.content).toBe('You said')
    expect(body.choices[0]?.finish_reason).toBe('length')
    expect(body.usage?.completion_tokens).toBe(2)
  })

  it('is about the last user message, in text or in parts', async () => {
    const { url } = await start()
    const turns = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'yes' },
      { role: 'user', content: [{ type: 'text', text: 'second' }] },
    ]
    const body = (await (await post(url, { messages: turns })).json()) as OpenAI.ChatCompletion
    expect(body.choices[0]?.message.content).toBe('You said: second')
    expect(body.usage?.prompt_tokens).toBe(splitTokens('Be brief.\nfirst\nyes\nsecond').length)
  })
})

describe('a stream', () => {
  it('is read by the official client: role first, tokens in order, usage last', async () => {
    const { url } = await start()
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
    const stream = await client.chat.completions.create({
      model: 'echo',
      messages: [{ role: 'user', content: 'two plus two' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks: OpenAI.ChatCompletionChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'You said: two plus two',
    )
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 9 } })
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  })

  it('ends with [DONE] and has no usage unless it is asked for', async () => {
    const { url } = await start()
    const text = await (await post(url, { messages, stream: true })).text()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(text).not.toContain('usage')
  })

  it('stops when the client goes away', async () => {
    const server = await start({ msPerToken: 200 })
    const gone = new AbortController()
    const response = await post(
      server.url,
      { messages: [{ role: 'user', content: 'a b c d e f g h' }], stream: true },
      { signal: gone.signal },
    )
    await response.body?.getReader().read()
    expect(server.active()).toBe(1)
    gone.abort()
    await expect.poll(() => server.active()).toBe(0)
  })
})

describe('everything else', () => {
  it('lists its model', async () => {
    const { url } = await start()
    expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'echo', object: 'model' }],
    })
  })

  it.each([
    ['no JSON', '{', 400],
    ['no messages', { model: 'echo' }, 400],
    ['no user message', { messages: [{ role: 'system', content: 'x' }] }, 400],
    ['too large', 'x'.repeat(1024 * 1024 + 1), 413],
  ])('refuses a body with %s in the OpenAI shape', async (_what, body, status) => {
    const { url } = await start()
    const response = await post(url, body)
    expect(response.status).toBe(status)
    expect(Object.keys(((await response.json()) as { error: object }).error)).toEqual([
      'message',
      'type',
      'param',
      'code',
    ])
  })

  it('knows no other path or method', async () => {
    const { url } = await start()
    expect((await fetch(`${url}/v1/embeddings`)).status).toBe(404)
    expect((await fetch(`${url}/v1/chat/completions`)).status).toBe(405)
  })
})
