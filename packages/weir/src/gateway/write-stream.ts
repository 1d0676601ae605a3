/**
 * A whole completion as the event stream that the caller asked for: used where an answer had to be whole before it was given (several
 * samples) or where an upstream ignored `stream`. One event for the role, one for each choice's content, then why it finished, usage
 * when the caller asked for it, and the end.
 */
import { isRecord } from '@weir/core'

type Json = Readonly<Record<string, unknown>>

export function writeStream(
  completion: unknown,
  { includesUsage }: { readonly includesUsage: boolean },
): string {
  const body: Json = isRecord(completion) ? completion : {}
  const { choices, usage = null, object: _object, weir: _weir, ...head } = body
  const event = (members: Json): string =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...members })}\n\n`
  const usageOf = includesUsage ? { usage: null } : {}
  const events = (Array.isArray(choices) ? choices.filter(isRecord) : []).flatMap((choice) =>
    writeChoice(choice).map((piece) => event({ choices: [piece], ...usageOf })),
  )
  const last = includesUsage ? [event({ choices: [], usage })] : []
  return [...events, ...last, 'data: [DONE]\n\n'].join('')
}

function writeChoice({
  index = 0,
  message,
  finish_reason: finishReason = null,
  logprobs = null,
}: Json): Json[] {
  const { role = 'assistant', tool_calls: calls, ...rest } = isRecord(message) ? message : {}
  const toolCalls = Array.isArray(calls)
    ? { tool_calls: calls.filter(isRecord).map((call, i) => ({ index: i, ...call })) }
    : {}
  return [
    { index, delta: { role, content: '' }, logprobs: null, finish_reason: null },
    { index, delta: { ...rest, ...toolCalls }, logprobs, finish_reason: null },
    { index, delta: {}, logprobs: null, finish_reason: finishReason },
  ]
}
