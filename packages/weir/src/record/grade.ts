/**
 * Grades of collected answers. With a reference: 1 when the final answers are equal (as a number, a choice, or exactly), else 0. By a judge
 * model: its grade over 10, which is a model's opinion, not a fact; the judge sees the reference where there is one.
 */
import {
  createJudgeScorer,
  finalAnswerOf,
  queryFromPrompt,
  parseChatBody,
  WeirError,
  type AskModel,
  type Attempt,
} from '@weir/core'
import { createUpstreamClient } from '../upstream/client.ts'
import { UNAIDED } from '../upstream/faults.ts'
import { DEFAULT_TIMEOUTS, type UpstreamModel } from '../upstream/definition.ts'
import { readAttempt } from '../upstream/read-attempt.ts'
import type { Question } from './questions.ts'

export type Comparison = 'exact' | 'number' | 'choice'

export interface Grader {
  /** Of the rows. */
  readonly metric: string
  /** Undefined: not judged. */
  grade(question: Question, text: string): number | undefined | Promise<number | undefined>
  /** Metered cost of its calls so far, USD; those with an unknown price count as nothing. */
  readonly costUsd: number
  close(): Promise<void>
}

/** Throws `data.field` when a question has no reference. */
export function createReferenceGrader(mode: Comparison, questions: readonly Question[]): Grader {
  const without = questions.find(({ reference }) => reference === undefined)
  if (without !== undefined) {
    throw new WeirError(
      'data.field',
      `question ${without.id.slice(0, 80)} has no "reference" to compare with; add one to each question, or grade with --judge`,
    )
  }
  return {
    metric: `final answer, ${mode}`,
    grade: ({ reference = '' }, text) => (isEqual(mode, text, reference) ? 1 : 0),
    costUsd: 0,
    close: () => Promise.resolve(),
  }
}

function isEqual(mode: Comparison, text: string, reference: string): boolean {
  const wanted = finalAnswerOf({ text: reference, extracted: reference }, mode)
  return wanted !== undefined && fold(finalAnswerOf({ text }, mode)) === fold(wanted)
}

function fold(text: string | undefined): string | undefined {
  return text?.toLowerCase()
}

export function createJudgeGrader(judge: UpstreamModel): Grader {
  const client = createUpstreamClient([judge], { timeouts: DEFAULT_TIMEOUTS, ...UNAIDED })
  let costUsd = 0
  const ask: AskModel = async ({ messages, maxOutputTokens, temperature }) => {
    const model = judge.upstreamModel ?? judge.model
    const body = Buffer.from(JSON.stringify({ model, messages, max_tokens: maxOutputTokens, temperature }))
    const lifeline = { isGone: false, call: undefined }
    const made = await client.call({ model: judge.model, body, headers: [], lifeline })
    const attempt: Attempt = await readAttempt(made, { definition: judge, lifeline })
    costUsd += attempt.costUsd ?? 0
    return attempt
  }
  const scorer = createJudgeScorer({ ask, model: judge.model })
  return {
    metric: `judge ${judge.model}`,
    async grade(question, text) {
      const attempt: Attempt = { model: '', answers: [{ text }] }
      const { value } = await scorer.score({ query: toQuery(question), attempt, earlier: [] })
      return value
    },
    get costUsd() {
      return costUsd
    },
    close: () => client.destroy(),
  }
}

/** As the judge reads it: the conversation, and a right answer where one is known. */
function toQuery({ prompt = '', messages, reference }: Question): ReturnType<typeof queryFromPrompt> {
  const query = messages === undefined ? queryFromPrompt(prompt) : parseChatBody({ messages })
  if (reference === undefined) return query
  const last = query.turns.length - 1
  const turns = query.turns.map((turn, i) =>
    i === last ? { ...turn, text: `${turn.text}\n\n(A right answer, for comparison: ${reference})` } : turn,
  )
  return { ...query, turns }
}

/** Answers are kept, and judged by somebody later. */
export const NO_GRADER: Grader = {
  metric: '',
  grade: () => undefined,
  costUsd: 0,
  close: () => Promise.resolve(),
}
