/**
 * What the gateway's journeys share: a river that needs no artifact (a query with "easy" in it is easy) and a scripted upstream on
 * a raw socket, so that a test says exactly which bytes arrive and when.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { Encoder, Estimator, Mode, OperatingPoint, Query, River } from '@weir/core'
import { startGateway, type Gateway, type GatewayOptions } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import type { UpstreamModel } from '../src/upstream/definition.ts'

const encoder: Encoder = {
  spec: { name: 'fake', version: 1, buckets: 2, channels: [], surface: [] },
  encode({ turns }: Query) {
    const isEasy = turns.some(({ text }) => text.includes('easy'))
    return {
      indices: Uint32Array.of(isEasy ? 1 : 0),
      values: Float32Array.of(1),
      surface: new Float32Array(0),
      truncated: turns.some(({ text }) => text.length > 100_000),
    }
  },
}

const estimator: Estimator = {
  name: 'fake',
  estimate: ({ indices }) => ({ pSmall: indices[0] === 1 ? 0.875 : 0.125 }),
}

function levelsOf(mode: Mode): OperatingPoint[] {
  return [0.5, 0.9, 0.95, 1].map((quality) => ({
    quality,
    mode,
    threshold: quality === 1 ? null : quality === 0.5 ? 0 : quality - 0.4,
    expectedCostAdvantage: 1 - quality,
    expectedQuality: quality,
  }))
}

/** Small when the query says "easy", at every level below 1; at level 0.5 always. */
export const RIVER: River = {
  pair: { small: 'small', large: 'large' },
  candidates: [{ model: 'small', images: false }, { model: 'large' }],
  encoder,
  estimator,
  levels: { promise: levelsOf('promise'), estimate: levelsOf('estimate') },
  mode: 'promise',
  confidence: 0.95,
}

/** One HTTP request as the upstream saw it. */
export interface Seen {
  readonly head: string
  readonly body: string
  readonly socket: Socket
}

export interface Upstream {
  readonly url: string
  readonly seen: Seen[]
  /** Connections that the gateway closed. */
  readonly closed: Socket[]
  close(): Promise<void>
}

/** `answer` writes the raw bytes of the response. */
export async function startUpstream(answer: (seen: Seen) => void | Promise<void>): Promise<Upstream> {
  const seen: Seen[] = []
  const closed: Socket[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    let bytes = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      closed.push(socket)
    })
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let request = take(); request !== undefined; request = take()) {
        const one: Seen = { ...request, socket }
        seen.push(one)
        void answer(one)
      }
    })
    const take = (): { head: string; body: string } | undefined => {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return undefined
      const head = bytes.toString('latin1', 0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (bytes.length < end + 4 + length) return undefined
      const body = bytes.toString('utf8', end + 4, end + 4 + length)
      bytes = bytes.subarray(end + 4 + length)
      return { head, body }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    closed,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** A response with a length. */
export function http(status: number, body: string, headers: readonly string[] = []): string {
  const type = headers.some((line) => /^content-type/i.test(line)) ? [] : ['content-type: application/json']
  const lines = [`HTTP/1.1 ${status} X`, ...type, ...headers, `content-length: ${Buffer.byteLength(body)}`]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export const SSE_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n'

/** One piece of a chunked body. */
export function piece(bytes: Buffer | string): Buffer {
  const data = Buffer.from(bytes)
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')])
}

export const LAST_PIECE = '0\r\n\r\n'

export function completion(model: string, content: string): string {
  return JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 },
  })
}

export function streamEvents(model: string, pieces: readonly string[]): readonly string[] {
  const chunk = (choices: unknown, usage: unknown = null): string =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model, choices, usage })}\n\n`
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...pieces.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }),
    'data: [DONE]\n\n',
  ]
}

const running: { close(): Promise<void> }[] = []

/** Registers what `afterEach` closes, last first. */
export function closeLater<T extends { close(): Promise<void> }>(started: T): T {
  running.push(started)
  return started
}

afterEach(async () => {
  for (const started of running.splice(0).reverse()) await started.close()
})

export interface Fleet {
  readonly gateway: Gateway
  readonly small: Upstream
  readonly large: Upstream
}

type Answer = Parameters<typeof startUpstream>[0]

/** A gateway in front of two scripted upstreams. */
export async function startFleet(
  answers: { readonly small: Answer; readonly large: Answer },
  options: Partial<GatewayOptions> & { readonly definition?: Partial<UpstreamModel> } = {},
): Promise<Fleet> {
  const small = closeLater(await startUpstream(answers.small))
  const large = closeLater(await startUpstream(answers.large))
  const { definition, ...rest } = options
  const gateway = closeLater(
    await startGateway({
      river: RIVER,
      models: [
        { model: 'small', baseUrl: small.url, inputUsdPerMTok: 1, outputUsdPerMTok: 2, ...definition },
        {
          model: 'large',
          baseUrl: `${large.url}/v1`,
          inputUsdPerMTok: 10,
          outputUsdPerMTok: 20,
          ...definition,
        },
      ],
      listen: { port: 0 },
      log: SILENT,
      ...rest,
    }),
  )
  return { gateway, small, large }
}

/** Answers every request with a completion that carries its model's name. */
export function answering(model: string, content = `from ${model}`): Answer {
  return ({ socket }) => void socket.write(http(200, completion(model, content)))
}

export function chatBody(text: string, extra: object = {}): string {
  return JSON.stringify({ model: 'weir', messages: [{ role: 'user', content: text }], ...extra })
}

export async function post(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  if (!condition()) throw new Error('what was waited for did not happen')
}
