/** The official OpenAI client through the gateway, and raw sockets where the client would hide bytes. */
import { connect } from 'node:net'
import OpenAI, { APIUserAbortError, BadRequestError, InternalServerError, NotFoundError } from 'openai'
import { describe, expect, it } from 'vitest'
import {
  answering,
  chatBody,
  http,
  LAST_PIECE,
  piece,
  SSE_HEAD,
  startFleet,
  streamEvents,
  until,
  type Seen,
} from './gateway-support.ts'

const large = answering('large')
const messages = [{ role: 'user' as const, content: 'easy' }]
const events = streamEvents('small', ['Hé', 'llo ', '🌊'])

function streaming({ socket }: Seen): void {
  socket.write(SSE_HEAD)
  for (const event of events) socket.write(piece(event))
  socket.write(LAST_PIECE)
}

async function startClient(
  small: (seen: Seen) => void | Promise<void>,
): Promise<{ readonly client: OpenAI; readonly fleet: Awaited<ReturnType<typeof startFleet>> }> {
  const fleet = await startFleet({ small, large })
  const client = new OpenAI({ baseURL: `${fleet.gateway.url}/v1`, apiKey: 'caller', maxRetries: 0 })
  return { client, fleet }
}

describe('the openai client', () => {
  it('completes', async () => {
    const { client, fleet } = await startClient(answering('small', 'hello'))
    const { data, response } = await client.chat.completions
      .create({ model: 'weir', messages })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe('hello')
    expect(data.usage?.total_tokens).toBe(46)
    expect(response.headers.get('x-weir-model')).toBe('small')
    // Without a key of the operator the caller's own goes to the upstream.
    expect(fleet.small.seen[0]?.head).toContain('authorization: Bearer caller')
  })

  it('streams', async () => {
    const { client } = await startClient(streaming)
    const stream = await client.chat.completions.create({ model: 'weir', messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('Héllo 🌊')
  })

  it('sends tools and reads the call', async () => {
    const call = { id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }
    const { client, fleet } = await startClient(
      ({ socket }) =>
        void socket.write(
          http(
            200,
            JSON.stringify({
              choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call] } }],
            }),
          ),
        ),
    )
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'number' } } } },
      },
    ]
    const answer = await client.chat.completions.create({ model: 'weir', messages, tools })
    expect(answer.choices[0]?.message.tool_calls).toEqual([call])
    expect(JSON.parse(fleet.small.seen[0]?.body ?? '')).toEqual({ model: 'small', messages, tools })
  })

  it('aborts, and the upstream sees its socket closed', async () => {
    const { client, fleet } = await startClient(({ socket }) => {
      socket.write(SSE_HEAD)
      socket.write(piece(events[0] ?? ''))
    })
    const stream = await client.chat.completions.create({ model: 'weir', messages, stream: true })
    for await (const chunk of stream) {
      expect(chunk.id).toBe('c1')
      stream.controller.abort()
    }
    await until(() => fleet.small.closed.length === 1)

    const waiting = new AbortController()
    const answer = client.chat.completions.create({ model: 'weir@0.9', messages }, { signal: waiting.signal })
    await until(() => fleet.small.seen.length === 2)
    waiting.abort()
    await expect(answer).rejects.toBeInstanceOf(APIUserAbortError)
  })

  it('gets its own error classes', async () => {
    const { client } = await startClient(
      ({ socket }) => void socket.write(http(400, '{"error":{"message":"no"}}')),
    )
    const create = (model: string): Promise<unknown> => client.chat.completions.create({ model, messages })
    await expect(create('weir')).rejects.toBeInstanceOf(BadRequestError)
    await expect(create('weir@2')).rejects.toMatchObject({
      status: 400,
      code: 'request.quality',
      param: 'quality',
    })
    await expect(create('gpt-9')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('throws on the error event of a broken stream', async () => {
    const { client } = await startClient(async ({ socket }) => {
      socket.write(SSE_HEAD)
      socket.write(piece(events[0] ?? ''))
      await new Promise((resolve) => setTimeout(resolve, 10))
      socket.destroy()
    })
    const stream = await client.chat.completions.create({ model: 'weir', messages, stream: true })
    await expect(
      (async () => {
        for await (const chunk of stream) expect(chunk.id).toBe('c1')
      })(),
    ).rejects.toThrow(/the response broke off/)
  })

  it('does not try again when both models failed', async () => {
    const {
      small,
      large: other,
      gateway,
    } = await startFleet({
      small: ({ socket }) => void socket.write(http(500, '{}')),
      large: ({ socket }) => void socket.write(http(500, '{}')),
    })
    const client = new OpenAI({ baseURL: gateway.url, apiKey: 'caller', maxRetries: 2 })
    await expect(client.chat.completions.create({ model: 'weir', messages })).rejects.toBeInstanceOf(
      InternalServerError,
    )
    // Each was tried by the gateway, three times as is the default; the client added nothing.
    expect([small.seen.length, other.seen.length]).toEqual([3, 3])
  })

  it('lists the models', async () => {
    const { client } = await startClient(streaming)
    const ids: string[] = []
    for await (const { id } of client.models.list()) ids.push(id)
    expect(ids).toEqual(['weir', 'small', 'large'])
    expect((await client.models.retrieve('large')).id).toBe('large')
  })
})

/** Body of a chunked response as it stands on the wire, without the chunk sizes. */
function unchunk(raw: Buffer): Buffer {
  const pieces: Buffer[] = []
  let at = raw.indexOf('\r\n\r\n') + 4
  for (;;) {
    const end = raw.indexOf('\r\n', at)
    const size = Number.parseInt(raw.toString('latin1', at, end), 16)
    if (size === 0) return Buffer.concat(pieces)
    pieces.push(raw.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

/** Each stream has its own bytes. */
function bodyOf(id: number): Buffer {
  const events = Array.from({ length: 200 }, (_, index) => `data: {"n":"${id}-${index}-é🌊"}\n\n`)
  return Buffer.from(`${events.join('')}data: [DONE]\n\n`)
}

describe('64 streams at once', () => {
  it('lose and reorder no byte', async () => {
    const { gateway } = await startFleet({
      large,
      small: async ({ socket, body }) => {
        const id = Number(/stream-(\d+)/.exec(body)?.[1])
        const bytes = bodyOf(id)
        // Cut at places that fall into characters and events.
        socket.write(SSE_HEAD)
        for (let at = 0, step = 0; at < bytes.length; step += 1) {
          const size = 1 + ((id * 31 + step * 17) % 97)
          socket.write(piece(bytes.subarray(at, at + size)))
          at += size
          if (step % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        socket.write(LAST_PIECE)
      },
    })
    const port = Number(new URL(gateway.url).port)
    const read = (id: number): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        const chunks: Buffer[] = []
        const socket = connect(port, '127.0.0.1')
        const body = chatBody(`easy stream-${id}`, { stream: true })
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n` +
            `content-length: ${body.length}\r\n\r\n${body}`,
        )
        socket.on('data', (chunk: Buffer) => chunks.push(chunk))
        socket.on('error', reject)
        socket.on('close', () => resolve(unchunk(Buffer.concat(chunks))))
      })
    const ids = Array.from({ length: 64 }, (_, id) => id)
    const bodies = await Promise.all(ids.map((id) => read(id)))
    for (const id of ids) expect(bodies[id]?.equals(bodyOf(id)), `stream ${id}`).toBe(true)
  })
})
