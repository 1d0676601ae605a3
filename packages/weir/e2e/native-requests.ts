/**
 * What each provider's public reference says of requests, written by hand, for tests: one conversation as chat and as each dialect has it.
 */
import type { Json } from '../src/dialect/hub.ts'

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const PIXEL = 'iVBORw0KGgo='
/** Sorted as the hub has it: what came from each provider before, so that every dialect finds its own and only that. */
const THINKING = [
  { type: 'thinking', thinking: 'claude thought', signature: 'sig-a', provider: 'anthropic' },
  { type: 'thinking', thinking: 'nova thought', signature: 'sig-b', provider: 'bedrock' },
  { type: 'thinking', thinking: '', signature: 'sig-g', provider: 'google' },
  { type: 'thinking', thinking: 'gpt thought', signature: 'sig-o', provider: 'openai', id: 'rs_1' },
]

export const CHAT_REQUEST: Json = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Weather in these?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      thinking_blocks: THINKING,
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"Paris"}' },
          extra_content: { google: { thought_signature: 'sig-call' } },
        },
        { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '{"celsius":20}' },
    { role: 'tool', tool_call_id: 'call_2', content: 'unknown city', is_error: true },
    { role: 'user', content: 'And now?' },
  ],
  tools: [{ type: 'function', function: { name: 'weather', description: 'Looks.', parameters: SCHEMA } }],
  tool_choice: 'required',
  parallel_tool_calls: false,
  max_tokens: 300,
  temperature: 1.5,
  user: 'u1',
  seed: 7,
}

export const NATIVE_REQUESTS: Readonly<Record<string, Json>> = {
  messages: {
    model: 'claude-sonnet-4-6',
    max_tokens: 300,
    system: 'Be brief.',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather in these?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'claude thought', signature: 'sig-a' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Paris' } },
          { type: 'tool_use', id: 'call_2', name: 'weather', input: { city: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: '{"celsius":20}' },
          { type: 'tool_result', tool_use_id: 'call_2', content: 'unknown city', is_error: true },
          { type: 'text', text: 'And now?' },
        ],
      },
    ],
    tools: [{ name: 'weather', description: 'Looks.', input_schema: SCHEMA }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    metadata: { user_id: 'u1' },
    temperature: 1,
  },
  responses: {
    model: 'gpt-5',
    input: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Weather in these?' },
          { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' },
        ],
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'gpt thought' }],
        encrypted_content: 'sig-o',
      },
      { role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' },
      { type: 'function_call', call_id: 'call_2', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"celsius":20}' },
      { type: 'function_call_output', call_id: 'call_2', output: 'unknown city' },
      { role: 'user', content: 'And now?' },
    ],
    tools: [{ type: 'function', name: 'weather', description: 'Looks.', parameters: SCHEMA, strict: false }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_output_tokens: 300,
    temperature: 1.5,
    user: 'u1',
    include: ['reasoning.encrypted_content'],
    store: false,
  },
  gemini: {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      {
        role: 'user',
        parts: [{ text: 'Weather in these?' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }],
      },
      {
        role: 'model',
        parts: [
          { text: 'I look.', thoughtSignature: 'sig-g' },
          {
            functionCall: { id: 'call_1', name: 'weather', args: { city: 'Paris' } },
            thoughtSignature: 'sig-call',
          },
          { functionCall: { id: 'call_2', name: 'weather', args: { city: 'Rome' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_1', name: 'weather', response: { celsius: 20 } } },
          { functionResponse: { id: 'call_2', name: 'weather', response: { error: 'unknown city' } } },
          { text: 'And now?' },
        ],
      },
    ],
    tools: [
      { functionDeclarations: [{ name: 'weather', description: 'Looks.', parametersJsonSchema: SCHEMA }] },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    generationConfig: { maxOutputTokens: 300, temperature: 1.5, seed: 7 },
  },
  bedrock: {
    system: [{ text: 'Be brief.' }],
    messages: [
      {
        role: 'user',
        content: [{ text: 'Weather in these?' }, { image: { format: 'png', source: { bytes: PIXEL } } }],
      },
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'nova thought', signature: 'sig-b' } } },
          { text: 'I look.' },
          { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Paris' } } },
          { toolUse: { toolUseId: 'call_2', name: 'weather', input: { city: 'Rome' } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'call_1', content: [{ json: { celsius: 20 } }] } },
          { toolResult: { toolUseId: 'call_2', content: [{ text: 'unknown city' }], status: 'error' } },
          { text: 'And now?' },
        ],
      },
    ],
    inferenceConfig: { maxTokens: 300, temperature: 1 },
    toolConfig: {
      tools: [{ toolSpec: { name: 'weather', description: 'Looks.', inputSchema: { json: SCHEMA } } }],
      toolChoice: { any: {} },
    },
  },
}

/** Names of models that go with the requests above. */
export const MODELS: Readonly<Record<string, string>> = {
  messages: 'claude-sonnet-4-6',
  responses: 'gpt-5',
  gemini: 'gemini-3-pro',
  bedrock: 'amazon.nova-pro-v1:0',
}
