/**
 * What a policy that reads answers does, for callers of Messages and Responses: held streams, escalation, samples, abstention, explanations,
 * keep-alives and errors behind them, each in the caller's dialect and through the official clients.
 */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import {
  startCascade,
  replying,
  type Asked,
  type CascadeFleet,
  type CascadeFleetOptions,
  type Reply,
} from './cascade-support.ts'
import { createOutcomeReader } from './dialect-support.ts'
import { post } from './gateway-support.ts'

function fleet(reply: Reply, options: Partial<CascadeFleetOptions> = {}): Promise<CascadeFleet> {
  const { text = 'a draft', ...rest } = reply
  return startCascade({
    scorers: [{ signal: 'logprob' }],
    small: replying('small', { text, ...rest }),
    large: replying('large', { text: 'a better answer' }),
    ...options,
  })
}

interface Client {
  readonly path: string
  readonly body: object
  /** Text of a streamed answer, through the official client. */
  stream(url: string): Promise<string>
  /** Text in a whole body. */
  textOf(body: unknown): string
  /** The first bytes that a waiting caller hears. */
  readonly beat: string
  readonly errorEvent: string
}

const CLIENTS: readonly (readonly [string, Client])[] = [
  [
    'Messages',
    {
      path: '/v1/messages',
      body: { model: 'weir', max_tokens: 50, messages: [{ role: 'user', content: 'easy' }] },
      async stream(url) {
        const client = new Anthropic({ baseURL: url, apiKey: 'x', maxRetries: 0 })
        const { content } = await client.messages
          .stream({ model: 'weir', max_tokens: 50, messages: [{ role: 'user', content: 'easy' }] })
          .finalMessage()
        return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
      },
      textOf: (body) => (body as { content: { text: string }[] }).content.map(({ text }) => text).join(''),
      beat: 'event: ping\n',
      errorEvent: 'event: error\ndata: {"type":"error","error":{',
    },
  ],
  [
    'Responses',
    {
      path: '/v1/responses',
      body: { model: 'weir', input: 'easy' },
      async stream(url) {
        const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'x', maxRetries: 0 })
        const response = await client.responses.stream({ model: 'weir', input: 'easy' }).finalResponse()
        return response.output_text
      },
      textOf: (body) =>
        (body as { output: { content: { text: string }[] }[] }).output
          .flatMap(({ content }) => content.map(({ text }) => text))
          .join(''),
      beat: ': keep-alive\n',
      errorEvent: 'event: error\ndata: {"type":"error","sequence_number":0,"code":"upstream.',
    },
  ],
]

/** Takes longer than three keep-alives. */
function slow(answer: (asked: Asked) => unknown): (asked: Asked) => Promise<void> {
  return async (asked) => {
    await new Promise((resolve) => setTimeout(resolve, 350))
    answer(asked)
  }
}

const REJECTING: Partial<CascadeFleetOptions> = {
  stages: [
    { model: 'small', accept: 0.9, reject: 0.5 },
    { model: 'large', accept: 0 },
  ],
}

describe.each(CLIENTS)('%s callers of a cascade', (_name, caller) => {
  const { path, body, beat, errorEvent } = caller
  it('a good draft is given, a doubtful one is not', async () => {
    const good = await fleet({ p: 0.9 })
    expect(await caller.stream(good.gateway.url)).toBe('a draft')
    const doubtful = await fleet({ p: 0.2 })
    expect(await caller.stream(doubtful.gateway.url)).toBe('a better answer')
    const whole = await post(
      doubtful.gateway.url + path,
      JSON.stringify({ ...body, weir: { explain: true } }),
    )
    const json = (await whole.json()) as { weir: { attempts: { verdict: string }[] } }
    expect(caller.textOf(json)).toBe('a better answer')
    expect(json.weir.attempts.map(({ verdict }) => verdict)).toEqual(['escalate', 'accept'])
    // What weir asked for to judge by is not in what the caller gets.
    expect(doubtful.small.asked[0]?.body).toMatchObject({ logprobs: true })
  })

  it('samples are gathered, and the best is streamed', async () => {
    const stages = [
      { model: 'small', accept: 0.5, samples: 5 },
      { model: 'large', accept: 0 },
    ]
    const { gateway, small } = await fleet({ text: '9' }, { scorers: [{ signal: 'agreement' }], stages })
    expect(await caller.stream(gateway.url)).toBe('9')
    expect(small.asked.length).toBe(5)
  })

  it('abstention is an error in the dialect, or the configured text', async () => {
    const strict = await fleet({ p: 0.2 }, { ...REJECTING, abstain: { status: 422 } })
    const refused = await post(strict.gateway.url + path, JSON.stringify({ ...body, stream: true }))
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('"code":"pool.abstained"')
    const kind = await fleet(
      { p: 0.2 },
      { ...REJECTING, abstain: { status: 422, message: 'I do not know.' } },
    )
    expect(await caller.stream(kind.gateway.url)).toBe('I do not know.')
    const whole = await post(kind.gateway.url + path, JSON.stringify(body))
    expect(caller.textOf(await whole.json())).toBe('I do not know.')
  })

  it('keep-alives come before the answer, in the dialect', async () => {
    const { gateway } = await fleet(
      {},
      {
        keepAliveMs: 100,
        small: slow(replying('small', { text: 'thinking', p: 0.2 })),
        large: slow(replying('large', { text: 'better' })),
      },
    )
    expect(await caller.stream(gateway.url)).toBe('better')
    const raw = await (await post(gateway.url + path, JSON.stringify({ ...body, stream: true }))).text()
    expect(raw.startsWith(beat)).toBe(true)
    expect(raw).toContain('\n\n: weir {')
  })

  it('behind them an error is an event', async () => {
    const failing = slow(({ response }) => void response.writeHead(500).end('{}'))
    const { gateway } = await fleet({}, { keepAliveMs: 100, small: failing, large: failing })
    const raw = await (await post(gateway.url + path, JSON.stringify({ ...body, stream: true }))).text()
    expect(raw).toContain(errorEvent)
    await expect(caller.stream(gateway.url)).rejects.toThrow(/no model answered/)
  })

  it('escalation on request is answered in the dialect of the first answer', async () => {
    const rows = createOutcomeReader()
    const { gateway, large } = await fleet({ p: 0.9 }, { record: { path: rows.path, storeText: true } })
    const first = await post(gateway.url + path, JSON.stringify(body))
    expect(caller.textOf(await first.json())).toBe('a draft')
    const url = `${gateway.url}/v1/weir/decisions/${first.headers.get('x-weir-decision-id') ?? ''}/escalate`
    expect(caller.textOf(await (await post(url, '{}')).json())).toBe('a better answer')
    expect(caller.textOf(await (await post(url, JSON.stringify(body))).json())).toBe('a better answer')
    const streamed = await (await post(url, '{"stream":true}')).text()
    expect(streamed).toMatch(/event: (?:message_stop|response\.completed)\n/)
    expect(large.asked.map((one) => one.body['messages'])).toEqual(
      Array.from({ length: 3 }, () => [{ role: 'user', content: 'easy' }]),
    )
  })
})
