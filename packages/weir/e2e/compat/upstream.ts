/**
 * Mock upstreams of the compatibility matrix: each speaks one dialect as its public specification has it, replies what it is told, and
 * remembers what it was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Received, Reply, Wire } from './scenario.ts'

export interface Speaker {
  readonly dialect: 'chat' | 'messages' | 'responses' | 'gemini'
  read(body: Wire, request: IncomingMessage): Received
  whole(reply: Reply): object
  /** Events as text, each with its blank line. */
  stream(reply: Reply, body: Wire): readonly string[]
  error(status: number): object
}

/** What happens to the next requests, in order; afterwards every one is replied to. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** No byte ever. */
  | { readonly kind: 'silence' }
  /** Nothing after the first event. */
  | { readonly kind: 'stall' }

export interface MockUpstream {
  readonly url: string
  reply: Reply
  readonly faults: Fault[]
  readonly received: Received[]
  /** Requests whose connection the gateway closed before the answer was whole. */
  aborted: number
  close(): Promise<void>
}

export async function startMock(speaker: Speaker): Promise<MockUpstream> {
  const mock: Omit<MockUpstream, 'url' | 'close'> = { reply: NOTHING, faults: [], received: [], aborted: 0 }
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) state.aborted += 1
    })
    handle(speaker, state, { request, response }).catch((thrown: unknown) => {
      // What the speaker cannot read it refuses, so that the case fails at once and says why.
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { type: 'invalid_request_error', message: String(thrown) } }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const state: MockUpstream = Object.assign(mock, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
  return state
}

const NOTHING: Reply = { text: '', calls: [], finish: 'stop', usage: { input: 1, cached: 0, output: 1 } }

interface Http {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function handle(speaker: Speaker, mock: MockUpstream, { request, response }: Http): Promise<void> {
  const body = JSON.parse(await text(request))
  const received = speaker.read(body, request)
  mock.received.push(received)
  const fault = mock.faults.shift()
  if (fault?.kind === 'silence') return
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
    response.end(JSON.stringify(speaker.error(fault.status)))
    return
  }
  if (!received.isStream) {
    if (fault?.kind === 'stall') return
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(speaker.whole(mock.reply)))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const event of speaker.stream(mock.reply, body)) {
    response.write(event)
    if (fault?.kind === 'stall') return
  }
  response.end()
}

/** In pieces of a few characters, none of which ends inside a character: JSON escapes those. */
export function pieces(whole: string, count = 4): readonly string[] {
  const points = Array.from(whole)
  const size = Math.max(1, Math.ceil(points.length / count))
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    points.slice(i * size, (i + 1) * size).join(''),
  )
}
