/**
 * What the end of a call costs, counted on sockets, with the gateway in a process of its own.
 *
 *   aborts   callers leave, half of them before the head and half in the middle of a stream: how long until the upstream's socket is closed
 *   drain    SIGTERM under new streams at a steady rate: how many of those that were taken are lost; refused ones go to another gateway,
 *            as a load balancer sends them
 *
 *   node bench/faults.ts [aborts|drain] [--rate 200] [--seconds 20]
 */
import { request as send } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { startChild, type Child } from './gateway-process.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '20' } },
})
const RATE = Number(values.rate)
const SECONDS = Number(values.seconds)
const TRIALS = 1000
const LIMIT_MS = 100

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const EVENT = piece('data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n')
const LAST =
  piece('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n') + '0\r\n\r\n'

function piece(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

/** `asked` gets each request's body with its socket. */
async function startUpstream(asked: (body: string, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    let bytes = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1')
      for (;;) {
        const end = bytes.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(bytes)?.[1] ?? 0)
        if (end < 0 || bytes.length < end + 4 + length) return
        const body = bytes.slice(end + 4, end + 4 + length)
        bytes = bytes.slice(end + 4 + length)
        asked(body, socket)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function startGateway(upstreamPort: number): Promise<Child> {
  return startChild('./faults-gateway.ts', { env: { UPSTREAM_PORT: String(upstreamPort) } })
}

function bodyOf(id: string): string {
  return JSON.stringify({ model: 'small', stream: true, messages: [{ role: 'user', content: id }] })
}

/** Ms from the caller's close to the upstream's, one trial at a time on each of 4 lanes. */
async function measureAborts(): Promise<void> {
  const seen = new Map<string, { asked: (socket: Socket) => void }>()
  const port = await startUpstream((body, socket) => {
    const id = /#\d+#/.exec(body)?.[0] ?? ''
    seen.get(id)?.asked(socket)
  })
  const gateway = await startGateway(port)
  const delays: number[] = []
  const trial = async (n: number): Promise<void> => {
    const id = `#${n}#`
    const isStreaming = n % 2 === 0
    const caller = connect(gateway.port, '127.0.0.1')
    caller.on('error', () => {})
    const upstream = new Promise<Socket>((resolve) => seen.set(id, { asked: resolve }))
    const body = bodyOf(id)
    caller.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    const socket = await upstream
    if (isStreaming) {
      socket.write(HEAD + EVENT)
      await new Promise((resolve) => caller.once('data', resolve))
    }
    const closed = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now())))
    const leftAtMs = performance.now()
    if (n % 4 < 2) caller.destroy()
    else caller.resetAndDestroy()
    delays.push((await closed) - leftAtMs)
    seen.delete(id)
  }
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < TRIALS) {
      next += 1
      await trial(next)
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  await gateway.stop()
  const sorted = delays.toSorted((a, b) => a - b)
  const within = sorted.filter((ms) => ms <= LIMIT_MS).length
  console.log(
    JSON.stringify({
      aborts: delays.length,
      withinLimit: within,
      limitMs: LIMIT_MS,
      p50Ms: round(sorted[Math.floor(sorted.length / 2)]),
      p99Ms: round(sorted[Math.floor(sorted.length * 0.99)]),
      maxMs: round(sorted.at(-1)),
    }),
  )
}

function round(ms: number | undefined): number {
  return Math.round((ms ?? 0) * 100) / 100
}

interface Count {
  sent: number
  whole: number
  lost: number
  refused: number
  causes: Record<string, number>
}

/** Streams of SECONDS, RATE new ones a second; the signal comes when as many run as ever will. */
async function measureDrain(): Promise<void> {
  const port = await startUpstream((_body, socket) => {
    socket.write(HEAD)
    let left = SECONDS
    const timer = setInterval(() => {
      left -= 1
      if (left > 0) socket.write(EVENT)
      else {
        clearInterval(timer)
        socket.write(LAST)
      }
    }, 1000)
    socket.on('close', () => clearInterval(timer))
  })
  const [first, second] = await Promise.all([startGateway(port), startGateway(port)])
  const count: Count = { sent: 0, whole: 0, lost: 0, refused: 0, causes: {} }
  const running = new Set<Promise<void>>()
  const startedAtMs = performance.now()
  let signalledAtMs: number | undefined
  const lastMs = (SECONDS + 5) * 1000
  while (performance.now() - startedAtMs < lastMs) {
    const due = ((performance.now() - startedAtMs) / 1000) * RATE
    while (count.sent < due) {
      count.sent += 1
      const one = ask([first, second], count)
      running.add(one)
      void one.finally(() => running.delete(one))
    }
    if (signalledAtMs === undefined && performance.now() - startedAtMs > (SECONDS + 1) * 1000) {
      signalledAtMs = performance.now()
      console.error(`SIGTERM with ${running.size} streams running`)
      process.kill(first.pid, 'SIGTERM')
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(running)
  await second.stop()
  console.log(JSON.stringify({ drain: { rate: RATE, seconds: SECONDS, ...count } }))
  process.exit(count.lost === 0 ? 0 : 3)
}

/** To the first gateway that takes the connection. */
async function ask(gateways: readonly Child[], count: Count): Promise<void> {
  for (const { port } of gateways) {
    const end = await stream(port)
    if (end === 'ECONNREFUSED') {
      count.refused += 1
      continue
    }
    if (end === 'whole') count.whole += 1
    else {
      count.lost += 1
      count.causes[end] = (count.causes[end] ?? 0) + 1
    }
    return
  }
}

function stream(port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = send({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/chat/completions',
      agent: false,
      headers: { 'content-type': 'application/json' },
    })
    request.on('error', (error) => resolve('code' in error ? String(error.code) : 'error'))
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      response.on('error', () => resolve('cut'))
      response.on('end', () => {
        const events = text.split('data: ').length - 1
        if (response.statusCode !== 200) resolve(`status ${response.statusCode}`)
        else resolve(text.endsWith('data: [DONE]\n\n') && events === SECONDS + 1 ? 'whole' : 'truncated')
      })
    })
    request.end(bodyOf('hello'))
  })
}

const wanted = positionals[0]
if (wanted !== 'drain') await measureAborts()
if (wanted !== 'aborts') await measureDrain()
process.exit(0)
