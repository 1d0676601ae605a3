/**
 * Item response theory: models have abilities, a query asks for some of them and is so difficult; both are read from its text.
 *
 *   P(M is right on q) = sigmoid( theta_M . a(q) - b(q) ) = sigmoid( u_M . (e_q, 1) )
 *
 * Source: the idea of IRT-Router, arXiv:2506.01048 (not re-read), on the multidimensional two-parameter model. Adapted: a and b are linear in our
 * embedding of the query.
 */
import { createKind, type PredictorKind } from './predictor.ts'
import { createStrengthReader } from './strengths.ts'

export const irt: PredictorKind = createKind('irt', createStrengthReader)
