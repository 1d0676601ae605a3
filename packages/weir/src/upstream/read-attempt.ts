/**
 * Reading an attempt: what came back becomes answers that scorers can read, usage and cost. Where it cannot be read (an error status, a
 * compressed body, no choice in it, a stream that breaks) the attempt has failed, and another model may be asked.
 */
import type { Usage } from '@weir/core'
import type { WholeAnswer } from './answer.ts'
import type { UpstreamModel } from './definition.ts'
import type { Failure } from './dispatch.ts'
import { holdStream, type Watch } from './hold.ts'
import { triesOf, type Lifeline, type LiveAttempt } from './live-attempt.ts'
import { readCompletion } from './read-completion.ts'
import { addUsage, meterCostUsd } from './metered-cost.ts'
import { parseLoosely, readUsage } from './usage.ts'

export interface ReadOptions {
  readonly definition: UpstreamModel
  readonly lifeline: Lifeline
  readonly watch?: Watch
}

/** The attempt with its answers, or with an error. Never rejects. */
export async function readAttempt(attempt: LiveAttempt, options: ReadOptions): Promise<LiveAttempt> {
  const { answer } = attempt
  if (answer === undefined) return attempt
  const read =
    answer.kind === 'whole' ? readWhole(attempt, answer) : await holdStream(attempt, answer, options)
  return withCost(read, options.definition)
}

function readWhole(attempt: LiveAttempt, { isJson, status, body, headers }: WholeAnswer): LiveAttempt {
  if (!isJson && status >= 300) {
    const failure: Failure = { code: 'upstream.refused', message: `answered status ${status}` }
    return { ...failed(attempt, failure), refusal: { ...failure, status, headers } }
  }
  if (!isJson) return failed(attempt, COMPRESSED)
  const json = parseLoosely(body.toString('utf8'))
  const answers = readCompletion(json)
  return answers.length === 0
    ? failed(attempt, NO_CHOICE)
    : { ...attempt, answers, ...usageOf(readUsage(json)) }
}

const COMPRESSED: Failure = {
  code: 'upstream.bad_body',
  message: 'the answer is compressed although it was asked not to be, so it cannot be read',
}
const NO_CHOICE: Failure = { code: 'upstream.bad_body', message: 'the answer holds no choice' }

function failed({ answer: _answer, ...attempt }: LiveAttempt, { code, message }: Failure): LiveAttempt {
  return { ...attempt, error: { code, message: `${attempt.model}: ${message}` } }
}

/** Of an answer that is not read before it is given: what a whole one cost is known all the same. */
export function meterAttempt(attempt: LiveAttempt, definition: UpstreamModel): LiveAttempt {
  const { answer } = attempt
  if (answer?.kind !== 'whole' || !answer.isJson) return attempt
  return withCost(
    { ...attempt, ...usageOf(readUsage(parseLoosely(answer.body.toString('utf8')))) },
    definition,
  )
}

function withCost(attempt: LiveAttempt, definition: UpstreamModel): LiveAttempt {
  const costUsd = meterCostUsd(definition, attempt.usage)
  return costUsd === undefined ? attempt : { ...attempt, costUsd }
}

function usageOf(usage: Usage | undefined): { readonly usage?: Usage } {
  return usage === undefined ? {} : { usage }
}

/**
 * Several calls for one answer each, as one attempt: those that failed are left out, all having failed is the first one's failure. What
 * failed calls cost is not known, and stands among `tries`; what answered ones cost is known when each one's is.
 */
export function gatherAttempts(attempts: readonly LiveAttempt[]): LiveAttempt {
  const answered = attempts.filter(({ error }) => error === undefined)
  const first = answered[0] ?? attempts[0]
  if (first === undefined) throw new RangeError('no attempt to gather')
  const latencyMs = Math.max(...attempts.map((one) => one.latencyMs ?? 0))
  const others = attempts.filter((one) => one !== first).flatMap(triesOf)
  // The last one stands for the attempt itself.
  const tries =
    attempts.length === answered.length && first.tries === undefined
      ? undefined
      : [...others, ...triesOf(first)]
  const base = { ...first, latencyMs, calls: attempts.length, ...(tries === undefined ? {} : { tries }) }
  if (answered.length === 0) return base
  const costUsd = sum(answered.map((one) => one.costUsd))
  const { costUsd: _cost, usage: _usage, ...rest } = base
  return {
    ...rest,
    answers: answered.flatMap(({ answers = [] }) => answers.slice(0, 1)),
    ...(costUsd === undefined ? {} : { costUsd }),
    usage: addUsage(answered.map(({ usage }) => usage)),
    pick: (position) => answered[position]?.answer ?? first.answer,
  }
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const value of values) {
    if (value === undefined) return undefined
    total += value
  }
  return total
}
