/**
 * The fault grid: a stream that breaks at every position, in every way, for every pair of a caller's and an upstream's dialect. Before the
 * commit point the other model answers and the caller sees nothing of it; after it the caller has whole events of the first model only, then a
 * well-formed error event of its own dialect, and the row says that the attempt failed. No text is ever repeated.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isRecord } from '@weir/core'
import { createSecret } from '../../src/config/secret.ts'
import { startGateway, type Gateway } from '../../src/gateway/start.ts'
import { encodeFrame } from '../../src/dialect/event-frames.ts'
import type { LiveOutcome } from '../../src/record/live-outcome.ts'
import { readOutcomeStore } from '../../src/record/store-reader.ts'
import { SILENT } from '../../src/telemetry/log.ts'
import { DEFAULT_FAULTS } from '../../src/upstream/faults.ts'
import {
  LAST_PIECE,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startUpstream,
  streamEvents,
  type Seen,
} from '../gateway-support.ts'

const TEXT = ['one ', 'two ', 'three']
const GOOD = 'the other answer'

interface Spoken {
  readonly name: string
  readonly provider: 'openai-compatible' | 'anthropic' | 'gemini' | 'openai' | 'bedrock'
  readonly dialect?: 'responses'
  readonly head: string
  readonly events: readonly Buffer[]
  readonly error: Buffer
  readonly garbage: Buffer
}

const named = (type: string, rest: object = {}): Buffer =>
  Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`)
const plain = (data: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`)
const GARBAGE = Buffer.from('data: {"broken\n\n')

const USAGE = { input_tokens: 12, output_tokens: 34 }
const MESSAGE = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'small',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: USAGE,
}
const RESPONSE = {
  id: 'r',
  object: 'response',
  created_at: 1,
  status: 'in_progress',
  model: 'small',
  output: [],
}
const PART = { type: 'output_text', text: '', annotations: [] }
const ITEM = { id: 'i', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
const place = { item_id: 'i', output_index: 0, content_index: 0 }
const answered = { ...ITEM, status: 'completed', content: [{ ...PART, text: TEXT.join('') }] }

const frame = (type: string, payload: object, kind: 'event' | 'exception' = 'event'): Buffer =>
  encodeFrame({ ':message-type': kind, [`:${kind}-type`]: type }, JSON.stringify(payload))

const UPSTREAMS: readonly Spoken[] = [
  {
    name: 'chat',
    provider: 'openai-compatible',
    head: SSE_HEAD,
    events: streamEvents('small', TEXT).map((event) => Buffer.from(event)),
    error: plain({ error: { message: 'overloaded', type: 'server_error', param: null, code: null } }),
    garbage: GARBAGE,
  },
  {
    name: 'messages',
    provider: 'anthropic',
    head: SSE_HEAD,
    events: [
      named('message_start', { message: MESSAGE }),
      named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...TEXT.map((text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
      named('content_block_stop', { index: 0 }),
      named('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: USAGE }),
      named('message_stop'),
    ],
    error: named('error', { error: { type: 'overloaded_error', message: 'overloaded' } }),
    garbage: GARBAGE,
  },
  {
    name: 'responses',
    provider: 'openai',
    dialect: 'responses',
    head: SSE_HEAD,
    events: [
      named('response.created', { response: RESPONSE, sequence_number: 0 }),
      named('response.output_item.added', { output_index: 0, item: ITEM, sequence_number: 1 }),
      named('response.content_part.added', { ...place, part: PART, sequence_number: 2 }),
      ...TEXT.map((delta, i) =>
        named('response.output_text.delta', { ...place, delta, sequence_number: 3 + i }),
      ),
      named('response.output_text.done', { ...place, text: TEXT.join(''), sequence_number: 6 }),
      named('response.output_item.done', { output_index: 0, item: answered, sequence_number: 7 }),
      named('response.completed', {
        response: {
          ...RESPONSE,
          status: 'completed',
          output: [answered],
          usage: { ...USAGE, total_tokens: 46 },
        },
        sequence_number: 8,
      }),
    ],
    error: named('error', { code: 'server_error', message: 'overloaded', param: null, sequence_number: 9 }),
    garbage: GARBAGE,
  },
  {
    name: 'gemini',
    provider: 'gemini',
    head: SSE_HEAD,
    events: TEXT.map((text, i) =>
      plain({
        candidates: [
          {
            index: 0,
            content: { role: 'model', parts: [{ text }] },
            ...(i === 2 ? { finishReason: 'STOP' } : {}),
          },
        ],
        usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 34, totalTokenCount: 46 },
        modelVersion: 'small',
        responseId: 'g',
      }),
    ),
    error: plain({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }),
    garbage: GARBAGE,
  },
  {
    name: 'bedrock',
    provider: 'bedrock',
    head: SSE_HEAD.replace('text/event-stream; charset=utf-8', 'application/vnd.amazon.eventstream'),
    events: [
      frame('messageStart', { role: 'assistant' }),
      ...TEXT.map((text) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', {
        usage: { inputTokens: 12, outputTokens: 34, totalTokens: 46 },
        metrics: { latencyMs: 1 },
      }),
    ],
    error: frame('throttlingException', { message: 'overloaded' }, 'exception'),
    garbage: Buffer.from('this is no frame of an event stream at all, whatever its length'),
  },
]

const FAULTS = ['cut', 'stall', 'error', 'garbage', 'end', 'half'] as const
const BEFORE_HEAD = ['status 503', 'status 429', 'closes', 'silent'] as const
type Fault = (typeof FAULTS)[number] | (typeof BEFORE_HEAD)[number]

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

/** The position and fault stand in the prompt. */
function breaking({ head, events, error, garbage }: Spoken): (seen: Seen) => Promise<void> {
  return async ({ socket, body }) => {
    const [, fault = '', at = '0'] = /easy \[([a-z0-9 ]+)@(\d+)\]/.exec(body) ?? []
    if (fault === 'closes') return void socket.destroy()
    if (fault === 'silent') return
    if (fault.startsWith('status')) {
      return void socket.write(
        `HTTP/1.1 ${fault.slice(7)} X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
      )
    }
    socket.write(head)
    for (const event of events.slice(0, Number(at))) {
      await turn()
      socket.write(piece(event))
    }
    await turn()
    breakOff(fault, socket, { next: events[Number(at)] ?? garbage, error, garbage })
  }
}

interface Bytes {
  readonly next: Buffer
  readonly error: Buffer
  readonly garbage: Buffer
}

function breakOff(fault: string, socket: Seen['socket'], { next, error, garbage }: Bytes): void {
  const breaks: Readonly<Record<string, () => void>> = {
    cut: () => socket.resetAndDestroy(),
    stall: () => {},
    error: () => socket.write(Buffer.concat([piece(error), Buffer.from(LAST_PIECE)])),
    garbage: () => socket.write(Buffer.concat([piece(garbage), Buffer.from(LAST_PIECE)])),
    end: () => socket.write(LAST_PIECE),
    half: () => socket.end(piece(next.subarray(0, Math.floor(next.length / 2)))),
  }
  breaks[fault]?.()
}

/** The other model: whole, in chat, as any candidate of the pool may be. */
async function answer({ socket }: Seen): Promise<void> {
  socket.write(SSE_HEAD)
  for (const event of streamEvents('large', [GOOD])) socket.write(piece(event))
  socket.write(LAST_PIECE)
}

interface Client {
  readonly path: string
  body(text: string): object
  /** Text of an event's data; undefined when it holds none. */
  textOf(data: Record<string, unknown>): string | undefined
  isError(data: Record<string, unknown>): boolean
  isEnd(data: unknown): boolean
}

const CLIENTS: Readonly<Record<'chat' | 'messages' | 'responses', Client>> = {
  chat: {
    path: '/v1/chat/completions',
    body: (text) => ({ messages: [{ role: 'user', content: text }] }),
    textOf: ({ choices }) => (choices as { delta?: { content?: string } }[] | undefined)?.[0]?.delta?.content,
    isError: ({ error }) =>
      isRecord(error) && ['message', 'type', 'param', 'code'].every((key) => key in error),
    isEnd: (data) => data === '[DONE]',
  },
  messages: {
    path: '/v1/messages',
    body: (text) => ({ max_tokens: 100, messages: [{ role: 'user', content: text }] }),
    textOf: ({ delta }) => (delta as { text?: string } | undefined)?.text,
    isError: ({ type, error }) => type === 'error' && isRecord(error) && typeof error['type'] === 'string',
    isEnd: (data) => isRecord(data) && data['type'] === 'message_stop',
  },
  responses: {
    path: '/v1/responses',
    body: (text) => ({ input: text, store: false }),
    textOf: ({ type, delta }) => (type === 'response.output_text.delta' ? String(delta) : undefined),
    isError: ({ type }) => type === 'error' || type === 'response.failed',
    isEnd: (data) => isRecord(data) && data['type'] === 'response.completed',
  },
}

interface Heard {
  readonly text: string
  readonly errors: number
  readonly isEnded: boolean
}

/** Throws for an event that is no JSON: a client would. */
function hear(client: Client, stream: string): Heard {
  let text = ''
  let errors = 0
  let isEnded = false
  for (const line of stream.split(/\r?\n/)) {
    if (!line.startsWith('data:')) continue
    const payload = line.slice(5).trim()
    const data: unknown = payload === '[DONE]' ? payload : JSON.parse(payload)
    if (client.isEnd(data)) isEnded = true
    if (!isRecord(data)) continue
    text += client.textOf(data) ?? ''
    if (client.isError(data)) errors += 1
  }
  return { text, errors, isEnded }
}

interface Case {
  readonly fault: Fault
  readonly at: number
}

const folder = mkdtempSync(join(tmpdir(), 'weir-grid-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function readRows(path: string): Promise<readonly LiveOutcome[]> {
  const rows: unknown[] = []
  for await (const row of readOutcomeStore(path)) rows.push(row)
  return rows as LiveOutcome[]
}

let cases = 0
const pairs = UPSTREAMS.flatMap((spoken) =>
  (Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]).map((client) => [client, spoken.name, spoken] as const),
)

async function start(spoken: Spoken, url: string, path: string): Promise<Gateway> {
  const large = await startUpstream(answer)
  const apiKey = createSecret('env:K', 'test-key')
  const { provider, dialect } = spoken
  const gateway = await startGateway({
    river: RIVER,
    models: [
      {
        model: 'small',
        baseUrl: url,
        provider,
        apiKey,
        region: 'eu-west-1',
        ...(dialect === undefined ? {} : { dialect }),
      },
      { model: 'large', baseUrl: large.url, apiKey },
    ],
    listen: { port: 0 },
    log: SILENT,
    record: { path },
    timeouts: { connectMs: 2000, firstByteMs: 1000, idleMs: 1000 },
    // Each fault is met by the other model, without a second try of the first, and however often it fails.
    faults: {
      ...DEFAULT_FAULTS,
      retry: { ...DEFAULT_FAULTS.retry, count: 0 },
      breaker: { ...DEFAULT_FAULTS.breaker, failures: 0 },
    },
  })
  return {
    ...gateway,
    close: async () => {
      await gateway.close()
      await large.close()
    },
  }
}

describe.concurrent.each(pairs)('a %s caller at a %s upstream', (name, _upstream, spoken) => {
  it('every position, every fault', async () => {
    const client = CLIENTS[name]
    const small = await startUpstream(breaking(spoken))
    const path = join(folder, `${name}-${spoken.name}.sqlite`)
    const gateway = await start(spoken, small.url, path)
    const grid: readonly Case[] = [
      ...BEFORE_HEAD.map((fault) => ({ fault, at: 0 })),
      // After the last event but one or two the answer may be complete: what breaks then is not seen, and need not be.
      ...spoken.events.slice(0, -2).flatMap((_, at) => FAULTS.map((fault) => ({ fault, at }))),
    ]
    const ids = new Map<string, Heard>()
    await Promise.all(
      grid.map(async ({ fault, at }) => {
        const body = { model: 'weir', stream: true, ...client.body(`easy [${fault}@${at}]`) }
        const response = await post(gateway.url + client.path, JSON.stringify(body))
        const label = `${fault} at ${at}`
        expect(response.status, label).toBe(200)
        const heard = hear(client, await response.text())
        const isSwitched = response.headers.get('x-weir-model') === 'large'
        if (isSwitched) {
          expect(heard, label).toEqual({ text: GOOD, errors: 0, isEnded: true })
          expect(response.headers.get('x-weir-reason'), label).toBe('failover')
        } else {
          expect(at, label).toBeGreaterThan(0)
          expect(TEXT.join('').startsWith(heard.text), `${label}: ${heard.text}`).toBe(true)
          // A responses stream says it twice, as OpenAI's does: an event `error`, then `response.failed`.
          expect(heard.errors, label).toBeGreaterThan(0)
          expect(heard.errors, label).toBeLessThanOrEqual(name === 'responses' ? 2 : 1)
          expect(heard.isEnded, label).toBe(false)
        }
        ids.set(response.headers.get('x-weir-decision-id') ?? '', heard)
        cases += 1
      }),
    )
    await gateway.close()
    await small.close()
    const rows = await readRows(path)
    expect(rows.length).toBe(grid.length)
    for (const row of rows) {
      const [first] = row.attempts
      expect(first, JSON.stringify(row.attempts)).toMatchObject({
        model: 'small',
        verdict: 'failed',
        error: expect.any(String),
      })
      expect('small' in row.models).toBe(false)
    }
  })
})

it('the grid is whole', () => {
  expect(cases).toBeGreaterThan(350)
})
