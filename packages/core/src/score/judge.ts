/**
 * Judging an attempt: signals are read, then turned into a calibrated ex post estimate. A scorer or estimator that fails does not fail the
 * request: the score then has no estimate, and the policy does what its configuration says.
 */
import type { Attempt } from '../contract/attempt.ts'
import type { Features } from '../contract/features.ts'
import type { State } from '../contract/policy.ts'
import type { Query } from '../contract/query.ts'
import type {
  AnswerEstimator,
  AnswerEstimatorInput,
  Score,
  Scorer,
  ScorerInput,
  Selector,
  SignalName,
  Signals,
} from '../contract/score.ts'

export interface Scoring {
  /** At most one per signal. Those whose signal the attempt already carries are not asked. */
  readonly scorers: readonly Scorer[]
  readonly estimator: AnswerEstimator
  /** Sets `best` of an attempt with several answers, before any signal is read. Absent: the first answer stands for the attempt. */
  readonly selector?: Selector
}

export interface Judged<A extends Attempt> {
  readonly query: Query
  readonly features: Features | undefined
  readonly state: Pick<State, 'estimates'>
  readonly attempt: A
  readonly earlier: readonly A[]
}

/** The attempt with its score. Never throws. */
export async function judge<A extends Attempt>(
  { scorers, estimator, selector }: Scoring,
  { query, features, state: { estimates }, attempt: given, earlier }: Judged<A>,
): Promise<A> {
  const attempt = selector === undefined ? given : selectBest(selector, query, given)
  const read = await readSignals(scorers, { query, attempt, earlier })
  const attempts = [...earlier, attempt]
  const believed =
    features === undefined
      ? NO_BELIEF
      : estimate(estimator, {
          query,
          features,
          attempts,
          signals: read.signals,
          ...(estimates === undefined ? {} : { estimates }),
        })
  const score: Score = { ...read, ...believed }
  return { ...attempt, score }
}

/** Unchanged when there is nothing to choose from, and when the selector fails: `best` then stays unset. */
function selectBest<A extends Attempt>(selector: Selector, query: Query, attempt: A): A {
  const { answers = [] } = attempt
  if (answers.length < 2) return attempt
  try {
    const best = selector.select(answers, query)
    return answers[best] === undefined ? attempt : { ...attempt, best }
  } catch {
    return attempt
  }
}

const NO_BELIEF: Pick<Score, 'pGoodEnough'> = { pGoodEnough: null }

function estimate(
  estimator: AnswerEstimator,
  input: AnswerEstimatorInput,
): Pick<Score, 'pGoodEnough' | 'candidates'> {
  try {
    const believed = estimator.estimate(input)
    // NaN compares as "below" and would escalate without a word.
    return believed.pGoodEnough === null || Number.isFinite(believed.pGoodEnough) ? believed : NO_BELIEF
  } catch {
    return NO_BELIEF
  }
}

/** Scorers run side by side: extra calls would otherwise add up in time. */
async function readSignals(
  scorers: readonly Scorer[],
  input: ScorerInput,
): Promise<Pick<Score, 'signals' | 'calls'>> {
  const known = input.attempt.signals ?? {}
  const asked = scorers.filter(({ signal }) => known[signal] === undefined)
  const results = await Promise.all(asked.map((scorer) => ask(scorer, input)))
  const signals: Partial<Record<SignalName, number>> = { ...known }
  const calls: Attempt[] = [...(input.attempt.checks ?? [])]
  results.forEach(({ value, calls: made = [] }, i) => {
    const signal = asked[i]?.signal
    if (signal !== undefined && value !== undefined && Number.isFinite(value)) signals[signal] = value
    calls.push(...made)
  })
  return { signals: signals satisfies Signals, calls }
}

async function ask(scorer: Scorer, input: ScorerInput): Promise<Awaited<ReturnType<Scorer['score']>>> {
  try {
    return await scorer.score(input)
  } catch {
    return {}
  }
}
