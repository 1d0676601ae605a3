/**
 * Responses and their events as OpenAI's public API description has them (components Response and ResponseStreamEvent), written as JSON
 * Schema: what is required of each, of which type. Of the events, those that a function-calling text model sends.
 */

const COUNT = { type: 'integer', minimum: 0 }
const TEXT = { type: 'string' }
const ID = { type: 'string', minLength: 1 }
const NULLABLE_OBJECT = { type: ['object', 'null'] }

function objectOf(properties: Readonly<Record<string, object>>, optional: object = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } }
}

const STATUS = { enum: ['in_progress', 'completed', 'incomplete'] }

const USAGE = objectOf({
  input_tokens: COUNT,
  input_tokens_details: objectOf({ cached_tokens: COUNT }),
  output_tokens: COUNT,
  output_tokens_details: objectOf({ reasoning_tokens: COUNT }),
  total_tokens: COUNT,
})

const TEXT_PART = objectOf({
  type: { const: 'output_text' },
  text: TEXT,
  annotations: { type: 'array' },
})
const PART = { anyOf: [TEXT_PART, objectOf({ type: { const: 'refusal' }, refusal: TEXT })] }

const ITEM = {
  anyOf: [
    objectOf({
      type: { const: 'message' },
      id: ID,
      role: { const: 'assistant' },
      status: STATUS,
      content: { type: 'array', items: PART },
    }),
    objectOf(
      { type: { const: 'function_call' }, call_id: ID, name: ID, arguments: TEXT },
      { status: STATUS },
    ),
    objectOf({ type: { const: 'reasoning' }, id: ID, summary: { type: 'array' } }),
  ],
}

export const RESPONSE: object = objectOf(
  {
    id: ID,
    object: { const: 'response' },
    created_at: { type: 'number' },
    error: NULLABLE_OBJECT,
    incomplete_details: NULLABLE_OBJECT,
    instructions: { type: ['string', 'array', 'null'] },
    metadata: NULLABLE_OBJECT,
    model: TEXT,
    output: { type: 'array', items: ITEM },
    parallel_tool_calls: { type: 'boolean' },
    temperature: { type: ['number', 'null'] },
    tool_choice: { type: ['string', 'object'] },
    tools: { type: 'array' },
    top_p: { type: ['number', 'null'] },
  },
  {
    status: { enum: ['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete'] },
    usage: { anyOf: [USAGE, { type: 'null' }] },
  },
)

const WHOLE = { response: RESPONSE }
const AT = { item_id: ID, output_index: COUNT }
const IN = { ...AT, content_index: COUNT }
const LOGPROBS = { type: 'array' }

/** Members of each event besides `type` and `sequence_number`. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'response.created': WHOLE,
  'response.in_progress': WHOLE,
  'response.completed': { response: { allOf: [RESPONSE, ended('completed')] } },
  'response.incomplete': { response: { allOf: [RESPONSE, ended('incomplete')] } },
  'response.output_item.added': { output_index: COUNT, item: ITEM },
  'response.output_item.done': { output_index: COUNT, item: ITEM },
  'response.content_part.added': { ...IN, part: PART },
  'response.content_part.done': { ...IN, part: PART },
  'response.output_text.delta': { ...IN, delta: TEXT, logprobs: LOGPROBS },
  'response.output_text.done': { ...IN, text: TEXT, logprobs: LOGPROBS },
  'response.refusal.delta': { ...IN, delta: TEXT },
  'response.refusal.done': { ...IN, refusal: TEXT },
  'response.function_call_arguments.delta': { ...AT, delta: TEXT },
  'response.function_call_arguments.done': { ...AT, name: ID, arguments: TEXT },
}

/** The last event says what it took. */
function ended(status: string): object {
  return objectOf({ status: { const: status }, usage: USAGE })
}

export const RESPONSE_EVENT: object = {
  type: 'object',
  required: ['type', 'sequence_number'],
  properties: { type: { enum: Object.keys(EVENTS) }, sequence_number: COUNT },
  allOf: Object.entries(EVENTS).map(([type, members]) => ({
    if: { properties: { type: { const: type } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: objectOf(members),
  })),
}
