/**
 * Chat completions as OpenAI's public API description has them (openapi, components CreateChatCompletionResponse and
 * CreateChatCompletionStreamResponse), written as JSON Schema: what is required, of which type, and which words are allowed.
 */

const COUNT = { type: 'integer', minimum: 0 }

const USAGE = {
  type: 'object',
  required: ['prompt_tokens', 'completion_tokens', 'total_tokens'],
  properties: {
    prompt_tokens: COUNT,
    completion_tokens: COUNT,
    total_tokens: COUNT,
    prompt_tokens_details: { type: 'object', properties: { cached_tokens: COUNT, audio_tokens: COUNT } },
    completion_tokens_details: {
      type: 'object',
      properties: {
        reasoning_tokens: COUNT,
        audio_tokens: COUNT,
        accepted_prediction_tokens: COUNT,
        rejected_prediction_tokens: COUNT,
      },
    },
  },
}

const FINISH = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call']

const LOGPROBS = {
  type: ['object', 'null'],
  required: ['content', 'refusal'],
  properties: { content: { type: ['array', 'null'] }, refusal: { type: ['array', 'null'] } },
}

const CALL = {
  type: 'object',
  required: ['id', 'type', 'function'],
  properties: {
    id: { type: 'string', minLength: 1 },
    type: { const: 'function' },
    function: {
      type: 'object',
      required: ['name', 'arguments'],
      properties: { name: { type: 'string' }, arguments: { type: 'string' } },
    },
  },
}

const CALL_PIECE = {
  type: 'object',
  required: ['index'],
  properties: {
    index: COUNT,
    id: { type: 'string' },
    type: { const: 'function' },
    function: {
      type: 'object',
      properties: { name: { type: 'string' }, arguments: { type: 'string' } },
    },
  },
}

export const COMPLETION: object = {
  type: 'object',
  required: ['id', 'object', 'created', 'model', 'choices'],
  properties: {
    id: { type: 'string' },
    object: { const: 'chat.completion' },
    created: { type: 'integer' },
    model: { type: 'string' },
    usage: USAGE,
    choices: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'message', 'finish_reason'],
        properties: {
          index: COUNT,
          finish_reason: { enum: FINISH },
          logprobs: LOGPROBS,
          message: {
            type: 'object',
            required: ['role', 'content'],
            properties: {
              role: { const: 'assistant' },
              content: { type: ['string', 'null'] },
              refusal: { type: ['string', 'null'] },
              tool_calls: { type: 'array', items: CALL },
            },
          },
        },
      },
    },
  },
}

export const CHUNK: object = {
  type: 'object',
  required: ['id', 'object', 'created', 'model', 'choices'],
  properties: {
    id: { type: 'string' },
    object: { const: 'chat.completion.chunk' },
    created: { type: 'integer' },
    model: { type: 'string' },
    usage: { anyOf: [USAGE, { type: 'null' }] },
    choices: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'delta', 'finish_reason'],
        properties: {
          index: COUNT,
          finish_reason: { enum: [...FINISH, null] },
          logprobs: LOGPROBS,
          delta: {
            type: 'object',
            properties: {
              role: { enum: ['developer', 'system', 'user', 'assistant', 'tool'] },
              content: { type: ['string', 'null'] },
              refusal: { type: ['string', 'null'] },
              tool_calls: { type: 'array', items: CALL_PIECE },
            },
          },
        },
      },
    },
  },
}
