/**
 * What the cascade's journeys share: a river with two stages whose scorers are the real ones, an answer estimator that takes the mean of
 * the signals as the probability, and upstreams that answer as HTTP servers do, with a bill of their own.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  createCascadePolicy,
  createScorers,
  type AnswerEstimator,
  type CascadePolicyOptions,
  type River,
  type Scorer,
  type ScorerSpec,
  type Service,
  type UpstreamStatement,
} from '@weir/core'
import { createExtraCalls, type ExtraCalls } from '../src/gateway/extra-calls.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import type { UpstreamModel } from '../src/upstream/definition.ts'
import { closeLater, RIVER } from './gateway-support.ts'

/** The mean of the signals read, those that are log-probabilities as probabilities. Null without any. */
export const MEAN_SIGNAL: AnswerEstimator = {
  name: 'mean',
  signals: [],
  estimate({ signals }) {
    const values = Object.entries(signals).map(([name, value]) =>
      name.startsWith('logprob') ? Math.exp(value) : value,
    )
    if (values.length === 0) return { pGoodEnough: null }
    return { pGoodEnough: values.reduce((sum, value) => sum + value, 0) / values.length }
  },
}

export interface CascadeOptions extends Partial<CascadePolicyOptions> {
  readonly scorers: readonly ScorerSpec[] | readonly Scorer[]
  readonly estimator?: AnswerEstimator
  readonly upstreams?: readonly UpstreamStatement[]
}

/** A cascade from `small` to `large`, the draft given at 0.5 and above. */
export function cascadeRiver(
  extraCalls: ExtraCalls,
  { scorers, estimator = MEAN_SIGNAL, upstreams, ...policy }: CascadeOptions,
): River {
  const isBuilt = scorers.some((one) => 'score' in one)
  const statements = upstreams ?? [{ model: 'small', logprobs: true, topLogprobs: 5, samples: 5 }]
  const built = isBuilt
    ? (scorers as readonly Scorer[])
    : createScorers(scorers as readonly ScorerSpec[], {
        upstreams: statements,
        ask: extraCalls.ask,
        askExternal: extraCalls.askExternal,
      })
  const service: Service = {
    levels: RIVER.levels,
    confidence: 0.95,
    scoring: { scorers: built, estimator },
    stages: ['small', 'large'],
    createPolicy: () =>
      createCascadePolicy({
        stages: [
          { model: 'small', accept: 0.5 },
          { model: 'large', accept: 0 },
        ],
        ...policy,
      }),
  }
  return { ...RIVER, policy: 'cascade', services: { cascade: service } }
}

/** What an upstream was asked, parsed. */
export interface Asked {
  readonly body: Record<string, unknown>
  readonly text: string
  readonly response: ServerResponse
  readonly index: number
}

export interface Model {
  readonly url: string
  readonly asked: Asked[]
  /** Responses that the gateway closed before they ended. */
  readonly cut: Asked[]
  readonly open: ReadonlySet<Socket>
  close(): Promise<void>
}

/** An HTTP server whose `answer` writes the response. */
export async function startModel(answer: (asked: Asked) => void | Promise<void>): Promise<Model> {
  const asked: Asked[] = []
  const cut: Asked[] = []
  const open = new Set<Socket>()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const one: Asked = {
      body: JSON.parse(text) as Record<string, unknown>,
      text,
      response,
      index: asked.length,
    }
    asked.push(one)
    response.on('close', () => {
      if (!response.writableFinished) cut.push(one)
    })
    await answer(one)
  }
  const server: Server = createServer((request, response) => void handle(request, response).catch(() => {}))
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return closeLater({
    url: `http://127.0.0.1:${port}`,
    asked,
    cut,
    open,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

export interface CascadeFleet {
  readonly gateway: Gateway
  readonly chat: string
  readonly small: Model
  readonly large: Model
  readonly river: River
}

type Answer = Parameters<typeof startModel>[0]

export type CascadeFleetOptions = Partial<GatewayOptions> &
  CascadeOptions & {
    readonly small: Answer
    readonly large: Answer
    readonly definition?: Partial<UpstreamModel>
    readonly caps?: River['caps']
  }

export async function startCascade(options: CascadeFleetOptions): Promise<CascadeFleet> {
  const { small: answerSmall, large: answerLarge, definition, caps, ...rest } = options
  const small = await startModel(answerSmall)
  const large = await startModel(answerLarge)
  const extraCalls = createExtraCalls()
  const river = { ...cascadeRiver(extraCalls, rest), caps: caps ?? {} }
  const gateway = closeLater(
    await startGateway({
      listen: { port: 0 },
      log: SILENT,
      ...rest,
      river,
      extraCalls,
      models: [
        {
          model: 'small',
          baseUrl: small.url,
          inputUsdPerMTok: 1,
          outputUsdPerMTok: 2,
          logprobs: true,
          topLogprobs: 5,
          ...definition,
        },
        { model: 'large', baseUrl: large.url, inputUsdPerMTok: 10, outputUsdPerMTok: 20 },
      ],
    }),
  )
  return { gateway, chat: `${gateway.url}/v1/chat/completions`, small, large, river }
}

export interface Reply {
  readonly text?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  readonly finish?: string
  /** Probability of each token. */
  readonly p?: number
  readonly input?: number
  readonly output?: number
}

/** Tokens of a text: words with the space before them. */
export function tokensOf(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? []
}

function logprobsOf(tokens: readonly string[], p: number): object {
  const logprob = Math.log(p)
  const other = { token: '~', logprob: Math.log((1 - p) / 2 + 1e-9) }
  return { content: tokens.map((token) => ({ token, logprob, top_logprobs: [{ token, logprob }, other] })) }
}

function usageOf({ input = 10, output = 5 }: Reply): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

/** A completion as an OpenAI-compatible server writes it: log-probabilities only when asked, `n` choices when asked. */
export function completionOf(model: string, body: Record<string, unknown>, reply: Reply): string {
  const { text = '', toolCalls, p = 0.9, finish = toolCalls === undefined ? 'stop' : 'tool_calls' } = reply
  const calls = toolCalls?.map((call, i) => ({ id: `t${i}`, type: 'function', function: call }))
  const n = typeof body['n'] === 'number' ? body['n'] : 1
  const choices = Array.from({ length: n }, (_, index) => ({
    index,
    message: {
      role: 'assistant',
      content: calls === undefined ? text : null,
      ...(calls === undefined ? {} : { tool_calls: calls }),
    },
    logprobs: body['logprobs'] === true ? logprobsOf(tokensOf(text), p) : null,
    finish_reason: finish,
  }))
  return JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model,
    choices,
    usage: usageOf({ ...reply, output: (reply.output ?? 5) * n }),
  })
}

/** The same as events, [DONE] among them. Tool calls come as a name, then the arguments in two pieces. */
export function eventsOf(model: string, body: Record<string, unknown>, reply: Reply): readonly string[] {
  const { text = '', toolCalls = [], p = 0.9, finish = toolCalls.length > 0 ? 'tool_calls' : 'stop' } = reply
  const options = body['stream_options']
  const includesUsage =
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true
  const chunk = (choices: unknown, usage: unknown = null): string =>
    `data: ${JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices,
      ...(includesUsage ? { usage } : {}),
    })}\n\n`
  const piece = (delta: unknown, token?: string, finishReason: string | null = null): string =>
    chunk([
      {
        index: 0,
        delta,
        logprobs: token !== undefined && body['logprobs'] === true ? logprobsOf([token], p) : null,
        finish_reason: finishReason,
      },
    ])
  const calls = toolCalls.flatMap(({ name, arguments: text }, index) => {
    const half = Math.ceil(text.length / 2)
    const call = (members: object): string => piece({ tool_calls: [{ index, ...members }] })
    return [
      call({ id: `t${index}`, type: 'function', function: { name, arguments: '' } }),
      call({ function: { arguments: text.slice(0, half) } }),
      call({ function: { arguments: text.slice(half) } }),
    ]
  })
  return [
    piece({ role: 'assistant', content: '' }),
    ...tokensOf(text).map((content) => piece({ content }, content)),
    ...calls,
    piece({}, undefined, finish),
    ...(includesUsage ? [chunk([], usageOf(reply))] : []),
    'data: [DONE]\n\n',
  ]
}

/** Answers with a body or with events, as asked, at once. */
export function replying(model: string, reply: Reply | ((asked: Asked) => Reply)): Answer {
  return (asked) => {
    const { body, response } = asked
    const said = typeof reply === 'function' ? reply(asked) : reply
    if (body['stream'] !== true) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(completionOf(model, body, said))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(eventsOf(model, body, said).join(''))
  }
}
