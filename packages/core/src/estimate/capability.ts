/**
 * Capability vectors for a pool: a model is its mean quality by task type, and one logistic function of query and capability serves every model, also
 * those it was not learned with. The message of a model (traits.ts) is its overall ability, logit(mean_j), in every direction: what is hard for a weak
 * model may be easy for an able one.
 *
 * Source: Capability Instruction Tuning (Model-SAT), arXiv:2502.17282. Adapted: there a language model reads the capability as text ("achieves
 * accuracy a on task t") beside the query; here it is numbers.
 */
import { createKind, type PredictorKind } from './predictor.ts'
import { createTraitsPredictor, type TraitsParameters } from './traits.ts'

export const capability: PredictorKind = createKind('capability', (parameters, shape) =>
  createTraitsPredictor(parameters as TraitsParameters, shape),
)
