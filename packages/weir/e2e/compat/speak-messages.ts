/** A mock upstream that speaks Anthropic Messages. */
import type { Received, Reply, ToolCall, Wire } from './scenario.ts'
import { pieces, type Speaker } from './upstream.ts'

const STOP = { stop: 'end_turn', length: 'max_tokens', tool: 'tool_use' } as const

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

export const MESSAGES: Speaker = {
  dialect: 'messages',
  read(body, { headers, url }): Received {
    if (url?.split('?')[0] !== '/v1/messages' || headers['anthropic-version'] === undefined) {
      throw new Error('not a request of this dialect')
    }
    if (typeof body.max_tokens !== 'number') throw new Error('max_tokens is needed')
    checkTurns(body.messages)
    const blocks: readonly Wire[] = body.messages.flatMap(({ content }: Wire) => blocksOf(content))
    return {
      system: textOf(body.system ?? ''),
      texts: body.messages.map(({ content }: Wire) => textOf(content)).filter((text: string) => text !== ''),
      images: blocks.filter(({ type }) => type === 'image').map(imageOf),
      ...readTools(body),
      calls: blocks
        .filter(({ type }) => type === 'tool_use')
        .map(({ id, name, input }): ToolCall => ({ id, name, arguments: input })),
      results: blocks
        .filter(({ type }) => type === 'tool_result')
        .map(({ tool_use_id: id, content }) => ({ id, output: textOf(content) })),
      maxTokens: body.max_tokens,
      temperature: body.temperature,
      isStream: body.stream === true,
    }
  },
  whole: (reply) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'mock-messages',
    content: [
      ...(reply.text === '' ? [] : [{ type: 'text', text: reply.text }]),
      ...reply.calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id, name, input })),
    ],
    stop_reason: STOP[reply.finish],
    stop_sequence: null,
    usage: usageOf(reply),
  }),
  stream(reply): readonly string[] {
    const block = (index: number, start: object, deltas: readonly object[]): readonly string[] => [
      event('content_block_start', { index, content_block: start }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]
    const { usage } = reply
    const start = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'mock-messages',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usageOf(reply), output_tokens: 1 },
    }
    const hasText = reply.text !== ''
    return [
      event('message_start', { message: start }),
      event('ping'),
      ...(hasText
        ? block(
            0,
            { type: 'text', text: '' },
            pieces(reply.text).map((text) => ({ type: 'text_delta', text })),
          )
        : []),
      ...reply.calls.flatMap(({ id, name, arguments: input }, i) =>
        block(
          i + (hasText ? 1 : 0),
          { type: 'tool_use', id, name, input: {} },
          ['', ...pieces(JSON.stringify(input), 3)].map((text) => ({
            type: 'input_json_delta',
            partial_json: text,
          })),
        ),
      ),
      event('message_delta', {
        delta: { stop_reason: STOP[reply.finish], stop_sequence: null },
        usage: { output_tokens: usage.output },
      }),
      event('message_stop'),
    ]
  },
  error: (status) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message: `the upstream says ${status}` },
    request_id: 'req_1',
  }),
}

function event(type: string, data: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}

function blocksOf(content: Wire): readonly Wire[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function textOf(content: Wire): string {
  return blocksOf(content)
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('')
}

function imageOf({ source }: Wire): string {
  return source.type === 'base64' ? `data:${source.media_type};base64,${source.data}` : source.url
}

/** A schema is asked for as the output's format, or as the input of a tool that must be called. */
function readTools(body: Wire): Pick<Received, 'tools' | 'schema'> {
  const tools: readonly Wire[] = body.tools ?? []
  const format = body.output_config?.format ?? body.output_format
  const forced = tools.find(({ name }) => name === body.tool_choice?.name && name !== 'weather')
  if (forced !== undefined) return { tools: [], schema: forced.input_schema }
  return {
    tools: tools.map(({ name, input_schema: parameters }) => ({ name, parameters })),
    schema: format?.schema,
  }
}

/** The provider refuses two turns of one role in a row only in old versions; an empty text block it always refuses. */
function checkTurns(messages: readonly Wire[]): void {
  for (const { content } of messages) {
    if (
      content === '' ||
      (Array.isArray(content) && content.some((one) => one.type === 'text' && one.text === ''))
    ) {
      throw new Error('text content blocks must be non-empty')
    }
  }
}

function usageOf({ usage: { input, cached, output } }: Reply): object {
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  }
}
