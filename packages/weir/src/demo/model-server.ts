/**
 * One program behind a loopback HTTP endpoint in the OpenAI shape: JSON and server-sent events, /v1/models, errors with all four keys.
 * Tokens leave at a fixed pace, streamed or not, because a model that writes more takes longer; there is no other waiting.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from './read.ts'
import { splitTokens } from './tokens.ts'
import * as wire from './wire.ts'

export interface ModelServerOptions {
  /** Time for one output token, ms. 0 answers at once. */
  readonly msPerToken: number
  /** Default 0: a free one. */
  readonly port?: number
}

export interface ModelServer {
  /** For example "http://127.0.0.1:40001". */
  readonly url: string
  /** Answers being written now. */
  active(): number
  close(): Promise<void>
}

/** Largest request body, bytes. Questions are a few hundred. */
const MAX_BODY_BYTES = 1024 * 1024

export async function startModelServer(program: Program, options: ModelServerOptions): Promise<ModelServer> {
  let active = 0
  const server = createServer((request, response) => {
    active += 1
    response.once('close', () => (active -= 1))
    handle({ program, options }, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    active: () => active,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Model {
  readonly program: Program
  readonly options: ModelServerOptions
}

async function handle(model: Model, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '').replace(/^\/v1(?=\/)/, '')
  if (path === '/models' && request.method === 'GET') {
    return send(response, 200, wire.writeModels(model.program.model, unixSeconds()))
  }
  if (path !== '/chat/completions') return send(response, 404, wire.writeError('No such path.', 'not_found'))
  if (request.method !== 'POST')
    return send(response, 405, wire.writeError('Use POST.', 'method_not_allowed'))
  const body = await readBody(request)
  if (body === undefined) return send(response, 413, wire.writeError('The body is too large.', 'too_large'))
  const chat = wire.readChatRequest(body)
  if (typeof chat === 'string') return send(response, 400, wire.writeError(chat, 'invalid_body'))
  await answer(model, chat, response)
}

function send(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body)
}

/** The body as text; undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function answer(
  { program, options }: Model,
  chat: wire.ChatRequest,
  response: ServerResponse,
): Promise<void> {
  const startedMs = performance.now()
  const all = splitTokens(program.reply(chat.prompt).text)
  const tokens = all.slice(0, chat.maxTokens)
  const finishReason = tokens.length < all.length ? 'length' : 'stop'
  const usage = countUsage(chat, tokens.length)
  const head: wire.Head = { id: `chatcmpl-${randomUUID()}`, created: unixSeconds(), model: program.model }
  const pace = new AbortController()
  response.once('close', () => pace.abort())
  // The head leaves before the first token: a client sees that the stream stands.
  if (chat.isStream) startStream(response, head, chat)
  for (const [index, token] of tokens.entries()) {
    const isHere = await waitUntil(startedMs + (index + 1) * options.msPerToken, pace.signal)
    if (!isHere) return
    if (chat.isStream) response.write(wire.writeChunk(head, { content: token }, chat))
  }
  if (!chat.isStream)
    return send(
      response,
      200,
      wire.writeCompletion({ ...head, content: tokens.join(''), finishReason, usage }),
    )
  response.write(wire.writeChunk(head, {}, { finishReason, includesUsage: chat.includesUsage }))
  if (chat.includesUsage) response.write(wire.writeUsageChunk(head, usage))
  response.end(wire.DONE)
}

function startStream(response: ServerResponse, head: wire.Head, chat: wire.ChatRequest): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.write(wire.writeChunk(head, { role: 'assistant', content: '' }, chat))
}

/** Waits until the time has come; false when the client went away. Times that have passed do not wait, so timers cannot add up. */
async function waitUntil(dueMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = dueMs - performance.now()
  if (waitMs >= 1) await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}

function countUsage(chat: wire.ChatRequest, completionTokens: number): wire.WireUsage {
  const promptTokens = splitTokens(chat.allText).length
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

function unixSeconds(): number {
  return Math.floor(new Date().getTime() / 1000)
}
