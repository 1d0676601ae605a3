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
    const blocks = body.messages.flatMap(({ role, content }: Wire) =>
      (typeof content === 'string' ? [{ type: 'text', text: content }] : content).map((one: Wire) => ({
        role,
        ...one,
      })),
    )
    checkTurns(body.messages)
    const forced = body.tools?.find(({ name }: Wire) => name === body.tool_choice?.name)
    const isSchemaTool = forced !== undefined && forced.name !== 'weather'
    return {
      system:
        typeof body.system === 'string'
          ? body.system
          : (body.system ?? []).map(({ text }: Wire) => text).join('\n'),
      texts: body.messages
        .map(({ content }: Wire) =>
          typeof content === 'string'
            ? content
            : content
                .filter(({ type }: Wire) => type === 'text')
                .map(({ text }: Wire) => text)
                .join(''),
        )
        .filter((text: string) => text !== ''),
      images: blocks
        .filter(({ type }: Wire) => type === 'image')
        .map(({ source }: Wire) =>
          source.type === 'base64' ? `data:${source.media_type};base64,${source.data}` : source.url,
        ),
      tools: isSchemaTool
        ? []
        : (body.tools ?? []).map(({ name, input_schema: parameters }: Wire) => ({ name, parameters })),
      calls: blocks
        .filter(({ type }: Wire) => type === 'tool_use')
        .map(({ id, name, input }: Wire): ToolCall => ({ id, name, arguments: input })),
      results: blocks
        .filter(({ type }: Wire) => type === 'tool_result')
        .map(({ tool_use_id: id, content }: Wire) => ({
          id,
          output: typeof content === 'string' ? content : content.map(({ text }: Wire) => text).join(''),
        })),
      schema:
        body.output_config?.format?.schema ??
        body.output_format?.schema ??
        (isSchemaTool ? forced.input_schema : undefined),
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
    const event = (type: string, data: object = {}): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
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
