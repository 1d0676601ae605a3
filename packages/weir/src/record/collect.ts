/**
 * Collects outcomes: asks every model every question through the upstream client that also serves live traffic, grades the answers and
 * gives one outcome row a question, in the order of the questions. A run that was cut off goes on where it stopped when it is given the
 * rows it had.
 */
import {
  WeirError,
  type ErrorCode,
  type ModelOutcome,
  type Outcome,
  type Sample,
  type StoredMessage,
} from '@weir/core'
import { createUpstreamClient, type LiveAttempt, type UpstreamClient } from '../upstream/client.ts'
import { UNAIDED } from '../upstream/faults.ts'
import { DEFAULT_TIMEOUTS, type UpstreamModel } from '../upstream/definition.ts'
import { meterCostUsd, parseLoosely, readUsage } from '../upstream/usage.ts'
import { dropUndefined } from './drop-undefined.ts'
import { readResponseText } from './live-outcome.ts'

/** What collecting needs to know of a question. */
export interface Asked {
  readonly id: string
  /** One user turn; or `messages`, which win. */
  readonly prompt?: string | undefined
  readonly messages?: readonly StoredMessage[] | undefined
  readonly category?: string | undefined
}

export interface CollectOptions<Q extends Asked> {
  readonly models: readonly UpstreamModel[]
  readonly questions: readonly Q[]
  /** Quality of an answer text. Range [0, 1]; undefined when it could not be judged. */
  readonly grade: (question: Q, text: string) => number | undefined | Promise<number | undefined>
  /** Name of the quality measure, for the rows. Absent when answers are not judged. */
  readonly metric?: string
  readonly dataset?: string
  /** Answers of each model to each question. Default 1. */
  readonly samples?: number
  /** Limit of an answer. Absent: the upstream's own. */
  readonly maxOutputTokens?: number
  /** Questions asked at the same time. Default 32: enough to keep two local programs busy. Hosted models may want fewer. */
  readonly concurrency?: number
  /** Rows of an earlier run; their questions are not asked again. */
  readonly known?: readonly Outcome[]
  /** Called with each new row as it is complete, in no particular order: append it to a file to be able to go on later. */
  readonly onRow?: (row: Outcome) => void
  /** A model failed three times on a question, which then gives no row. Absent: that ends the run. */
  readonly onFailure?: (question: Q, error: WeirError) => void
  readonly signal?: AbortSignal
}

/** Calls to one model for one answer before the failure counts. */
const TRIES = 3

/** Throws the upstream's error when a model fails three times on one question and nobody takes it, `cli.interrupted` when the signal aborts. */
export async function collectOutcomes<Q extends Asked>(
  options: CollectOptions<Q>,
): Promise<readonly Outcome[]> {
  const { questions, known = [], concurrency = 32, signal, onFailure } = options
  const rows = new Map(known.map((row) => [row.id, row]))
  const left = questions.filter(({ id }) => !rows.has(id)).values()
  const client = createUpstreamClient(options.models, { timeouts: DEFAULT_TIMEOUTS, ...UNAIDED })
  const take = async (question: Q): Promise<void> => {
    try {
      const row = await askAll(client, question, options)
      rows.set(row.id, row)
      options.onRow?.(row)
    } catch (error) {
      if (onFailure === undefined || !(error instanceof WeirError)) throw error
      onFailure(question, error)
    }
  }
  const work = async (): Promise<void> => {
    for (const question of left) {
      if (signal?.aborted === true)
        throw new WeirError('cli.interrupted', 'interrupted while collecting outcomes')
      await take(question)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, questions.length) }, work))
  } finally {
    await client.destroy()
  }
  return questions.flatMap(({ id }) => rows.get(id) ?? [])
}

async function askAll<Q extends Asked>(
  client: UpstreamClient,
  question: Q,
  options: CollectOptions<Q>,
): Promise<Outcome> {
  const { id, prompt, messages, category } = question
  const { dataset, metric } = options
  const outcomes = await Promise.all(
    client.models.map(async (definition) => {
      const outcome = await askModel(client, definition, { question, options })
      return [definition.model, outcome] as const
    }),
  )
  const text = messages === undefined ? { prompt: prompt ?? '' } : { messages }
  return dropUndefined({ id, dataset, category, metric, ...text, models: Object.fromEntries(outcomes) })
}

interface Task<Q extends Asked> {
  readonly question: Q
  readonly options: CollectOptions<Q>
}

/** A row holds what one answer took: of several, the first one's. */
async function askModel<Q extends Asked>(
  client: UpstreamClient,
  definition: UpstreamModel,
  task: Task<Q>,
): Promise<ModelOutcome> {
  const { samples = 1 } = task.options
  const answers = await Promise.all(Array.from({ length: samples }, () => askOne(client, definition, task)))
  const [first] = answers
  if (first === undefined || answers.length === 1) return first ?? {}
  const drawn = answers.map(({ score, response }): Sample => dropUndefined({ score, response }))
  return { ...first, samples: drawn }
}

async function askOne<Q extends Asked>(
  client: UpstreamClient,
  definition: UpstreamModel,
  { question, options }: Task<Q>,
): Promise<ModelOutcome> {
  const { model } = definition
  const { prompt = '', messages = [{ role: 'user', content: prompt }] } = question
  const body = Buffer.from(
    JSON.stringify({
      model: definition.upstreamModel ?? model,
      messages,
      ...(options.maxOutputTokens === undefined ? {} : { max_tokens: options.maxOutputTokens }),
    }),
  )
  let failure: { readonly code: ErrorCode; readonly message: string } | undefined
  for (let tries = 0; tries < TRIES; tries += 1) {
    const attempt = await client.call({
      model,
      body,
      headers: [],
      lifeline: { isGone: false, call: undefined },
    })
    const answer = readBody(attempt)
    const text = readResponseText(answer)
    if (text !== undefined) {
      const { latencyMs = 0 } = attempt
      const usage = readUsage(answer)
      return dropUndefined({
        score: await options.grade(question, text),
        response: text,
        ...usage,
        costUsd: meterCostUsd(definition, usage),
        latencyMs: Math.round(latencyMs * 10) / 10,
      })
    }
    failure = attempt.error ?? { code: 'upstream.bad_body', message: `${model}: the answer has no text` }
  }
  const { code, message } = failure ?? { code: 'upstream.bad_body', message: model }
  throw new WeirError(code, `${message}; tried ${TRIES} times`)
}

/** The body of a whole answer; undefined when the call failed or the body is no JSON. */
function readBody({ answer }: LiveAttempt): unknown {
  return answer?.kind === 'whole' && answer.isJson ? parseLoosely(answer.body.toString('utf8')) : undefined
}
