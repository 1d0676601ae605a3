/**
 * Messages and their events as Anthropic's public API reference has them, written as JSON Schema: what is required of each, of which type,
 * and which words are allowed.
 */

const COUNT = { type: 'integer', minimum: 0 }
const NULLABLE_COUNT = { type: ['integer', 'null'], minimum: 0 }
const TEXT = { type: 'string' }
const ID = { type: 'string', minLength: 1 }

function objectOf(properties: Readonly<Record<string, object>>, optional: object = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } }
}

const CACHED = { cache_creation_input_tokens: NULLABLE_COUNT, cache_read_input_tokens: NULLABLE_COUNT }
const USAGE = objectOf({ input_tokens: COUNT, output_tokens: COUNT, ...CACHED })
/** Totals so far; of those only the output must be there. */
const DELTA_USAGE = objectOf({ output_tokens: COUNT }, { input_tokens: NULLABLE_COUNT, ...CACHED })

const STOPS = ['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'refusal']
const STOP_SEQUENCE = { type: ['string', 'null'] }

const BLOCK = {
  anyOf: [
    objectOf({ type: { const: 'text' }, text: TEXT }),
    objectOf({ type: { const: 'tool_use' }, id: ID, name: ID, input: { type: 'object' } }),
    objectOf({ type: { const: 'thinking' }, thinking: TEXT, signature: TEXT }),
    objectOf({ type: { const: 'redacted_thinking' }, data: TEXT }),
  ],
}

function messageOf(stopReason: object, content: object): object {
  return objectOf({
    id: ID,
    type: { const: 'message' },
    role: { const: 'assistant' },
    model: TEXT,
    content,
    stop_reason: stopReason,
    stop_sequence: STOP_SEQUENCE,
    usage: USAGE,
  })
}

export const MESSAGE: object = messageOf({ enum: STOPS }, { type: 'array', items: BLOCK })

const DELTA = {
  anyOf: [
    objectOf({ type: { const: 'text_delta' }, text: TEXT }),
    objectOf({ type: { const: 'input_json_delta' }, partial_json: TEXT }),
    objectOf({ type: { const: 'thinking_delta' }, thinking: TEXT }),
    objectOf({ type: { const: 'signature_delta' }, signature: TEXT }),
  ],
}

/** Members of each event besides `type`. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  message_start: { message: messageOf({ type: 'null' }, { type: 'array', maxItems: 0 }) },
  content_block_start: { index: COUNT, content_block: BLOCK },
  content_block_delta: { index: COUNT, delta: DELTA },
  content_block_stop: { index: COUNT },
  message_delta: {
    delta: objectOf({ stop_reason: { enum: STOPS }, stop_sequence: STOP_SEQUENCE }),
    usage: DELTA_USAGE,
  },
  message_stop: {},
  ping: {},
}

export const MESSAGE_EVENT: object = {
  type: 'object',
  required: ['type'],
  properties: { type: { enum: Object.keys(EVENTS) } },
  allOf: Object.entries(EVENTS).map(([type, members]) => ({
    if: { properties: { type: { const: type } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: objectOf(members),
  })),
}
