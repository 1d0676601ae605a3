/**
 * Extra calls: what scorers ask of the world besides the answer itself. The effect is passed in, so that scorers stay pure; whoever makes the
 * call fills in cost and latency, and returns a failed attempt instead of throwing. Every call made is listed with the score.
 */
import type { Attempt, Purpose } from '../contract/attempt.ts'
import type { Query } from '../contract/query.ts'
import type { ScorerInput, ScorerResult } from '../contract/score.ts'

/** A chat completion that a scorer wants made. */
export interface ModelRequest {
  readonly purpose: Extract<Purpose, 'self-check' | 'judge'>
  readonly model: string
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[]
  /** Answers wanted. At least 1. */
  readonly samples: number
  readonly maxOutputTokens: number
  /** 0 is greedy. */
  readonly temperature: number
  /** Alternatives per token; 0 for no log-probabilities. */
  readonly topLogprobs: number
}

/** Resolves to one attempt with `samples` answers, or with `error`. */
export type AskModel = (request: ModelRequest) => Promise<Attempt>

/** What an external scorer is sent, as JSON. */
export interface ExternalRequest {
  readonly query: Query
  readonly model: string
  readonly answer: {
    readonly text: string
    readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  }
}

/** Resolves to one attempt whose first answer's text is the body of the reply, or with `error`. */
export type AskExternal = (request: ExternalRequest) => Promise<Attempt>

/** The call, counted whether it said anything or not; `read` is given only a call that succeeded. */
export function readCall(
  attempt: Attempt,
  purpose: Purpose,
  read: (attempt: Attempt) => number | undefined,
): ScorerResult {
  const calls = [{ ...attempt, purpose }]
  const value = attempt.error === undefined ? read(attempt) : undefined
  return value === undefined ? { calls } : { value, calls }
}

/**
 * A prompt with `{question}` and `{answer}` filled in, in one pass: what stands in a question is never taken for a placeholder.
 * The answer is the given one: its text, then its tool calls.
 */
export function fillPrompt(template: string, { query, attempt }: ScorerInput): string {
  const filled: Readonly<Record<string, string>> = {
    '{question}': showQuery(query),
    '{answer}': showAnswer(attempt),
  }
  return template.replace(/\{question\}|\{answer\}/g, (placeholder) => filled[placeholder] ?? placeholder)
}

function showQuery({ turns }: Query): string {
  const [first, ...more] = turns
  if (first !== undefined && more.length === 0) return first.text
  return turns.map(({ role, text }) => `[${role}]\n${text}`).join('\n\n')
}

function showAnswer({ answers = [], best = 0 }: Attempt): string {
  const { text, toolCalls = [] } = answers[best] ?? { text: '' }
  return [text, ...toolCalls.map((call) => `${call.name}(${call.arguments})`)]
    .filter((part) => part !== '')
    .join('\n')
}
