/**
 * Random streams with random faults at random places through a two-stage cascade: whatever the upstreams do, a caller gets one model's answer,
 * each token once and in order, or a prefix of it and an error; never half a tool call; in time; and no upstream is left open.
 *
 * Every token names its request, its model and its place, so that a lost, doubled or foreign one is seen.
 */
import { request as httpRequest, Agent } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '@weir/core'
import { eventsOf, startCascade, type Asked, type Reply } from './cascade-support.ts'
import { chatBody, until } from './gateway-support.ts'

const RUNS = 10_000
const CONCURRENCY = 64
const SEED = 20_405
/** Longest that an upstream may be silent, ms. */
const IDLE_MS = 5_000
/** Time cap of every fourth request, ms. */
const CAP_MS = 1_000

const FAULTS = ['none', 'cut', 'stall', 'silent', 'error', 'garbage', 'early-end', 'status'] as const
type Fault = (typeof FAULTS)[number]

/** What one model does to one request. */
interface Behaviour {
  readonly fault: Fault
  readonly reply: Reply
  /** Sizes of the pieces that the bytes are cut into. */
  readonly pieces: number
  readonly isSlow: boolean
  /** Share of the bytes that are sent before the fault. */
  readonly at: number
}

interface Script {
  readonly small: Behaviour
  readonly large: Behaviour
}

function behaviourOf(rng: Rng, model: string, id: number): Behaviour {
  const isFaulty = rng.next() < 0.4
  // Silence costs its timeout: little of it keeps the run short.
  const drawn = FAULTS[1 + Math.floor(rng.next() * (FAULTS.length - 1))] ?? 'cut'
  const isLong = (drawn === 'stall' || drawn === 'silent') && rng.next() < 0.8
  const fault = !isFaulty ? 'none' : isLong ? 'cut' : drawn
  const count = 1 + Math.floor(rng.next() * 12)
  const text = Array.from({ length: count }, (_, i) => `${model}.${id}.${i}`).join(' ')
  const isCall = rng.next() < 0.25
  const calls = Array.from({ length: 1 + Math.floor(rng.next() * 2) }, (_, i) => ({
    name: `${model}_${i}`,
    arguments: JSON.stringify({ id, text: 'x'.repeat(1 + Math.floor(rng.next() * 40)) }),
  }))
  return {
    fault,
    reply: {
      p: rng.next() < 0.5 ? 0.8 : 0.2,
      text: isCall && rng.next() < 0.5 ? '' : text,
      ...(isCall ? { toolCalls: calls } : {}),
    },
    pieces: 1 + Math.floor(rng.next() * 8),
    isSlow: rng.next() < 0.1,
    at: rng.next(),
  }
}

const scripts: readonly Script[] = (() => {
  const rng = createRng(SEED)
  return Array.from({ length: RUNS }, (_, id) => ({
    small: behaviourOf(rng, 'small', id),
    large: behaviourOf(rng, 'large', id),
  }))
})()

/** Random cuts of the bytes, anywhere, also inside a character. */
function cutInto(bytes: Buffer, pieces: number, rng: Rng): readonly Buffer[] {
  const places = Array.from({ length: pieces - 1 }, () => Math.floor(rng.next() * bytes.length))
  const ends = [...places, bytes.length].toSorted((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)).filter(({ length }) => length > 0)
}

function idOf({ body }: Asked): number {
  const [message] = body['messages'] as { content: string }[]
  return Number(message?.content.split(' ')[0])
}

function acting(model: 'small' | 'large'): (asked: Asked) => Promise<void> {
  return async (asked) => {
    const { body, response } = asked
    const id = idOf(asked)
    const behaviour = scripts[id]?.[model]
    if (behaviour === undefined) throw new Error('no script')
    const { fault, reply, pieces, isSlow, at } = behaviour
    if (fault === 'silent') return
    if (fault === 'status') return void response.writeHead(503).end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const whole = Buffer.from(eventsOf(model, body, reply).join(''))
    // The first bytes always come: what breaks before them is a failed call in any policy.
    const kept = fault === 'none' ? whole.length : 1 + Math.floor(at * (whole.length - 2))
    const rng = createRng(SEED + id)
    for (const piece of cutInto(whole.subarray(0, kept), pieces, rng)) {
      response.write(piece)
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 2))
      else await new Promise((resolve) => setImmediate(resolve))
    }
    act(fault, response)
  }
}

function act(fault: Fault, response: Asked['response']): void {
  switch (fault) {
    case 'none':
    case 'early-end':
      return void response.end()
    case 'cut':
      return void response.destroy()
    case 'error':
      return void response.end('\n\ndata: {"error":{"message":"overloaded","code":500}}\n\n')
    case 'garbage':
      return void response.end('\n\ndata: {"choices":[{"del\n\ndata: ]]]\n\n')
    case 'stall':
    case 'silent':
    case 'status':
  }
}

interface Received {
  readonly status: number
  readonly text: string
  readonly model: string | undefined
  readonly reason: string | undefined
  readonly accept: string | undefined
  readonly isCut: boolean
}

function ask(url: string, body: string, agent: Agent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        const chunks: Buffer[] = []
        const end = (isCut: boolean): void =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            model: response.headers['x-weir-model'] as string | undefined,
            accept: response.headers['x-weir-accept'] as string | undefined,
            reason: response.headers['x-weir-reason'] as string | undefined,
            isCut,
          })
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => end(false))
        response.on('error', () => end(true))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

interface Parsed {
  readonly tokens: readonly string[]
  readonly calls: readonly Call[]
  readonly hasError: boolean
  readonly isWhole: boolean
  readonly problems: readonly string[]
}

interface Call {
  name: string
  arguments: string
}

interface Chunk {
  readonly error?: unknown
  readonly usage?: unknown
  readonly choices?: readonly {
    readonly delta: { readonly content?: string; readonly tool_calls?: readonly CallPiece[] }
    readonly logprobs: unknown
    readonly finish_reason: string | null
  }[]
}

interface CallPiece {
  readonly index: number
  readonly function: { readonly name?: string; readonly arguments: string }
}

/** What stands behind `data: `; undefined for a comment. Blank lines may be more than one. */
function eventsIn(text: string): readonly string[] {
  const events = text.split(/\n\n+/).filter((one) => one !== '' && !one.startsWith(':'))
  return events.map((event) => /^data: (.*)$/s.exec(event)?.[1] ?? '')
}

function toChunk(data: string): Chunk | undefined {
  try {
    return JSON.parse(data) as Chunk
  } catch {
    return undefined
  }
}

/** As a strict client reads it: every event is whole and parses. */
function parse(text: string): Parsed {
  const problems = text !== '' && !text.endsWith('\n\n') ? ['the last event is not whole'] : []
  const data = eventsIn(text)
  const isDone = data.at(-1) === '[DONE]'
  const read = (isDone ? data.slice(0, -1) : data).map(toChunk)
  if (read.includes(undefined)) problems.push(`an event that is not JSON among ${JSON.stringify(data)}`)
  const chunks = read.filter((chunk) => chunk !== undefined)
  if (chunks.slice(0, -1).some(({ error }) => error !== undefined)) problems.push('an event after an error')
  if (chunks.some(({ usage }) => (usage ?? null) !== null)) problems.push('usage that nobody asked for')
  const choices = chunks.flatMap((chunk) => chunk.choices ?? [])
  if (choices.some(({ logprobs }) => logprobs !== null)) problems.push('log-probabilities nobody asked for')
  const hasError = chunks.at(-1)?.error !== undefined
  // A stream cut off between the finish reason and [DONE] has lost nothing of its answer.
  const isFinished = choices.some(({ finish_reason: finish }) => finish !== null)
  return {
    tokens: wordsOf(choices.map(({ delta }) => delta.content ?? '').join('')),
    calls: joinCalls(choices.flatMap(({ delta }) => delta.tool_calls ?? [])),
    hasError,
    isWhole: isDone || (isFinished && !hasError),
    problems,
  }
}

function joinCalls(pieces: readonly CallPiece[]): readonly Call[] {
  const calls: Call[] = []
  for (const { index, function: piece } of pieces) {
    const call = (calls[index] ??= { name: '', arguments: '' })
    call.name += piece.name ?? ''
    call.arguments += piece.arguments
  }
  return calls
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((one) => one !== '')
}

/** What is wrong with what a caller received; empty when nothing is. */
function check(id: number, script: Script, received: Received): readonly string[] {
  const { small, large } = script
  const { status, text, isCut } = received
  if (isCut) return [`${id}: the connection was cut`]
  if (status !== 200) {
    const areBothBad = small.fault !== 'none' && large.fault !== 'none'
    return areBothBad && status >= 500 ? [] : [`${id}: status ${status} though a model answered: ${text}`]
  }
  const parsed = parse(text)
  const given = received.model === 'small' ? small : large
  const wrong = [...parsed.problems, ...checkAnswer(given, parsed), ...checkChoice(id, script, received)]
  if (received.model === 'small' && parsed.hasError) wrong.push('a held draft broke after it was given')
  return wrong.map((problem) => `${id}: ${problem}`)
}

/** The answer is the model's: all of it, or with an error a beginning of its text and no half tool call. */
function checkAnswer({ fault, reply }: Behaviour, { tokens, calls, hasError, isWhole }: Parsed): string[] {
  const wrong: string[] = []
  const wanted = wordsOf(reply.text ?? '')
  const hasAllCalls = hasCalls(calls, reply, hasError)
  if (hasError === isWhole) wrong.push(hasError ? 'an error after the end' : 'neither an end nor an error')
  if (hasError && fault === 'none') wrong.push('an error though the model answered')
  if (!isStart(tokens, wanted, hasError)) wrong.push(`tokens ${tokens.join(' ')} of ${wanted.join(' ')}`)
  if (!hasError && tokens.length !== wanted.length) wrong.push('a token is lost')
  if (!hasAllCalls) wrong.push(`half a tool call: ${JSON.stringify(calls)}`)
  return wrong
}

/** All of them, or before an error none. */
function hasCalls(calls: readonly Call[], { toolCalls = [] }: Reply, isCut: boolean): boolean {
  return JSON.stringify(calls) === JSON.stringify(toolCalls) || (isCut && calls.length === 0)
}

/** Behind an error the last token may be cut. */
function isStart(tokens: readonly string[], wanted: readonly string[], isCut: boolean): boolean {
  const whole = isCut ? tokens.slice(0, -1) : tokens
  const last = isCut ? (tokens.at(-1) ?? '') : ''
  return whole.every((token, i) => token === wanted[i]) && (wanted[whole.length] ?? '').startsWith(last)
}

/** The right model was given: a sure draft, else the large one, unless a fault or the time cap stood in the way. */
function checkChoice(id: number, { small, large }: Script, { model, accept, reason }: Received): string[] {
  if (small.fault !== 'none') return []
  const isSure = small.reply.p === 0.8 && small.reply.text !== ''
  if (isSure) return model === 'small' ? [] : [`a good draft was thrown away: ${reason}`]
  const isLate = isCapped(id) && accept === 'cap_time'
  if (isLate) return model === 'small' ? [] : ['the time cap gave an answer that there was not']
  if (large.fault === 'none' && model === 'small') return ['a poor draft was given']
  return isCapped(id) && large.fault === 'silent' ? ['the time cap did not end a silent call'] : []
}

function isCapped(id: number): boolean {
  return id % 4 === 0
}

function bodyOf(id: number): string {
  const caps = isCapped(id) ? { weir: { caps: { ms: CAP_MS } } } : {}
  return chatBody(`${id} easy`, { stream: true, ...caps })
}

describe('a two-stage cascade under random faults', () => {
  it(
    `${RUNS} streams: no token lost or doubled, no half tool call, in time, every upstream closed`,
    { timeout: 600_000 },
    async () => {
      const { chat, gateway, ...fleet } = await startCascade({
        scorers: [{ signal: 'logprob' }],
        small: acting('small'),
        large: acting('large'),
        timeouts: { connectMs: 5_000, firstByteMs: IDLE_MS, idleMs: IDLE_MS },
      })
      const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
      const problems: string[] = []
      const seen = { small: 0, large: 0, late: 0, error: 0, failed: 0 }
      let next = 0
      const work = async (): Promise<void> => {
        while (next < RUNS && problems.length === 0) {
          const id = next
          next += 1
          const script = scripts[id]
          if (script === undefined) return
          const received = await ask(chat, bodyOf(id), agent)
          problems.push(...check(id, script, received))
          if (received.status !== 200) seen.failed += 1
          else if (received.text.includes('"error"')) seen.error += 1
          else if (received.accept === 'cap_time') seen.late += 1
          else seen[received.model === 'small' ? 'small' : 'large'] += 1
        }
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      expect(problems).toEqual([])
      // Every way to end was met.
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 5000)
      // While the gateway still runs: what it gave up, silent ones among them, it has closed.
      const asked = [...fleet.small.asked, ...fleet.large.asked]
      await until(() => asked.every(({ response }) => response.closed))
      agent.destroy()
      await gateway.close()
      await until(() => fleet.small.open.size === 0 && fleet.large.open.size === 0)
    },
  )
})
