/**
 * Canaries: unique secrets planted wherever one can be (keys, headers, prompts, answers, errors of upstreams, paths) and looked for in everything
 * that weir writes or says. Whoever adds a sink adds a row to SINKS; whoever adds a place for a secret adds one to CANARIES.
 *
 * threats.md: keys in logs and traces (LiteLLM, 18 Mar 2026).
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSecret } from '../../src/config/secret.ts'
import type { Gateway } from '../../src/gateway/start.ts'
import { startGateway } from '../../src/gateway/start.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createRequestLog } from '../../src/telemetry/request-log.ts'
import { SEMCONV } from '../../src/telemetry/semconv.ts'
import { createSpanObserver } from '../../src/telemetry/spans.ts'
import { createFactTable } from '../../src/telemetry/upstream-facts.ts'
import {
  http,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startUpstream,
  streamEvents,
  completion,
  type Upstream,
} from '../gateway-support.ts'

/** Where a secret stands. Each is a word of its own, so that a hit says which one got out. */
const CANARIES = {
  operatorKey: 'canary-operator-key-3f81',
  secondKey: 'canary-second-key-77aa',
  authorization: 'canary-authorization-9c02',
  apiKeyHeader: 'canary-api-key-header-1b5d',
  cookie: 'canary-cookie-e4e4',
  otherHeader: 'canary-other-header-50aa',
  prompt: 'canary-prompt-a771',
  system: 'canary-system-0d0e',
  tool: 'canary-tool-66f1',
  brokenBody: 'canary-broken-body-2210',
  answer: 'canary-answer-c3c9',
  streamed: 'canary-streamed-8a8b',
  upstreamError: 'canary-upstream-error-b6b7',
  upstreamHeader: 'canary-upstream-header-4747',
  query: 'canary-query-19e3',
} as const

type Canary = keyof typeof CANARIES
/** What a caller rightly gets: its own answer. */
const GIVEN: readonly Canary[] = ['answer', 'streamed']

interface Answered {
  readonly name: string
  readonly head: string
  readonly body: string
}

const lines: string[] = []
const answers: Answered[] = []
const exporter = new InMemorySpanExporter()
let folder = ''
let metrics = ''
let files = ''

const SINKS: Readonly<Record<string, () => { readonly text: string; readonly allowed?: readonly Canary[] }>> =
  {
    'every log line, JSON and text': () => ({ text: lines.join('') }),
    'the page of metrics': () => ({ text: metrics }),
    'every span': () => ({
      text: JSON.stringify(
        exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
          name,
          attributes,
          events,
          status,
          links,
        })),
      ),
    }),
    'the files of the outcome store': () => ({ text: files }),
    'the headers of every answer': () => ({ text: answers.map(({ head }) => head).join('\n') }),
    'the bodies of errors': () => ({
      text: answers
        .filter(({ name }) => name !== 'good')
        .map(({ body }) => body)
        .join('\n'),
      // The start of a stream that broke off later was the caller's own answer.
      allowed: ['streamed'],
    }),
    'the bodies of answers': () => ({ text: answers.map(({ body }) => body).join('\n'), allowed: GIVEN }),
  }

const HEADERS = {
  authorization: `Bearer ${CANARIES.authorization}`,
  'x-api-key': CANARIES.apiKeyHeader,
  cookie: `session=${CANARIES.cookie}`,
  'x-other': CANARIES.otherHeader,
  traceparent: CANARIES.otherHeader,
}

function bodyOf(text: string, extra: object = {}): string {
  return JSON.stringify({
    model: 'weir',
    messages: [
      { role: 'system', content: CANARIES.system },
      { role: 'user', content: `${text} ${CANARIES.prompt}` },
    ],
    tools: [{ type: 'function', function: { name: 'f', description: CANARIES.tool } }],
    ...extra,
  })
}

async function ask(name: string, url: string, body: string): Promise<void> {
  const response = await post(url, body, HEADERS)
  const head = JSON.stringify([...response.headers])
  answers.push({ name, head, body: await response.text().catch(() => '') })
}

/** Small answers; large fails with words of its own, or breaks its stream off. */
async function startBoth(): Promise<readonly [Upstream, Upstream]> {
  const leak = [`x-leak: ${CANARIES.upstreamHeader}`, `set-cookie: a=${CANARIES.upstreamHeader}`]
  const small = await startUpstream(
    ({ socket }) => void socket.write(http(200, completion('small', CANARIES.answer), leak)),
  )
  const large = await startUpstream(({ socket, body }) => {
    if (!body.includes('"stream":true')) {
      socket.write(http(500, JSON.stringify({ error: { message: CANARIES.upstreamError } }), leak))
      return
    }
    socket.write(SSE_HEAD)
    socket.write(piece(streamEvents('large', [CANARIES.streamed])[1] ?? ''), () => socket.destroy())
  })
  return [small, large]
}

function watchers(): NonNullable<Parameters<typeof startGateway>[0]['observers']> {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const facts = createFactTable(SEMCONV['1.41'])
  const spans = createSpanObserver({
    tracer: provider.getTracer('weir'),
    semconv: '1.41',
    facts,
    content: false,
  })
  const text = createLog({ write: (line) => lines.push(line), now: () => new Date(), pretty: true })
  const requests = createRequestLog(text, 'all')
  return requests === undefined ? [spans] : [spans, requests]
}

async function askEverything(gateway: Gateway): Promise<void> {
  const chat = `${gateway.url}/v1/chat/completions`
  // First, as long as the breaker of the failing model is closed.
  await ask('broken stream', chat, bodyOf('hard', { stream: true }))
  await ask('good', chat, bodyOf('easy'))
  await ask('good', chat, bodyOf('easy', { weir: { explain: true } }))
  await ask('good', chat, bodyOf('hard'))
  await ask('failed', chat, bodyOf('', { model: 'large' }))
  await ask('broken body', chat, `{"model": "weir", "messages": [{"content": "${CANARIES.brokenBody}`)
  await ask(
    'wrong extension',
    chat,
    bodyOf('easy', { weir: { quality: CANARIES.brokenBody } }).replace(CANARIES.brokenBody, '7'),
  )
  await ask(
    'messages dialect',
    `${gateway.url}/v1/messages`,
    bodyOf('hard', { model: 'large', max_tokens: 1 }),
  )
  await ask('messages dialect, broken', `${gateway.url}/v1/messages`, `{"x": "${CANARIES.brokenBody}`)
  await ask(
    'responses dialect',
    `${gateway.url}/v1/responses`,
    JSON.stringify({ model: 'large', input: CANARIES.prompt }),
  )
  await ask('no such path', `${gateway.url}/v1/nothing?key=${CANARIES.query}`, bodyOf('easy'))
  await ask(
    'no such decision',
    `${gateway.url}/v1/weir/feedback?key=${CANARIES.query}`,
    '{"decisionId": "x", "quality": 1}',
  )
  await ask('wrong method', `${gateway.url}/v1/models?key=${CANARIES.query}`, bodyOf('easy'))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-canary-'))
  const [small, large] = await startBoth()
  const gateway = await startGateway({
    river: RIVER,
    models: [
      { model: 'small', baseUrl: small.url, inputUsdPerMTok: 1, outputUsdPerMTok: 2 },
      {
        model: 'large',
        baseUrl: large.url,
        apiKeys: [createSecret('env:A', CANARIES.operatorKey), createSecret('env:B', CANARIES.secondKey)],
      },
    ],
    listen: { port: 0 },
    metrics: { listen: { port: 0 } },
    record: { path: join(folder, 'outcomes.sqlite') },
    observers: watchers(),
    log: createLog({ level: 'debug', write: (line) => lines.push(line), now: () => new Date() }),
  })
  await askEverything(gateway)
  metrics = await (await fetch(gateway.metricsUrl ?? '')).text()
  await gateway.close()
  await Promise.all([small.close(), large.close()])
  const names = await readdir(folder)
  files = (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('secrets planted everywhere', () => {
  it('were really sent, answered and watched', () => {
    expect(answers.find(({ name }) => name === 'good')?.body).toContain(CANARIES.answer)
    expect(answers.find(({ name }) => name === 'broken stream')?.body).toContain(CANARIES.streamed)
    expect(lines.length).toBeGreaterThan(5)
    expect(exporter.getFinishedSpans().length).toBeGreaterThan(10)
    expect(metrics).toContain('weir_requests_total')
    expect(files).toContain('score_at_or_above_threshold')
  })

  it.each(Object.keys(SINKS))('are not in %s', (sink) => {
    const { text, allowed = [] } = SINKS[sink]?.() ?? { text: '' }
    expect(text.length).toBeGreaterThan(10)
    const hits = (Object.keys(CANARIES) as Canary[]).filter(
      (name) => !allowed.includes(name) && text.includes(CANARIES[name]),
    )
    expect(hits).toEqual([])
  })
})
