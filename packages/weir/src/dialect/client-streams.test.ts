/**
 * Chat streams as Messages and Responses events: whatever a chat stream holds and however its bytes are cut, the events are a valid sequence
 * that comes to the same text, the same thinking and the same calls, and never ends well when the chat stream did not.
 */
import {
  array,
  assert,
  constantFrom,
  integer,
  jsonValue,
  oneof,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asRecords } from './hub.ts'
import type { ClientDialect } from './client-dialect.ts'
import { MESSAGES } from './client-messages.ts'
import { RESPONSES } from './client-responses.ts'
import { StreamTranslator } from './stream-translator.ts'

type Event = Readonly<Record<string, unknown>> & { readonly type: string }

function translate(
  dialect: ClientDialect,
  bytes: Buffer,
  size: number,
): { events: Event[]; text: string; fault: string | undefined } {
  const { translation } = dialect
  if (translation === undefined) throw new Error('no translation')
  const context = { id: '0-1', request: { model: 'weir' }, createdAt: 7 }
  const translator = new StreamTranslator({
    dialect,
    writer: translation.createStreamWriter(context),
    id: '0-1',
  })
  let text = ''
  for (let at = 0; at < bytes.length; at += size) text += translator.push(bytes.subarray(at, at + size))
  text += translator.end()
  const events = text
    .split('\n\n')
    .filter((one) => one !== '' && !one.startsWith(':'))
    .map((one) => {
      const [name = '', data = ''] = one.split('\n')
      const event = JSON.parse(data.slice(6)) as Event
      expect(name).toBe(`event: ${event.type}`)
      return event
    })
  return { events, text, fault: translator.fault?.code }
}

interface Said {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly input: unknown }[]
}

/** Blocks come one after another, each opened, filled and closed. */
function readMessages(events: readonly Event[]): Said {
  expect(events[0]?.type).toBe('message_start')
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['message_delta', 'message_stop'])
  const blocks = readBlocks(events.slice(1, -2))
  const join = (kind: string): string =>
    blocks
      .filter(({ type }) => type === kind)
      .map(({ text }) => text)
      .join('')
  const calls = blocks.filter(({ type }) => type === 'tool_use')
  return {
    text: join('text'),
    thinking: join('thinking'),
    calls: calls.map(({ name, text }) => ({ name, input: JSON.parse(text || '{}') as unknown })),
  }
}

interface Block {
  readonly type: string
  readonly name: string
  text: string
  isOpen: boolean
}

function readBlocks(events: readonly Event[]): readonly Block[] {
  const blocks: Block[] = []
  for (const event of events) {
    if (event.type === 'content_block_start') {
      expect(blocks.every(({ isOpen }) => !isOpen)).toBe(true)
      expect(event['index']).toBe(blocks.length)
      const { type = '', name = '' } = event['content_block'] as { type?: string; name?: string }
      blocks.push({ type, name, text: '', isOpen: true })
      continue
    }
    const last = blocks.at(-1)
    expect([event['index'], last?.isOpen]).toEqual([blocks.length - 1, true])
    if (last !== undefined) fill(last, event)
  }
  expect(blocks.every(({ isOpen }) => !isOpen)).toBe(true)
  return blocks
}

function fill(block: Block, { type, delta }: Event): void {
  if (type === 'content_block_stop') block.isOpen = false
  const { text, thinking, partial_json: json } = (delta ?? {}) as Record<string, string>
  block.text += text ?? thinking ?? json ?? ''
}

function textOf(list: unknown): string {
  return (list as { text?: string }[]).map(({ text = '' }) => text).join('')
}

/** The numbers rise by one; every item that was added is done, one after another; what was streamed is what is in the end. */
function readResponses(events: readonly Event[]): Said {
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, i) => i))
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
  const last = events.at(-1)
  expect(['response.completed', 'response.incomplete']).toContain(last?.type)
  const { output } = (last?.['response'] ?? { output: [] }) as { output: Record<string, unknown>[] }
  const items = events.filter(({ type }) => /output_item/.test(type))
  expect(items.map(({ type }) => type)).toEqual(
    output.flatMap(() => ['response.output_item.added', 'response.output_item.done']),
  )
  expect(items.filter(({ type }) => type.endsWith('done')).map((event) => event['item'])).toEqual(output)
  const joined = (suffix: string): string =>
    events
      .filter(({ type }) => type === suffix)
      .map((event) => String(event['delta']))
      .join('')
  const of = (type: string): Record<string, unknown>[] => output.filter((item) => item['type'] === type)
  const said = {
    text: of('message')
      .map(({ content }) => textOf(content))
      .join(''),
    thinking: of('reasoning')
      .map(({ summary }) => textOf(summary))
      .join(''),
    calls: of('function_call').map(({ name, arguments: text }) => ({
      name: String(name),
      input: JSON.parse(String(text)) as unknown,
    })),
  }
  expect(joined('response.output_text.delta')).toBe(said.text)
  expect(joined('response.reasoning_summary_text.delta')).toBe(said.thinking)
  return said
}

function chunkOf(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`
}

const TEXT: Arbitrary<{ kind: 'text' | 'thinking'; text: string }> = record({
  kind: constantFrom('text', 'thinking'),
  text: string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
})
/** A call's arguments are cut into pieces; pieces of several calls may come mixed. */
const CALL = record({ input: record({ x: jsonValue() }), cuts: integer({ min: 1, max: 9 }) })

interface Drawn {
  readonly texts: readonly { readonly kind: 'text' | 'thinking'; readonly text: string }[]
  readonly calls: readonly { readonly input: unknown; readonly cuts: number }[]
  readonly order: readonly number[]
}

const DRAWN: Arbitrary<Drawn> = record({
  texts: array(TEXT, { maxLength: 6 }),
  calls: array(CALL, { maxLength: 4 }),
  order: array(integer({ min: 0, max: 3 }), { maxLength: 40 }),
})

function toStream({ texts, calls, order }: Drawn): string[] {
  const chunks = [chunkOf({ role: 'assistant', content: '' })]
  for (const { kind, text } of texts) {
    chunks.push(chunkOf(kind === 'text' ? { content: text } : { reasoning_content: text }))
  }
  const waiting = calls.map(({ input, cuts }, index) => {
    const text = JSON.stringify(input)
    const size = Math.ceil(text.length / cuts)
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    )
    const head = { index, id: `t${index}`, type: 'function', function: { name: `f${index}`, arguments: '' } }
    return [head, ...pieces.map((piece) => ({ index, function: { arguments: piece } }))]
  })
  // Heads come in the order of the calls, as every server sends them; the pieces behind them as drawn.
  for (const pieces of waiting) chunks.push(chunkOf({ tool_calls: [pieces.shift()] }))
  const turns = [...order, ...calls.flatMap((_, index) => Array<number>(12).fill(index))]
  for (const index of turns) {
    const piece = waiting[index]?.shift()
    if (piece !== undefined) chunks.push(chunkOf({ tool_calls: [piece] }))
  }
  return [...chunks, chunkOf({}, calls.length > 0 ? 'tool_calls' : 'stop'), 'data: [DONE]\n\n']
}

function expectedOf({ texts, calls }: Drawn): Said {
  const of = (kind: string): string =>
    texts
      .filter((one) => one.kind === kind)
      .map(({ text }) => text)
      .join('')
  return {
    text: of('text'),
    thinking: of('thinking'),
    calls: calls.map(({ input }, i) => ({
      name: `f${i}`,
      input: JSON.parse(JSON.stringify(input)) as unknown,
    })),
  }
}

const DIALECTS = [
  ['messages', MESSAGES, readMessages],
  ['responses', RESPONSES, readResponses],
] as const

describe.each(DIALECTS)('%s', (_name, dialect, read) => {
  it('says the same as the chat stream, however it is cut', () => {
    assert(
      property(DRAWN, integer({ min: 1, max: 200 }), (drawn, size) => {
        const { events, fault } = translate(dialect, Buffer.from(toStream(drawn).join('')), size)
        expect(fault).toBeUndefined()
        expect(read(events)).toEqual(expectedOf(drawn))
      }),
      { numRuns: 150 },
    )
  })

  it('never ends well when the chat stream did not', () => {
    const broken = oneof(
      constantFrom(
        '',
        'data: [DONE]\n\n',
        'data: {"error":{"message":"no"}}\n\n',
        'data: {"cho\n\n',
        'data: 7\n\n',
      ),
    )
    assert(
      property(tuple(DRAWN, broken, integer({ min: 0, max: 50 })), ([drawn, end, kept]) => {
        const chunks = toStream(drawn).slice(0, -2).slice(0, kept)
        const { events, fault } = translate(dialect, Buffer.from(chunks.join('') + end), 64)
        expect(fault).toMatch(/^upstream\./)
        const types = events.map(({ type }) => type)
        expect(types.filter((type) => type === 'error')).toHaveLength(1)
        for (const good of ['message_stop', 'response.completed', 'response.incomplete']) {
          expect(types).not.toContain(good)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('a comment of the upstream is a keep-alive of the dialect', () => {
    const { text } = translate(dialect, Buffer.from(`: wait\n\n${chunkOf({}, 'stop')}data: [DONE]\n\n`), 1000)
    expect(text.startsWith(dialect.keepAlive.toString())).toBe(true)
  })
})

describe('Messages, event by event', () => {
  it('thinking with its signature, text, a call with a mark of another provider, usage', () => {
    const google = { google: { thought_signature: 'g' } }
    const stream = [
      chunkOf({ role: 'assistant', reasoning_content: 'hm' }),
      chunkOf({
        thinking_blocks: [{ type: 'thinking', thinking: '', signature: 's', provider: 'anthropic' }],
      }),
      chunkOf({ content: 'so' }),
      chunkOf({
        tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '{}' }, extra_content: google }],
      }),
      chunkOf({}, 'tool_calls'),
      `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4, cache_creation_tokens: 1 } } })}\n\n`,
      'data: [DONE]\n\n',
    ]
    const { events } = translate(MESSAGES, Buffer.from(stream.join('')), 33)
    expect(events.slice(1).map(({ type: _type, ...rest }) => rest)).toMatchObject([
      { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { index: 0, delta: { type: 'signature_delta', signature: 's' } },
      { index: 0 },
      { index: 1, content_block: { type: 'text', text: '' } },
      { index: 1, delta: { type: 'text_delta', text: 'so' } },
      { index: 1 },
      { index: 2, content_block: { type: 'redacted_thinking', data: 'weir:google:call:g' } },
      { index: 2 },
      { index: 3, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
      { index: 3, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { index: 3 },
      {
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 4,
          cache_creation_input_tokens: 1,
          output_tokens: 3,
        },
      },
      {},
    ])
  })

  it('signatures come back to who made them', () => {
    const content = [
      { type: 'redacted_thinking', data: 'weir:google:call:g' },
      { type: 'tool_use', id: 't', name: 'f', input: {} },
      { type: 'thinking', thinking: 'x', signature: 'own' },
      { type: 'thinking', thinking: 'y', signature: 'weir:openai:theirs' },
    ]
    const asked = MESSAGES.translation?.toChat({ model: 'm', messages: [{ role: 'assistant', content }] })
    expect(asked?.hasForeignThinking).toBe(true)
    expect(asRecords(asked?.body['messages'])[0]).toMatchObject({
      reasoning_content: 'xy',
      tool_calls: [{ id: 't', extra_content: { google: { thought_signature: 'g' } } }],
      thinking_blocks: [
        { signature: 'own', provider: 'anthropic' },
        { signature: 'theirs', provider: 'openai' },
      ],
    })
  })

  it.each([
    [{ finish_reason: 'length' }, 'max_tokens'],
    [{ finish_reason: 'content_filter' }, 'refusal'],
    [{ finish_reason: 'stop' }, 'end_turn'],
    [{ finish_reason: 'stop', native_finish_reason: 'pause_turn' }, 'pause_turn'],
    [{ finish_reason: 'stop', stop_sequence: 'END' }, 'stop_sequence'],
    [{ finish_reason: 'stop', message: { refusal: 'no' } }, 'refusal'],
    [
      {
        finish_reason: 'stop',
        message: { tool_calls: [{ id: 't', function: { name: 'f', arguments: '{' } }] },
      },
      'tool_use',
    ],
  ])('%j: %s', (choice, reason) => {
    const context = { id: '0-1', request: {}, createdAt: 7 }
    const message = MESSAGES.translation?.fromCompletion(
      { choices: [{ index: 0, message: {}, ...choice }] },
      context,
    )
    expect(message).toMatchObject({ stop_reason: reason })
  })
})
