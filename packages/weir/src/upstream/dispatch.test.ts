/** Contract of the undici adapter: what the rest of the gateway relies on, whatever undici's next major does. */
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOrigin, type Exchange, type Failure, type Origin, type Sink } from './dispatch.ts'

const TIMEOUTS = { connectMs: 300, firstByteMs: 60, idleMs: 60 }
const POST = { path: '/v1/x', headers: ['content-type', 'application/json'], body: Buffer.from('{}') }

let server: Server | undefined
let origin: Origin | undefined
const sockets = new Set<Socket>()

afterEach(async () => {
  await origin?.destroy()
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
  server = undefined
})

async function listen(answer: (socket: Socket, seen: string) => void): Promise<Origin> {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => answer(socket, chunk.toString('latin1')))
  })
  const started = server
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  origin = createOrigin(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, TIMEOUTS)
  return origin
}

interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly failure: Failure | undefined
}

/** Runs one post to its end. `onData` may pause and abort. */
function hear(from: Origin, onData?: (chunk: Buffer, exchange: () => Exchange) => boolean): Promise<Heard> {
  return new Promise((resolve) => {
    let status = 0
    let headers: Heard['headers'] = {}
    const chunks: Buffer[] = []
    const end = (failure?: Failure): void =>
      resolve({ status, headers, text: Buffer.concat(chunks).toString(), failure })
    const sink: Sink = {
      onHead(code, received) {
        status = code
        headers = received
      },
      onData(chunk) {
        chunks.push(chunk)
        return onData?.(chunk, () => exchange) ?? true
      },
      onEnd: () => end(),
      onFail: end,
    }
    const exchange = from.post(POST, sink)
  })
}

describe('createOrigin', () => {
  it('posts the bytes and gives status, lower-case headers and body', async () => {
    let seen = ''
    const { status, headers, text, failure } = await hear(
      await listen((socket, request) => {
        seen = request
        socket.write(
          'HTTP/1.1 201 Made\r\nX-One: a\r\nSet-Cookie: b\r\nSet-Cookie: c\r\ncontent-length: 2\r\n\r\nok',
        )
      }),
    )
    expect([status, text, failure]).toEqual([201, 'ok', undefined])
    expect(headers).toMatchObject({ 'x-one': 'a', 'set-cookie': ['b', 'c'], 'content-length': '2' })
    expect(seen).toMatch(/^POST \/v1\/x HTTP\/1\.1\r\n/)
    expect(seen).toMatch(/\r\n\r\n\{\}$/)
  })

  it('passes over informational heads', async () => {
    const { status, text } = await hear(
      await listen((socket) =>
        socket.write('HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\ny'),
      ),
    )
    expect([status, text]).toEqual([200, 'y'])
  })

  it('does not follow redirects', async () => {
    const { status, headers } = await hear(
      await listen((socket) =>
        socket.write('HTTP/1.1 307 Go\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
      ),
    )
    expect([status, headers['location']]).toEqual([307, '/elsewhere'])
  })

  it('stops when the sink says so, and resumes without losing a byte', async () => {
    const body = Buffer.alloc(2_000_000, 'abcdefg')
    let pauses = 0
    const { text } = await hear(
      await listen((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`)
        socket.write(body)
      }),
      (_chunk, exchange) => {
        pauses += 1
        if (pauses <= 3) setTimeout(() => exchange().resume(), 5)
        return pauses > 3
      },
    )
    expect(text === body.toString()).toBe(true)
    expect(pauses).toBeGreaterThan(3)
  })

  it('a pause longer than the idle limit is not a stall', async () => {
    const { text, failure } = await hear(
      await listen((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na')
        setTimeout(() => socket.write('b'), 10)
      }),
      (chunk, exchange) => {
        if (chunk.toString() !== 'a') return true
        setTimeout(() => exchange().resume(), 1500)
        return false
      },
    )
    expect([text, failure]).toEqual(['ab', undefined])
  })

  it.each([
    ['no first byte', (): void => {}, 'upstream.first_byte'],
    [
      'stall',
      (socket: Socket): unknown => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na'),
      'upstream.stalled',
    ],
    ['close before the head', (socket: Socket): unknown => socket.destroy(), 'upstream.connect'],
    [
      'close in the body',
      (socket: Socket): unknown => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na'),
      'upstream.bad_body',
    ],
    ['not HTTP', (socket: Socket): unknown => socket.write('220 smtp ready\r\n'), 'upstream.bad_body'],
    [
      'endless header',
      (socket: Socket): unknown => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}`),
      'upstream.bad_body',
    ],
  ])('%s is a failure with its own code', async (_name, answer, code) => {
    const { failure } = await hear(await listen((socket) => void answer(socket)))
    expect(failure?.code).toBe(code)
    expect(failure?.message).not.toMatch(/127\.0\.0\.1|smtp/)
  })

  it('refused connections fail by phase', async () => {
    const free = await listen(() => {})
    await new Promise<void>((resolve) => server?.close(() => resolve()))
    expect((await hear(free)).failure?.code).toBe('upstream.connect')
    server = undefined
  })

  it('an abort closes the connection and the sink hears nothing more', async () => {
    const closed = new Promise<void>((resolve) => {
      void listen((socket) => {
        socket.on('close', () => resolve())
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na')
      }).then((from) => {
        const exchange: Exchange = from.post(POST, {
          onHead() {},
          onData() {
            exchange.abort()
            return true
          },
          onEnd: () => expect.unreachable(),
          onFail: () => expect.unreachable(),
        })
      })
    })
    await closed
  })

  it('an abort before the connection stands sends nothing', async () => {
    let requests = 0
    const from = await listen(() => {
      requests += 1
    })
    const silent: Sink = {
      onHead: () => expect.unreachable(),
      onData: () => expect.unreachable(),
      onEnd: () => expect.unreachable(),
      onFail: () => expect.unreachable(),
    }
    from.post(POST, silent).abort()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(requests).toBe(0)
  })
})
