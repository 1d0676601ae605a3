/**
 * The compatibility matrix: every client x every upstream dialect x every scenario, whole and streamed. What the upstream is asked must be
 * what the client said, and what the client reads must be what the upstream replied.
 */
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { CLIENTS } from './clients.ts'
import { PERSON, PNG, SCENARIOS, WEATHER, type Read, type Scenario, type Wire } from './scenario.ts'
import { MESSAGE, MESSAGE_EVENT } from './schema-messages.ts'
import { RESPONSE, RESPONSE_EVENT } from './schema-responses.ts'
import { CHUNK, COMPLETION } from './schema.ts'
import { SPEAKERS, startBehind } from './support.ts'
import type { MockUpstream, Speaker } from './upstream.ts'

const ajv = new Ajv({ allErrors: true, strict: false })

describe.each(SPEAKERS)('an upstream that speaks %s', (_dialect, speaker) => {
  const behind = startBehind(speaker)
  const cases = CLIENTS.flatMap((client) =>
    SCENARIOS.filter((scenario) => client.can?.(scenario) !== false).flatMap((scenario) =>
      [false, true].map(
        (isStream) =>
          [
            `${client.name}: ${scenario.name}${isStream ? ', streamed' : ''}`,
            client,
            scenario,
            isStream,
          ] as const,
      ),
    ),
  )

  it.each(cases)('%s', async (_name, client, scenario, isStream) => {
    const { mock, gateway } = behind
    mock.reply = scenario.reply
    const events: Wire[] = []
    const options = { url: gateway.url, model: 'weir' }
    const read = await client.ask(options, {
      ...scenario,
      isStream,
      onEvent: (event) => events.push(event),
    })
    const { text, calls, finish, usage } = scenario.reply
    const counted = isStream && client.addsStreamUsage === true ? addedUp(speaker, usage) : usage
    const { input, output } = counted
    expect(read).toEqual({ text, calls, finish, usage: { input, output } })
    checkReceived(mock, scenario, isStream)
    checkWire(client, events, isStream)
  })
})

/**
 * What a client reads that adds up the counts of a stream's first and last event, though Anthropic's are totals, and takes the prompt's from
 * the first alone: only Anthropic's own first event has any.
 */
function addedUp({ dialect }: Speaker, { input, output }: Counts): Counts {
  return dialect === 'messages' ? { input, output: output + 1 } : { input: 0, output }
}

type Counts = Read['usage']

function checkReceived(mock: MockUpstream, { asking }: Scenario, isStream: boolean): void {
  const { system = '', history = [], text, image, tools, result } = asking
  expect(mock.received).toHaveLength(1)
  expect(mock.received[0]).toMatchObject({
    system,
    texts: [...history, text],
    images: image === true ? [`data:image/png;base64,${PNG}`] : [],
    tools: tools === true ? [{ name: 'weather', parameters: expect.objectContaining(WEATHER) }] : [],
    calls: result === undefined ? [] : [result.call],
    results: result === undefined ? [] : [{ id: result.call.id, output: result.output }],
    isStream,
  })
  checkOptions(mock, asking)
}

function checkOptions({ received: [received] }: MockUpstream, asking: Scenario['asking']): void {
  const { schema, maxTokens, temperature } = asking
  if (schema === true) expect(received?.schema).toMatchObject(PERSON)
  else expect(received?.schema).toBeUndefined()
  if (maxTokens !== undefined) expect(received?.maxTokens).toBe(maxTokens)
  if (temperature !== undefined) expect(received?.temperature).toBe(temperature)
}

/** Of the clients that show what arrived as it is. */
const CHECKS: Readonly<Record<string, readonly [whole: ValidateFunction, event: ValidateFunction]>> = {
  'openai, chat completions': [ajv.compile(COMPLETION), ajv.compile(CHUNK)],
  'openai, responses': [ajv.compile(RESPONSE), ajv.compile(RESPONSE_EVENT)],
  '@anthropic-ai/sdk': [ajv.compile(MESSAGE), ajv.compile(MESSAGE_EVENT)],
}

/** Every event and every whole answer as the provider's specification has it, in the order that it promises. */
function checkWire({ name, dialect }: Client, events: readonly Wire[], isStream: boolean): void {
  const checks = CHECKS[name]
  if (checks === undefined) return
  const check = isStream ? checks[1] : checks[0]
  expect(events.length).toBeGreaterThan(0)
  for (const event of events) expect(check(event) ? [] : [event, check.errors]).toEqual([])
  if (!isStream) return
  const types = events.map(({ type }) => type)
  if (dialect === 'responses') {
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, i) => i))
    expect(types[0]).toBe('response.created')
    expect(types.at(-1)).toMatch(/^response\.(completed|incomplete)$/)
  }
  if (dialect === 'messages') expect([types[0], ...types.slice(-2)]).toEqual(MESSAGE_ENDS)
}

const MESSAGE_ENDS = ['message_start', 'message_delta', 'message_stop']
