/**
 * Proxy reward: a number by which the best of several answers to one query is chosen, where answers have no short final form to vote on.
 *
 *   reward = w . (hashed text of the answer, unit length) + v . (how question and answer look together: exchange.ts)
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.1, where a reward model of 300M parameters is fine-tuned. Departure: linear, so that it costs no call;
 * what depends on the question alone cancels between answers and is left out. Learned by learn/fit-answer-reward.ts. No probability: it only ranks.
 */
import type { Answer } from '../contract/answer.ts'
import type { Encoder, Features } from '../contract/features.ts'
import type { Query } from '../contract/query.ts'
import type { Selector } from '../contract/score.ts'
import { toAnswerQuery } from './answer-reader.ts'
import { describeExchange } from './exchange.ts'

export interface AnswerReward {
  /** One weight per bucket of the encoder. */
  readonly text: Float32Array
  /** One per column of EXCHANGE_COLUMNS, for the column as it is. */
  readonly exchange: readonly number[]
}

/** What the reward sees of an answer. */
export interface RewardSight {
  readonly indices: Uint32Array
  /** Of unit length; empty for an empty answer. */
  readonly values: Float32Array
  readonly exchange: Float32Array
}

export function seeAnswer(encoder: Encoder, query: Query, answer: Answer): RewardSight {
  const { indices, values }: Features = encoder.encode(toAnswerQuery(answer))
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  // Copied: an encoder may use its arrays again.
  return {
    indices: indices.slice(),
    values: values.map((value) => (length > 0 ? value / length : 0)),
    exchange: describeExchange(query, answer),
  }
}

/** Any finite number; higher is better, comparable between answers to one query. */
export function rewardOf({ text, exchange }: AnswerReward, sight: RewardSight): number {
  let sum = 0
  sight.indices.forEach((bucket, k) => {
    sum += (text[bucket] ?? 0) * (sight.values[k] ?? 0)
  })
  exchange.forEach((weight, j) => {
    sum += weight * (sight.exchange[j] ?? 0)
  })
  return sum
}

/** The answer of highest reward; the first of equals. */
export function createRewardSelector(reward: AnswerReward, encoder: Encoder): Selector {
  // Training asks about the same answers in many draws.
  const known = new WeakMap<Answer, { readonly query: Query; readonly reward: number }>()
  const rank = (answer: Answer, query: Query): number => {
    const before = known.get(answer)
    if (before?.query === query) return before.reward
    const after = rewardOf(reward, seeAnswer(encoder, query, answer))
    known.set(answer, { query, reward: after })
    return after
  }
  return {
    name: 'reward',
    select(answers, query): number {
      const rewards = answers.map((answer) => rank(answer, query))
      return rewards.indexOf(Math.max(...rewards))
    },
  }
}
