/** The ways a cascade can end besides the plain ones: caps, abstention, samples, first tokens, doubt, keep-alives, escalation on request. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnswerEstimator } from '@weir/core'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import {
  completionOf,
  eventsOf,
  replying,
  startCascade,
  type Asked,
  type CascadeFleetOptions,
  type Reply,
} from './cascade-support.ts'
import { chatBody, post, until } from './gateway-support.ts'

function fleet(draft: Reply, options: Partial<CascadeFleetOptions> = {}): ReturnType<typeof startCascade> {
  return startCascade({
    scorers: [{ signal: 'logprob' }],
    small: replying('small', { text: 'a draft', ...draft }),
    large: replying('large', { text: 'a better answer' }),
    ...options,
  })
}

interface Explained {
  readonly choices: readonly { readonly index: number; readonly message: { readonly content: string } }[]
  readonly weir: {
    readonly attempts: readonly Record<string, unknown>[]
    readonly calls: number
    readonly costUsd: number | null
  }
}

async function explained(url: string, text = 'easy', extra: object = {}): Promise<Explained> {
  const response = await post(url, chatBody(text, { ...extra, weir: { explain: true } }))
  expect(response.status).toBe(200)
  return (await response.json()) as Explained
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-cascade-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function readRows(path: string): Promise<readonly LiveOutcome[]> {
  const rows: unknown[] = []
  for await (const row of readOutcomeStore(path)) rows.push(row)
  return rows as LiveOutcome[]
}

async function answeringLate(asked: Asked): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60))
  await replying('small', { text: 'late', p: 0.2 })(asked)
}

const TEXTS = ['7', '9', '9', '', '9']

/** The fourth of five calls. */
function failingOnce(asked: Asked): void {
  const { index, response } = asked
  if (index === 3) response.writeHead(500).end('{}')
  else void replying('small', { text: TEXTS[index] ?? '' })(asked)
}

/** Five choices of one call, the first of them nine. */
function answeringNine({ body, response }: Asked): void {
  const json = JSON.parse(completionOf('small', body, { text: '' })) as { choices: { message: object }[] }
  json.choices.forEach((choice, i) => {
    choice.message = { role: 'assistant', content: i === 0 ? '9' : TEXTS[i] }
  })
  response.end(JSON.stringify(json))
}

interface Pausing {
  readonly small: (asked: Asked) => Promise<void>
  readonly release: () => void
}

/** Streams the role and two tokens, and the rest when it is released. */
function pausing(reply: Reply): Pausing {
  let resolve: (() => void) | undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return {
    release: () => resolve?.(),
    async small({ body, response }) {
      const events = eventsOf('small', body, reply)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(events.slice(0, 3).join(''))
      await promise
      response.end(events.slice(3).join(''))
    },
  }
}

/** Takes longer than three keep-alives. */
function slow(answer: (asked: Asked) => unknown): (asked: Asked) => Promise<void> {
  return async (asked) => {
    await new Promise((resolve) => setTimeout(resolve, 350))
    answer(asked)
  }
}

describe('caps', () => {
  it('end a silent call at the time cap: the draft is given and marked', async () => {
    const { chat, large } = await fleet({ p: 0.2 }, { large: () => {}, caps: { ms: 200 } })
    for (const stream of [false, true]) {
      const response = await post(chat, chatBody('easy', { stream }))
      expect(await response.text()).toContain('draft')
      expect(response.headers.get('x-weir-accept')).toBe('cap_time')
      expect(response.headers.get('x-weir-model')).toBe('small')
    }
    await until(() => large.cut.length === 2)
  })

  it('let the first call finish: without an answer there is nothing to give instead', async () => {
    const { chat, large } = await fleet({}, { small: answeringLate, caps: { ms: 10 } })
    const response = await post(chat, chatBody('easy'))
    expect(response.headers.get('x-weir-accept')).toBe('cap_time')
    expect(await response.text()).toContain('late')
    expect(large.asked.length).toBe(0)
  })

  it('of the request only tighten', async () => {
    const { chat, large } = await fleet({ p: 0.2 }, { caps: { calls: 2 } })
    const ask = async (caps: object): Promise<string | null> => {
      const response = await post(chat, chatBody('easy', { weir: { caps } }))
      await response.text()
      return response.headers.get('x-weir-accept')
    }
    expect(await ask({ calls: 9 })).toBe('last_stage')
    expect(await ask({ calls: 1 })).toBe('cap_calls')
    expect(await ask({ usd: 0 })).toBe('cap_cost')
    expect(large.asked.length).toBe(1)
    for (const caps of [{ calls: 0 }, { ms: -1 }, { euro: 1 }, 'few']) {
      const response = await post(chat, chatBody('easy', { weir: { caps } }))
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('weir.caps')
    }
  })

  it('end a check that takes too long: the answer could not be judged, and is given', async () => {
    const { chat, large } = await fleet(
      {},
      {
        scorers: [{ signal: 'selfCheck' }],
        small: (asked) =>
          asked.text.includes('You are checking') ? undefined : replying('small', { text: 'a draft' })(asked),
        caps: { ms: 150 },
      },
    )
    const { weir, choices } = await explained(chat)
    expect(choices[0]?.message.content).toBe('a draft')
    expect(weir.attempts).toMatchObject([
      { model: 'small', verdict: 'accept', checks: [{ purpose: 'self-check', error: 'limit.time' }] },
    ])
    expect(weir.calls).toBe(2)
    expect(large.asked.length).toBe(0)
  })
})

describe('abstention', () => {
  const REJECTING: Partial<CascadeFleetOptions> = {
    stages: [
      { model: 'small', accept: 0.9, reject: 0.5 },
      { model: 'large', accept: 0 },
    ],
  }

  it('is an error by default, and never silent', async () => {
    const { chat, large } = await fleet({ p: 0.2 }, { ...REJECTING, abstain: { status: 424 } })
    for (const stream of [false, true]) {
      const response = await post(chat, chatBody('easy', { stream }))
      expect(response.status).toBe(424)
      expect(response.headers.get('x-weir-abstained')).toBe('true')
      expect(response.headers.get('x-weir-accept')).toBeNull()
      const text = await response.text()
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'pool.abstained' } })
      expect(text).not.toContain('draft')
    }
    expect(large.asked.length).toBe(0)
  })

  it('is a completion where the configuration gives a text, streamed when asked', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const { chat, gateway } = await fleet(
      { p: 0.2 },
      { ...REJECTING, abstain: { status: 422, message: 'I do not know.' }, record: { path } },
    )
    const client = new OpenAI({ baseURL: chat.replace('/chat/completions', ''), apiKey: 'x', maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'easy' }]
    const whole = await client.chat.completions.create({ model: 'weir', messages })
    expect(whole.choices[0]?.message.content).toBe('I do not know.')
    const stream = await client.chat.completions.create({ model: 'weir', messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('I do not know.')
    await gateway.close()
    const rows = await readRows(path)
    expect(rows.map(({ abstained, attempts }) => [abstained, attempts[0]?.verdict])).toEqual([
      [true, 'abstain'],
      [true, 'abstain'],
    ])
    expect(rows[0]?.acceptReason).toBeUndefined()
  })
})

describe('several samples', () => {
  const ONE_TRY = { retry: { count: 0, baseMs: 1, maxMs: 1, patienceMs: 1 } }
  const DRAWING: Partial<CascadeFleetOptions> = {
    scorers: [{ signal: 'agreement' }],
    stages: [
      { model: 'small', accept: 0.5, samples: 5 },
      { model: 'large', accept: 0 },
    ],
  }

  it('are drawn side by side; one that fails does not matter; all are paid for', async () => {
    const { chat } = await fleet({}, { ...DRAWING, small: failingOnce, faults: ONE_TRY })
    const { choices, weir } = await explained(chat)
    // Of the four that arrived the first stands for the attempt: 7, alone among four. No selector is configured here.
    expect(weir.attempts[0]).toMatchObject({ model: 'small', samples: 4, calls: 5, verdict: 'escalate' })
    expect(weir.attempts[0]?.['costUsd']).toBeCloseTo((4 * (10 * 1 + 5 * 2)) / 1e6, 12)
    expect(weir.calls).toBe(6)
    expect(choices.map(({ message }) => message.content)).toEqual(['a better answer'])
  })

  it('are one call where the model draws them itself; the one given is a body of one choice', async () => {
    const { chat, small: model } = await fleet(
      {},
      { ...DRAWING, small: answeringNine, definition: { nativeSamples: true } },
    )
    const { choices, weir } = await explained(chat, 'easy', { n: 1 })
    expect(choices).toMatchObject([{ index: 0, message: { content: '9' } }])
    expect(weir.attempts[0]).toMatchObject({ samples: 5, calls: 1, verdict: 'accept' })
    expect(weir.attempts[0]?.['costUsd']).toBeCloseTo((10 * 1 + 25 * 2) / 1e6, 12)
    expect(model.asked.map(({ body }) => body['n'])).toEqual([5])
  })

  it('are gathered whole for a caller who streams, and given as a stream', async () => {
    const { chat, small } = await fleet({ text: '9' }, DRAWING)
    const stream_options = { include_usage: true }
    const response = await post(chat, chatBody('easy', { stream: true, stream_options }))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = (await response.text()).split('\n\n').filter((one) => one !== '')
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>)
    expect(chunks.map(({ object }) => object)).toEqual(Array(4).fill('chat.completion.chunk'))
    expect(chunks[1]).toMatchObject({ usage: null, choices: [{ delta: { content: '9' } }] })
    expect(chunks[3]).toMatchObject({ choices: [], usage: { prompt_tokens: 10 } })
    expect(small.asked.length).toBe(5)
    for (const { body } of small.asked) expect(Object.keys(body)).toEqual(['model', 'messages'])
  })

  it('are the caller’s own where the caller asks for several', async () => {
    const { chat, small } = await fleet({ text: '9' }, DRAWING)
    const { choices } = await explained(chat, 'easy', { n: 3 })
    expect(choices.length).toBe(3)
    expect(small.asked.map(({ body }) => body['n'])).toEqual([3])
  })
})

/** The margin of the first token as a probability, from signals alone. */
const MARGIN: AnswerEstimator = {
  name: 'margin',
  signals: ['firstTokenMargin'],
  readsSignalsOnly: true,
  estimate: ({ signals: { firstTokenMargin } }) => ({
    pGoodEnough: firstTokenMargin === undefined ? null : 1 / (1 + Math.exp(-firstTokenMargin)),
  }),
}

describe('a draft that still streams', () => {
  it('is judged at its first token and given from there on', async () => {
    const { small, release } = pausing({ text: 'one two three', p: 0.9 })
    const { chat } = await fleet({}, { scorers: [{ signal: 'firstTokenMargin' }], estimator: MARGIN, small })
    // The head arrives while the upstream still waits: the answer cannot have been read to its end.
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(response.headers.get('x-weir-accept')).toBe('answer_at_or_above_threshold')
    release()
    const text = await response.text()
    expect(text).toContain('" three"')
    expect(text.match(/"one"/g)?.length).toBe(1)
    expect(text).not.toContain('top_logprobs')
  })

  it('is closed at its first token when that is not enough', async () => {
    const { small } = pausing({ text: 'one two three', p: 0.1 })
    const { chat, small: model } = await fleet(
      {},
      { scorers: [{ signal: 'firstTokenMargin' }], estimator: MARGIN, small },
    )
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(await response.text()).not.toContain('one')
    expect(response.headers.get('x-weir-reason')).toBe('answer_below_threshold')
    await until(() => model.cut.length === 1)
  })

  it('that was closed is not given when the next stage fails', async () => {
    const { small } = pausing({ text: 'one two three', p: 0.1 })
    const { chat } = await fleet(
      {},
      {
        scorers: [{ signal: 'firstTokenMargin' }],
        estimator: MARGIN,
        small,
        large: ({ response }) => void response.writeHead(500).end(),
      },
    )
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(response.status).toBe(502)
    expect(await response.text()).toContain('large: answered status 500')
  })

  it('is broken off when its doubt passes the cut', async () => {
    // p ln p of 0.5 is -0.3466: the second token passes -0.5.
    const path = join(folder, 'outcomes.sqlite')
    const { small } = pausing({ text: 'one two three', p: 0.5 })
    const {
      chat,
      small: model,
      gateway,
    } = await fleet({}, { scorers: [{ signal: 'accumulated' }], doubtCut: -0.5, small, record: { path } })
    const response = await post(chat, chatBody('easy', { stream: true }))
    expect(await response.text()).toContain('better')
    expect(response.headers.get('x-weir-reason')).toBe('answer_below_threshold')
    // The draft was billed for tokens that no usage tells: the sum is not known.
    expect(response.headers.get('x-weir-cost-usd')).toBeNull()
    await until(() => model.cut.length === 1)
    await gateway.close()
    const [row] = await readRows(path)
    expect(row?.attempts[0]).toMatchObject({
      error: 'limit.doubt',
      verdict: 'escalate',
      signals: { accumulated: expect.closeTo(2 * 0.5 * Math.log(0.5), 9) },
      outputTokens: 2,
    })
    expect(Object.keys(row?.models ?? {})).toEqual(['large'])
  })
})

describe('keep-alives', () => {
  it('the official client streams text and tool calls behind them', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'add', parameters: {} } }]
    const call = { name: 'add', arguments: '{"a": 1, "b": 2}' }
    const { chat } = await fleet(
      {},
      {
        keepAliveMs: 100,
        small: slow(replying('small', { text: 'thinking', p: 0.2 })),
        large: slow(replying('large', { text: 'adding', toolCalls: [call] })),
      },
    )
    const client = new OpenAI({ baseURL: chat.replace('/chat/completions', ''), apiKey: 'x', maxRetries: 0 })
    const stream = client.chat.completions.stream({
      model: 'weir',
      messages: [{ role: 'user', content: 'easy' }],
      tools,
    })
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]?.message).toMatchObject({
      content: 'adding',
      tool_calls: [{ id: 't0', function: call }],
    })
    const raw = await post(chat, chatBody('easy', { stream: true }))
    const text = await raw.text()
    expect(raw.headers.get('x-weir-decision-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(raw.headers.get('x-weir-policy')).toBe('cascade')
    expect(raw.headers.get('x-weir-model')).toBeNull()
    expect(text).toMatch(/^(?:: keep-alive\n\n)+: weir \{.*\}\n\ndata: /)
    const said = JSON.parse(/^: weir (.*)$/m.exec(text)?.[1] ?? '') as object
    expect(said).toMatchObject({ model: 'large', reason: 'answer_below_threshold', attempts: 2, calls: 2 })
  })

  it('after them errors are events that the official client throws', async () => {
    const failing = slow(({ response }) => void response.writeHead(500).end('{}'))
    const { chat } = await fleet({}, { keepAliveMs: 100, small: failing, large: failing })
    const client = new OpenAI({ baseURL: chat.replace('/chat/completions', ''), apiKey: 'x', maxRetries: 0 })
    const stream = await client.chat.completions.create({
      model: 'weir',
      messages: [{ role: 'user', content: 'easy' }],
      stream: true,
    })
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk).toBeUndefined()
    }
    await expect(read()).rejects.toMatchObject({ code: 'upstream.refused' })
  })

  it('a whole answer of an upstream that ignores `stream` becomes a stream behind them', async () => {
    const ignoring = slow(({ response }) => void response.end(completionOf('small', {}, { text: 'whole' })))
    const { chat } = await fleet({}, { keepAliveMs: 100, small: ignoring, onScorerFailure: 'accept' })
    const text = await (await post(chat, chatBody('easy', { stream: true }))).text()
    expect(text).toMatch(/: weir .*\n\ndata: \{.*"content":"whole".*\n\ndata: \[DONE\]\n\n$/s)
  })
})

describe('escalation on request', () => {
  it('has the next stage answer what was stored, and links the rows', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const { chat, gateway, large } = await fleet({ p: 0.9 }, { record: { path, storeText: true } })
    const first = await post(chat, chatBody('easy'))
    await first.text()
    const id = first.headers.get('x-weir-decision-id') ?? ''
    const url = `${gateway.url}/v1/weir/decisions/${id}/escalate`
    const again = await post(url, JSON.stringify({ temperature: 0 }))
    expect(await again.text()).toContain('a better answer')
    expect(again.headers.get('x-weir-model')).toBe('large')
    expect(again.headers.get('x-weir-reason')).toBe('escalation_asked')
    expect(large.asked[0]?.body).toEqual({
      temperature: 0,
      model: 'large',
      messages: [{ role: 'user', content: 'easy' }],
    })
    const noBody = await fetch(url, { method: 'POST' })
    expect(await noBody.text()).toContain('a better answer')
    const top = again.headers.get('x-weir-decision-id') ?? ''
    const above = await post(`${gateway.url}/v1/weir/decisions/${top}/escalate`, '{}')
    expect(await above.json()).toMatchObject({ error: { code: 'request.decision' } })
    const unknown = await post(`${gateway.url}/v1/weir/decisions/none/escalate`, '{}')
    expect(unknown.status).toBe(404)
    await gateway.close()
    const rows = await readRows(path)
    expect(rows.map(({ escalatedFrom }) => escalatedFrom)).toEqual([undefined, id, id])
    expect(rows[1]?.decision.reason).toBe('escalation_asked')
    expect(rows[0]?.models['small']).toMatchObject({
      response: 'a draft',
      signals: { logprob: expect.closeTo(Math.log(0.9), 9) },
    })
  })

  it('needs the messages again when they were not stored', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const { chat, gateway } = await fleet({ p: 0.9 }, { record: { path } })
    const first = await post(chat, chatBody('easy'))
    await first.text()
    const id = first.headers.get('x-weir-decision-id') ?? ''
    const url = `${gateway.url}/v1/weir/decisions/${id}/escalate`
    const bare = await post(url, '{}')
    expect(bare.status).toBe(400)
    expect(await bare.json()).toMatchObject({ error: { code: 'request.body' } })
    const streamed = await post(url, chatBody('easy', { stream: true }))
    expect(await streamed.text()).toContain('better')
  })
})
