/**
 * Matrix factorisation: how strong every model is on a query, learned from which of two answers was preferred.
 *
 *   strength_M(q) = c . ( v_M / |v_M| * W e_q )         P(i is preferred to j | q) = sigmoid(strength_i(q) - strength_j(q))
 *
 * e_q is the query's embedding and a constant 1, W projects it, v_M and c are learned. Serving needs only the product of the learned parts, one
 * vector u_M = W' (c * v_M / |v_M|) per model: strength_M(q) = u_M . e_q.
 *
 * Source: RouteLLM, arXiv:2406.18665 section 4.2, and its public code. Departures, with their reasons, in docs/methods/routellm.md.
 */
import { createKind, type PredictorKind } from './predictor.ts'
import { createStrengthReader } from './strengths.ts'

export const mf: PredictorKind = { ...createKind('mf', createStrengthReader), readsStrengths: true }
