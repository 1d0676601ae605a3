/** Each dialect of an upstream against hand-written requests, answers and streams of its public reference. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BEDROCK_NATIVE } from './bedrock.ts'
import { encodeFrame } from './event-frames.ts'
import { GEMINI_NATIVE } from './gemini.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { MESSAGES_NATIVE } from './messages.ts'
import type { Native, ReplyContext } from './native.ts'
import { ANSWER, NATIVE_REPLIES, NATIVE_STREAMS } from '../../e2e/native-replies.ts'
import { CHAT_REQUEST, MODELS, NATIVE_REQUESTS } from '../../e2e/native-requests.ts'
import { RESPONSES_NATIVE } from './responses.ts'

const NATIVES: readonly (readonly [string, Native])[] = [
  ['messages', MESSAGES_NATIVE],
  ['responses', RESPONSES_NATIVE],
  ['gemini', GEMINI_NATIVE],
  ['bedrock', BEDROCK_NATIVE],
]
const CONTEXT: ReplyContext = { model: 'm', createdAt: 5, id: 'c_1', includesUsage: true }

/** The answer that a client puts together from the events of a chat stream. */
function assemble(text: string): Json {
  const message = {
    content: '',
    reasoning_content: '',
    tool_calls: [] as Json[],
    finish_reason: '',
    signature: '',
  }
  let usage: Json | undefined
  for (const line of text.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const chunk = JSON.parse(line.slice(6)) as Json
    usage = (chunk['usage'] as Json | null) ?? usage
    for (const { delta, finish_reason: reason } of asRecords(chunk['choices'])) {
      const {
        content,
        reasoning_content: thought,
        tool_calls: calls,
        thinking_blocks: blocks,
      } = asRecord(delta)
      message.content += asString(content)
      message.reasoning_content += asString(thought)
      message.finish_reason = asString(reason) || message.finish_reason
      for (const block of asRecords(blocks)) message.signature += asString(block['signature'])
      for (const { index, function: called, ...call } of asRecords(calls)) {
        const { name, arguments: args } = asRecord(called)
        const known = message.tool_calls[Number(index)]
        const before = asString(asRecord(known?.['function'])['arguments'])
        message.tool_calls[Number(index)] = {
          ...known,
          ...call,
          function: {
            name: name ?? asRecord(known?.['function'])['name'],
            arguments: before + asString(args),
          },
        }
      }
    }
  }
  return { ...message, usage }
}

const CALLS = ANSWER.tool_calls.map((call) => expect.objectContaining(call) as unknown)
const COUNTS = { prompt_tokens: 110, completion_tokens: 30, total_tokens: 140 }

describe.each(NATIVES)('%s', (name, native) => {
  it('has the request that its reference describes', () => {
    expect(native.fromChat({ model: MODELS[name], ...CHAT_REQUEST }, {})).toEqual(NATIVE_REQUESTS[name])
  })

  it('sends nothing that was not asked for', () => {
    const sent = native.fromChat({ model: MODELS[name], messages: [{ role: 'user', content: 'x' }] }, {})
    const own = { messages: ['max_tokens'], responses: ['store'], gemini: [], bedrock: [] }[name] ?? []
    const said = ['model', 'messages', 'input', 'contents']
    expect(Object.keys(sent).filter((key) => !said.includes(key) && !own.includes(key))).toEqual([])
    expect(JSON.stringify(sent)).not.toContain('null')
  })

  it('refuses what has no form', () => {
    const base = { model: MODELS[name], messages: [{ role: 'user', content: 'x' }] }
    const audio = {
      messages: [
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] },
      ],
    }
    for (const extra of [audio, { modalities: ['audio'] }, { functions: [{ name: 'f' }] }]) {
      expect(() => native.fromChat({ ...base, ...extra }, {})).toThrow(/has no form/)
    }
  })

  it('gives a whole answer', () => {
    const completion = native.toCompletion(NATIVE_REPLIES[name] ?? {}, CONTEXT)
    const [choice] = asRecords(asRecord(completion)['choices'])
    const {
      content,
      reasoning_content: reasoning,
      tool_calls: calls,
      thinking_blocks: blocks,
    } = asRecord(choice?.['message'])
    expect({ content, reasoning_content: reasoning, finish_reason: choice?.['finish_reason'] }).toEqual({
      content: ANSWER.content,
      reasoning_content: ANSWER.reasoning_content,
      finish_reason: ANSWER.finish_reason,
    })
    expect(calls).toEqual(CALLS)
    expect(JSON.stringify([blocks, calls])).toContain('"sig"')
    expect(completion).toMatchObject({ object: 'chat.completion', usage: COUNTS })
    expect(asRecord(asRecord(completion)['usage'])).toMatchObject({
      prompt_tokens_details: { cached_tokens: 80 },
    })
    expect(native.toCompletion({ some: 'thing' }, CONTEXT)).toBeUndefined()
  })

  const bytes = NATIVE_STREAMS[name] ?? Buffer.alloc(0)
  const whole = native.createStream(CONTEXT)
  const expected = whole.push(bytes) + whole.end()

  it('gives a stream with the same answer', () => {
    expect(whole.isComplete).toBe(true)
    expect(expected.endsWith('data: [DONE]\n\n')).toBe(true)
    const { signature, ...rest } = assemble(expected)
    expect(rest).toMatchObject({ ...ANSWER, tool_calls: CALLS, usage: COUNTS })
    if (name !== 'gemini') expect(signature).toBe('sig')
    const [first] = expected.split('\n\n')
    expect(first).toContain('"delta":{"role":"assistant"')
  })

  it('gives the same wherever the chunks break', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const stream = native.createStream(CONTEXT)
        let text = ''
        let start = 0
        for (const end of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          text += stream.push(Buffer.from(bytes.subarray(start, end)))
          start = end
        }
        expect(text + stream.end()).toBe(expected)
      }),
    )
  })

  it('says of no beginning that it is the whole, and gives none of its end', () => {
    for (let end = 0; end < bytes.length - 2; end += 7) {
      const stream = native.createStream(CONTEXT)
      const text = stream.push(bytes.subarray(0, end)) + stream.end()
      if (stream.isComplete) expect(assemble(text)['finish_reason'], String(end)).toBe('tool_calls')
      else expect(text).not.toContain('[DONE]')
    }
  })

  it('stops at garbage', () => {
    const stream = native.createStream(CONTEXT)
    stream.push(Buffer.from('data: <html>\n\n'.padEnd(200, 'x')))
    expect(stream.fault).toBeTypeOf('string')
  })

  it('has the usage of a stream whose caller did not ask', () => {
    const stream = native.createStream({ ...CONTEXT, includesUsage: false })
    expect(stream.push(bytes) + stream.end()).not.toContain('"usage"')
    expect(stream.usage).toMatchObject(COUNTS)
  })
})

const ask = (model: string, extra: Json = {}): Json =>
  MESSAGES_NATIVE.fromChat(
    {
      model,
      messages: [{ role: 'user', content: 'q' }],
      reasoning_effort: 'high',
      temperature: 0.5,
      ...extra,
    },
    {},
  )

const gemini = (model: string): unknown =>
  asRecord(
    GEMINI_NATIVE.fromChat(
      { model, messages: [{ role: 'user', content: 'q' }], reasoning_effort: 'low' },
      {},
    )['generationConfig'],
  )['thinkingConfig']

describe('thinking', () => {
  it('goes back in a stream’s pieces: text apart, its signature behind', () => {
    const message = {
      role: 'assistant',
      content: 'x',
      reasoning_content: 'Two cities.',
      thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'sig', provider: 'anthropic' }],
    }
    const sent = MESSAGES_NATIVE.fromChat(
      {
        model: 'claude-sonnet-5',
        messages: [{ role: 'user', content: 'q' }, message, { role: 'user', content: 'r' }],
      },
      {},
    )
    expect(JSON.stringify(sent)).toContain('{"type":"thinking","thinking":"Two cities.","signature":"sig"}')
  })

  it('is asked for as the generation takes it', () => {
    expect(ask('claude-sonnet-5')).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    })
    expect(ask('claude-haiku-4-5-20251001')).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 16_384 },
    })
    expect(ask('claude-haiku-4-5', { max_tokens: 4000 })).toMatchObject({ thinking: { budget_tokens: 3999 } })
    expect(ask('claude-haiku-4-5', { max_tokens: 500 })).not.toHaveProperty('thinking')
    expect(ask('claude-sonnet-5')).not.toHaveProperty('temperature')
    expect(gemini('gemini-2.5-flash')).toEqual({ thinkingBudget: 1024 })
    expect(gemini('gemini-3.5-flash')).toEqual({ thinkingLevel: 'low' })
  })

  it('of a call that another provider made has the word that Google documents', () => {
    const messages = [
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'x' },
    ]
    const text = (model: string): string => JSON.stringify(GEMINI_NATIVE.fromChat({ model, messages }, {}))
    expect(text('gemini-3-pro')).toContain('"thoughtSignature":"skip_thought_signature_validator"')
    expect(text('gemini-2.5-pro')).not.toContain('thoughtSignature')
  })
})

describe('structured output', () => {
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } }
  const chat = { messages: [{ role: 'user', content: 'q' }], response_format: format }

  it('has a form everywhere', () => {
    const sent = NATIVES.map(([name, native]) => native.fromChat({ model: MODELS[name], ...chat }, {}))
    expect(sent[0]).toMatchObject({
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
    })
    expect(sent[1]).toMatchObject({ text: { format: { type: 'json_schema', name: 'a', strict: true } } })
    expect(sent[2]).toMatchObject({
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    })
    expect(sent[3]).toMatchObject({ toolConfig: { toolChoice: { tool: { name: 'json_answer' } } } })
  })

  it('made through a tool is text again, whole and streamed', () => {
    const context = { ...CONTEXT, ...BEDROCK_NATIVE.contextOf?.(chat) }
    const toolUse = { toolUseId: 't', name: 'json_answer', input: { a: 1 } }
    const reply = { output: { message: { content: [{ toolUse }] } }, stopReason: 'tool_use', usage: {} }
    expect(BEDROCK_NATIVE.toCompletion(reply, context)).toMatchObject({
      choices: [{ message: { content: '{"a":1}' }, finish_reason: 'stop' }],
    })
    const stream = BEDROCK_NATIVE.createStream(context)
    const events: readonly (readonly [string, Json])[] = [
      [
        'contentBlockStart',
        { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'json_answer' } } },
      ],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1}' } } }],
      ['messageStop', { stopReason: 'tool_use' }],
    ]
    const bytes = events.map(([type, data]) => encodeFrame({ ':event-type': type }, JSON.stringify(data)))
    expect(assemble(stream.push(Buffer.concat(bytes)) + stream.end())).toMatchObject({
      content: '{"a":1}',
      finish_reason: 'stop',
      tool_calls: [],
    })
  })
})

describe('ends of other kinds', () => {
  it('a blocked prompt is a filtered answer', () => {
    const reply = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 4 } }
    expect(GEMINI_NATIVE.toCompletion(reply, CONTEXT)).toMatchObject({
      choices: [{ finish_reason: 'content_filter' }],
    })
    const stream = GEMINI_NATIVE.createStream(CONTEXT)
    const text = stream.push(Buffer.from(`data: ${JSON.stringify(reply)}\r\n\r\n`)) + stream.end()
    expect(stream.isComplete).toBe(true)
    expect(assemble(text)['finish_reason']).toBe('content_filter')
  })

  it.each([
    [
      'messages',
      Buffer.from(
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy"}}\n\n',
      ),
    ],
    [
      'responses',
      Buffer.from('data: {"type":"error","code":"server_error","message":"Busy","sequence_number":1}\n\n'),
    ],
    ['gemini', Buffer.from('data: {"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}\n\n')],
    [
      'bedrock',
      encodeFrame(
        { ':message-type': 'exception', ':exception-type': 'throttlingException' },
        '{"message":"Busy"}',
      ),
    ],
  ] as const)('an error in a stream of %s is an error event', (name, bytes) => {
    const native = NATIVES.find(([one]) => one === name)![1]
    const stream = native.createStream(CONTEXT)
    const text = stream.push(bytes) + stream.end()
    expect(text).toMatch(/^data: \{"error":\{"message":"Busy"/)
    expect(text).not.toContain('[DONE]')
    expect(stream.isComplete).toBe(true)
  })

  it.each([
    ['max_tokens', 'length'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['model_context_window_exceeded', 'length'],
    ['something_new', 'stop'],
  ])('Anthropic stops with %s', (stop, reason) => {
    const reply = { type: 'message', content: [], stop_reason: stop, usage: {} }
    expect(MESSAGES_NATIVE.toCompletion(reply, CONTEXT)).toMatchObject({
      choices: [{ finish_reason: reason, native_finish_reason: stop }],
    })
  })
})
