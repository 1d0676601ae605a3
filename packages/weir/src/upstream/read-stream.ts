/**
 * What scorers read of an event stream, chunk by chunk: the pieces of each choice joined, its tool calls put together, its tokens in
 * order. Chunks may break anywhere, also inside a character: bytes are joined before they are read.
 */
import { isRecord, type Answer, type TokenLogprob, type Usage } from '@weir/core'
import { WholeLines } from './event-bytes.ts'
import { choicesOf, indexOf, readText, readTokens } from './read-completion.ts'
import { parseLoosely, readUsage } from './usage.ts'

interface Choice {
  text: string
  finishReason: string | undefined
  readonly tokens: TokenLogprob[]
  readonly toolCalls: Map<number, { name: string; arguments: string }>
}

/** What is wrong with a stream that cannot become an answer. */
export type StreamFault = 'error_event' | 'not_json'

export class StreamReader {
  readonly #lines = new WholeLines()
  readonly #choices = new Map<number, Choice>()
  #isErrorEvent = false
  #isDone = false
  #usage: Usage | undefined
  #fault: StreamFault | undefined

  push(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) this.#readLine(line.trimEnd())
  }

  /** The stream is over: a last line may lack its end. */
  end(): void {
    const rest = this.#lines.rest()
    if (rest !== '') this.#readLine(rest.trimEnd())
  }

  get fault(): StreamFault | undefined {
    return this.#fault
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  /** True when nothing of the answer is missing: `[DONE]` was seen, or every choice said why it finished. */
  get isComplete(): boolean {
    const choices = [...this.#choices.values()]
    return this.#isDone || (choices.length > 0 && choices.every((one) => one.finishReason !== undefined))
  }

  /** Tokens of the first choice so far. */
  get tokens(): readonly TokenLogprob[] {
    return this.#choices.get(0)?.tokens ?? []
  }

  /** In order of their index. */
  answers(): readonly Answer[] {
    return [...this.#choices].toSorted(([a], [b]) => a - b).map(([, choice]) => toAnswer(choice))
  }

  #readLine(line: string): void {
    if (line === '') this.#isErrorEvent = false
    if (line.startsWith('event:')) this.#isErrorEvent = line.slice(6).trim() === 'error'
    if (!line.startsWith('data:') || this.#fault !== undefined) return
    const data = line.slice(5).trim()
    if (data === '[DONE]') this.#isDone = true
    else if (data !== '') this.#readData(parseLoosely(data))
  }

  #readData(data: unknown): void {
    if (!isRecord(data)) {
      this.#fault = 'not_json'
      return
    }
    if (this.#isErrorEvent || (data['error'] !== undefined && data['error'] !== null)) {
      this.#fault = 'error_event'
      return
    }
    this.#usage = readUsage(data) ?? this.#usage
    for (const choice of choicesOf(data)) this.#readChoice(choice)
  }

  #readChoice(piece: Readonly<Record<string, unknown>>): void {
    const index = indexOf(piece)
    const choice = this.#choices.get(index) ?? createChoice()
    this.#choices.set(index, choice)
    const { delta, finish_reason: finishReason, logprobs } = piece
    if (typeof finishReason === 'string') choice.finishReason = finishReason
    choice.tokens.push(...readTokens(logprobs))
    if (!isRecord(delta)) return
    choice.text += readText(delta['content']) ?? readText(delta['refusal']) ?? ''
    if (Array.isArray(delta['tool_calls'])) readToolCalls(choice, delta['tool_calls'])
  }
}

function createChoice(): Choice {
  return { text: '', finishReason: undefined, tokens: [], toolCalls: new Map() }
}

/** Pieces of a call carry its index; the name comes once, the arguments in pieces. */
function readToolCalls({ toolCalls }: Choice, pieces: readonly unknown[]): void {
  for (const piece of pieces.filter(isRecord)) {
    const index = indexOf(piece)
    const call = toolCalls.get(index) ?? { name: '', arguments: '' }
    toolCalls.set(index, call)
    const { name, arguments: text } = isRecord(piece['function']) ? piece['function'] : {}
    if (typeof name === 'string') call.name += name
    if (typeof text === 'string') call.arguments += text
  }
}

function toAnswer({ text, finishReason, tokens, toolCalls }: Choice): Answer {
  const calls = [...toolCalls].toSorted(([a], [b]) => a - b).map(([, call]) => ({ ...call }))
  return {
    text,
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(tokens.length === 0 ? {} : { tokens: [...tokens] }),
  }
}
