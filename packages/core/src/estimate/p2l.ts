/**
 * Prompt-to-Leaderboard: strengths of all models on this query, a leaderboard for one prompt.
 *
 *   strength_M(q) = u_M . (e_q, 1)         P(i is preferred to j | q) = sigmoid(strength_i(q) - strength_j(q))
 *
 * `p2l` learns by Bradley-Terry; `grk` by grounded Rao-Kupper, whose strength 0 is an answer that is as good as none.
 * Source: arXiv:2502.14855. Adapted: a linear head on our embedding of the query stands where the paper trains a language model's last layer and the
 * model with it.
 */
import { createKind, type PredictorKind } from './predictor.ts'
import { createStrengthReader } from './strengths.ts'

export const p2l: PredictorKind = { ...createKind('p2l', createStrengthReader), readsStrengths: true }

export const grk: PredictorKind = { ...createKind('grk', createStrengthReader), readsStrengths: true }
