/** A mock upstream that speaks OpenAI chat completions. */
import type { Received, Reply, ToolCall, Wire } from './scenario.ts'
import { pieces, type Speaker } from './upstream.ts'

const FINISH = { stop: 'stop', length: 'length', tool: 'tool_calls' } as const

export const CHAT: Speaker = {
  dialect: 'chat',
  read(body): Received {
    const messages: readonly Wire[] = body.messages
    return {
      system: messages.filter(isSystem).map(textOf).join('\n'),
      texts: messages
        .filter((one) => (one.role === 'user' || one.role === 'assistant') && textOf(one) !== '')
        .map(textOf),
      images: messages.flatMap((one) =>
        Array.isArray(one.content) ? one.content.flatMap((part: Wire) => part.image_url?.url ?? []) : [],
      ),
      tools: (body.tools ?? []).map(({ function: { name, parameters } }: Wire) => ({ name, parameters })),
      calls: messages.flatMap((one) => one.tool_calls ?? []).map(readCall),
      results: messages
        .filter(({ role }) => role === 'tool')
        .map((one) => ({ id: one.tool_call_id, output: textOf(one) })),
      schema: body.response_format?.json_schema?.schema,
      maxTokens: body.max_completion_tokens ?? body.max_tokens,
      temperature: body.temperature,
      isStream: body.stream === true,
    }
  },
  whole: (reply) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'mock-chat',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.text === '' && reply.calls.length > 0 ? null : reply.text,
          refusal: null,
          ...(reply.calls.length === 0 ? {} : { tool_calls: reply.calls.map(writeCall) }),
        },
        logprobs: null,
        finish_reason: FINISH[reply.finish],
      },
    ],
    usage: usageOf(reply),
  }),
  stream(reply, body): readonly string[] {
    const includesUsage = body.stream_options?.include_usage === true
    const chunk = (choices: readonly unknown[], usage: unknown = null): string =>
      `data: ${JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1_790_000_000,
        model: 'mock-chat',
        choices,
        ...(includesUsage ? { usage } : {}),
      })}\n\n`
    const delta = (piece: object, finish: string | null = null): string =>
      chunk([{ index: 0, delta: piece, logprobs: null, finish_reason: finish }])
    return [
      delta({ role: 'assistant', content: '', refusal: null }),
      ...pieces(reply.text).map((content) => delta({ content })),
      ...reply.calls.flatMap((call, index) => {
        const { id, function: named, type } = writeCall(call)
        return [
          delta({ tool_calls: [{ index, id, type, function: { name: named.name, arguments: '' } }] }),
          ...pieces(named.arguments, 3).map((text) =>
            delta({ tool_calls: [{ index, function: { arguments: text } }] }),
          ),
        ]
      }),
      delta({}, FINISH[reply.finish]),
      ...(includesUsage ? [chunk([], usageOf(reply))] : []),
      'data: [DONE]\n\n',
    ]
  },
  error: (status) => ({
    error: { message: `the upstream says ${status}`, type: 'some_error', param: null, code: null },
  }),
}

function isSystem({ role }: { readonly role: string }): boolean {
  return role === 'system' || role === 'developer'
}

function textOf({ content }: Wire): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part: Wire) => part.text ?? '').join('') : ''
}

function readCall({ id, function: { name, arguments: text } }: Wire): ToolCall {
  return { id, name, arguments: JSON.parse(text) }
}

function writeCall({ id, name, arguments: values }: ToolCall): {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
} {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(values) } }
}

function usageOf({ usage: { input, cached, output } }: Reply): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  }
}
