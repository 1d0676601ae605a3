/**
 * What each provider's public reference says of answers, written by hand, for tests: one answer (thinking, text, two parallel calls, one without
 * arguments) whole and as a stream.
 */
import { encodeFrame } from '../src/dialect/event-frames.ts'
import type { Json } from '../src/dialect/hub.ts'

const CALLS = [
  { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
  { id: 'call_2', type: 'function', function: { name: 'now', arguments: '{}' } },
]

/** What of the answer every dialect carries: text, thinking, calls, the reason of its end. */
export const ANSWER = {
  content: 'Let me look: ☀️?',
  reasoning_content: 'Two cities.',
  tool_calls: CALLS,
  finish_reason: 'tool_calls',
}

const CLAUDE_USAGE = { input_tokens: 10, cache_read_input_tokens: 80, cache_creation_input_tokens: 20 }
const GEMINI_USAGE = {
  promptTokenCount: 110,
  cachedContentTokenCount: 80,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 10,
  totalTokenCount: 140,
}
const RESPONSES_USAGE = {
  input_tokens: 110,
  input_tokens_details: { cached_tokens: 80 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 10 },
  total_tokens: 140,
}
const CONVERSE_USAGE = {
  inputTokens: 10,
  outputTokens: 30,
  totalTokens: 140,
  cacheReadInputTokens: 80,
  cacheWriteInputTokens: 20,
}

const OUTPUT = [
  {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Two cities.' }],
    encrypted_content: 'sig',
  },
  {
    type: 'message',
    id: 'm_1',
    role: 'assistant',
    content: [{ type: 'output_text', text: ANSWER.content, annotations: [] }],
  },
  { type: 'function_call', id: 'f_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Zürich"}' },
  { type: 'function_call', id: 'f_2', call_id: 'call_2', name: 'now', arguments: '{}' },
]
const RESPONSE = { id: 'r_1', object: 'response', created_at: 5, model: 'm', status: 'completed' }

const PARTS = [
  { text: 'Two cities.', thought: true },
  { text: ANSWER.content },
  { functionCall: { id: 'call_1', name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: 'sig' },
  { functionCall: { id: 'call_2', name: 'now', args: {} } },
]

export const NATIVE_REPLIES: Readonly<Record<string, Json>> = {
  messages: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'Two cities.', signature: 'sig' },
      { type: 'text', text: ANSWER.content },
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Zürich' } },
      { type: 'tool_use', id: 'call_2', name: 'now', input: {} },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { ...CLAUDE_USAGE, output_tokens: 30 },
  },
  responses: { ...RESPONSE, output: OUTPUT, usage: RESPONSES_USAGE },
  gemini: {
    candidates: [{ content: { role: 'model', parts: PARTS }, finishReason: 'STOP', index: 0 }],
    usageMetadata: GEMINI_USAGE,
    modelVersion: 'm',
    responseId: 'g_1',
  },
  bedrock: {
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'Two cities.', signature: 'sig' } } },
          { text: ANSWER.content },
          { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Zürich' } } },
          { toolUse: { toolUseId: 'call_2', name: 'now', input: {} } },
        ],
      },
    },
    stopReason: 'tool_use',
    usage: CONVERSE_USAGE,
    metrics: { latencyMs: 5 },
  },
}

function sse(events: readonly Json[], isNamed = true): Buffer {
  const texts = events.map(
    (data) => `${isNamed ? `event: ${String(data['type'])}\n` : ''}data: ${JSON.stringify(data)}`,
  )
  return Buffer.from(`${texts.join('\n\n')}\n\n`)
}

function block(index: number, start: Json, deltas: readonly Json[]): readonly Json[] {
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
}

function frames(events: readonly (readonly [string, Json])[]): Buffer {
  return Buffer.concat(
    events.map(([type, data]) =>
      encodeFrame(
        { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
        JSON.stringify(data),
      ),
    ),
  )
}

const candidate = (part: Json, rest: Json = {}): Json => ({
  candidates: [{ content: { role: 'model', parts: [part] }, index: 0, ...rest }],
  usageMetadata: { promptTokenCount: 110, cachedContentTokenCount: 80 },
  modelVersion: 'm',
  responseId: 'g_1',
})

export const NATIVE_STREAMS: Readonly<Record<string, Buffer>> = {
  messages: sse([
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { ...CLAUDE_USAGE, output_tokens: 1 },
      },
    },
    ...block(0, { type: 'thinking', thinking: '', signature: '' }, [
      { type: 'thinking_delta', thinking: 'Two ' },
      { type: 'thinking_delta', thinking: 'cities.' },
      { type: 'signature_delta', signature: 'sig' },
    ]),
    { type: 'ping' },
    ...block(1, { type: 'text', text: '' }, [
      { type: 'text_delta', text: 'Let me look: ' },
      { type: 'text_delta', text: '☀️?' },
    ]),
    ...block(2, { type: 'tool_use', id: 'call_1', name: 'weather', input: {} }, [
      { type: 'input_json_delta', partial_json: '' },
      { type: 'input_json_delta', partial_json: '{"city":' },
      { type: 'input_json_delta', partial_json: '"Zürich"}' },
    ]),
    ...block(3, { type: 'tool_use', id: 'call_2', name: 'now', input: {} }, []),
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 30 },
    },
    { type: 'message_stop' },
  ]),
  responses: sse([
    { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', item: { type: 'reasoning', id: 'rs_1', summary: [] } },
    { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', delta: 'Two cities.' },
    { type: 'response.output_item.done', item: OUTPUT[0] },
    {
      type: 'response.output_item.added',
      item: { type: 'message', id: 'm_1', role: 'assistant', content: [] },
    },
    { type: 'response.output_text.delta', item_id: 'm_1', delta: 'Let me look: ' },
    { type: 'response.output_text.delta', item_id: 'm_1', delta: '☀️?' },
    { type: 'response.output_item.done', item: OUTPUT[1] },
    { type: 'response.output_item.added', item: { ...OUTPUT[2], arguments: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'f_1', delta: '{"city":' },
    { type: 'response.function_call_arguments.delta', item_id: 'f_1', delta: '"Zürich"}' },
    { type: 'response.output_item.added', item: { ...OUTPUT[3], arguments: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'f_2', delta: '{}' },
    { type: 'response.completed', response: { ...RESPONSE, output: OUTPUT, usage: RESPONSES_USAGE } },
  ]),
  gemini: sse(
    [
      candidate(PARTS[0] ?? {}),
      candidate({ text: 'Let me look: ' }),
      candidate({ text: '☀️?' }),
      candidate(PARTS[2] ?? {}),
      { ...candidate(PARTS[3] ?? {}, { finishReason: 'STOP' }), usageMetadata: GEMINI_USAGE },
    ],
    false,
  ),
  bedrock: frames([
    ['messageStart', { role: 'assistant' }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'Two cities.' } } }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'sig' } } }],
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Let me look: ' }, p: 'abc' }],
    ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: '☀️?' } }],
    ['contentBlockStop', { contentBlockIndex: 1 }],
    [
      'contentBlockStart',
      { contentBlockIndex: 2, start: { toolUse: { toolUseId: 'call_1', name: 'weather' } } },
    ],
    ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"city":' } } }],
    ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '"Zürich"}' } } }],
    ['contentBlockStop', { contentBlockIndex: 2 }],
    ['contentBlockStart', { contentBlockIndex: 3, start: { toolUse: { toolUseId: 'call_2', name: 'now' } } }],
    ['contentBlockStop', { contentBlockIndex: 3 }],
    ['messageStop', { stopReason: 'tool_use' }],
    ['metadata', { usage: CONVERSE_USAGE, metrics: { latencyMs: 5 } }],
  ]),
}
