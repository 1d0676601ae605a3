/**
 * What scorers read of a chat completion: its choices as answers, in order of their index. Lenient: what an upstream leaves out is absent.
 */
import { isRecord, type Answer, type TokenLogprob, type ToolCall } from '@weir/core'

type Json = Readonly<Record<string, unknown>>

/** The choices of a completion body; empty when it has none. */
export function readCompletion(body: unknown): readonly Answer[] {
  return choicesOf(body)
    .toSorted((a, b) => indexOf(a) - indexOf(b))
    .map(readChoice)
}

/** Choices of a completion or of a chunk. */
export function choicesOf(body: unknown): readonly Json[] {
  const choices = isRecord(body) ? body['choices'] : undefined
  return Array.isArray(choices) ? choices.filter(isRecord) : []
}

export function indexOf({ index }: Json): number {
  return typeof index === 'number' ? index : 0
}

function readChoice({ message, finish_reason: finishReason, logprobs }: Json): Answer {
  const { content, refusal, tool_calls: calls } = isRecord(message) ? message : {}
  const toolCalls = Array.isArray(calls) ? calls.filter(isRecord).map(readToolCall) : []
  const tokens = readTokens(logprobs)
  return {
    text: readText(content) ?? readText(refusal) ?? '',
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(typeof finishReason === 'string' ? { finishReason } : {}),
    ...(tokens.length === 0 ? {} : { tokens }),
  }
}

/** Text of string content or of content parts; undefined when there is none. */
export function readText(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  return content
    .map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('')
}

function readToolCall({ function: called }: Json): ToolCall {
  const { name, arguments: text } = isRecord(called) ? called : {}
  return {
    name: typeof name === 'string' ? name : '',
    arguments: typeof text === 'string' ? text : JSON.stringify(text ?? ''),
  }
}

/** Tokens of a choice's or a chunk's `logprobs`; empty when it has none. */
export function readTokens(logprobs: unknown): readonly TokenLogprob[] {
  const content = isRecord(logprobs) ? logprobs['content'] : undefined
  if (!Array.isArray(content)) return []
  return content.flatMap((token) => {
    const read = readToken(token)
    if (read === undefined) return []
    const top = isRecord(token) && Array.isArray(token['top_logprobs']) ? token['top_logprobs'] : []
    const others = top.flatMap((one) => readToken(one) ?? []).toSorted((a, b) => b.logprob - a.logprob)
    return [others.length === 0 ? read : { ...read, top: others }]
  })
}

/** Rounding makes some upstreams report logs just above 0. */
function readToken(value: unknown): Pick<TokenLogprob, 'token' | 'logprob'> | undefined {
  if (!isRecord(value) || typeof value['token'] !== 'string' || typeof value['logprob'] !== 'number') {
    return undefined
  }
  return { token: value['token'], logprob: Math.min(0, value['logprob']) }
}
