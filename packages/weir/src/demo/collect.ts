/**
 * Collects outcomes: asks every model every question through the upstream client that also serves live traffic, grades the answers and
 * gives one outcome row a question, in the order of the questions. Works for any OpenAI-compatible endpoint, not only for the demo.
 * A run that was cut off goes on where it stopped when it is given the rows it had.
 */
import { WeirError, type ModelOutcome, type Outcome } from '@weir/core'
import { readResponseText } from '../record/live-outcome.ts'
import { createUpstreamClient, type LiveAttempt, type UpstreamClient } from '../upstream/client.ts'
import { DEFAULT_TIMEOUTS, type UpstreamModel } from '../upstream/definition.ts'
import { meterCostUsd, parseLoosely, readUsage } from '../upstream/usage.ts'

/** What collecting needs to know of a question. */
export interface Asked {
  readonly id: string
  readonly prompt: string
  readonly category?: string
}

export interface CollectOptions<Q extends Asked> {
  readonly models: readonly UpstreamModel[]
  readonly questions: readonly Q[]
  /** Quality of an answer text. Range [0, 1]. */
  readonly grade: (question: Q, text: string) => number | Promise<number>
  /** Name of the quality measure, for the rows. */
  readonly metric: string
  readonly dataset?: string
  /** Questions asked at the same time. Default 32: enough to keep two local programs busy. Hosted models may want fewer. */
  readonly concurrency?: number
  /** Rows of an earlier run; their questions are not asked again. */
  readonly known?: readonly Outcome[]
  /** Called with each new row as it is complete, in no particular order: append it to a file to be able to go on later. */
  readonly onRow?: (row: Outcome) => void
  readonly signal?: AbortSignal
}

/** Calls to one model for one question before the failure counts. */
const TRIES = 3

/** Throws the upstream's error when a model fails three times on one question, `cli.interrupted` when the signal aborts. */
export async function collectOutcomes<Q extends Asked>(
  options: CollectOptions<Q>,
): Promise<readonly Outcome[]> {
  const { questions, known = [], concurrency = 32, signal } = options
  const rows = new Map(known.map((row) => [row.id, row]))
  const left = questions.filter(({ id }) => !rows.has(id)).values()
  const client = createUpstreamClient(options.models, DEFAULT_TIMEOUTS)
  const work = async (): Promise<void> => {
    for (const question of left) {
      if (signal?.aborted === true)
        throw new WeirError('cli.interrupted', 'interrupted while collecting outcomes')
      const row = await askAll(client, question, options)
      rows.set(row.id, row)
      options.onRow?.(row)
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
  const { id, prompt, category } = question
  const outcomes = await Promise.all(
    client.models.map(
      async ({ model }) => [model, await askOne(client, model, { question, grade: options.grade })] as const,
    ),
  )
  return {
    id,
    ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
    ...(category === undefined ? {} : { category }),
    metric: options.metric,
    prompt,
    models: Object.fromEntries(outcomes),
  }
}

interface Task<Q extends Asked> {
  readonly question: Q
  readonly grade: CollectOptions<Q>['grade']
}

async function askOne<Q extends Asked>(
  client: UpstreamClient,
  model: string,
  { question, grade }: Task<Q>,
): Promise<ModelOutcome> {
  const definition = client.get(model)
  const body = Buffer.from(
    JSON.stringify({
      model: definition?.upstreamModel ?? model,
      messages: [{ role: 'user', content: question.prompt }],
    }),
  )
  let attempt: LiveAttempt | undefined
  let answer: unknown
  let text: string | undefined
  for (let tries = 0; tries < TRIES && text === undefined; tries += 1) {
    attempt = await client.call({ model, body, headers: [], lifeline: { isGone: false, call: undefined } })
    answer = readBody(attempt)
    text = readResponseText(answer)
  }
  if (attempt === undefined || text === undefined) {
    const { code, message } = attempt?.error ?? {
      code: 'upstream.bad_body' as const,
      message: `${model}: the answer has no text`,
    }
    throw new WeirError(code, `${message}; tried ${TRIES} times`)
  }
  const { latencyMs } = attempt
  const usage = readUsage(answer)
  const costUsd = definition === undefined ? undefined : meterCostUsd(definition, usage)
  return {
    score: await grade(question, text),
    response: text,
    ...usage,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs * 10) / 10 }),
  }
}

/** The body of a whole answer; undefined when the call failed or the body is no JSON. */
function readBody({ answer }: LiveAttempt): unknown {
  return answer?.kind === 'whole' && answer.isJson ? parseLoosely(answer.body.toString('utf8')) : undefined
}
