/**
 * Graph router for a pool: queries, task types and models are nodes, outcomes are edges. One step of message passing gathers at each model what its
 * edges say, and an edge to a new query is scored from both ends (traits.ts):
 *
 *   byType_jt     mean quality over the edges of task type t
 *   message_j     mean over the edges of e_i (quality_ij - mean_j): the directions of text in which the model does better than it does on average
 *
 * Source: GraphRouter, arXiv:2410.03834. Adapted: one step without hidden layers instead of two graph convolutions; no description of models by a
 * language model; costs are predicted apart, as for every method. Trained as there: half of the edges are hidden and predicted from the rest.
 */
import { createKind, type PredictorKind } from './predictor.ts'
import { createTraitsPredictor, type TraitsParameters } from './traits.ts'

export const graph: PredictorKind = createKind('graph', (parameters, shape) =>
  createTraitsPredictor(parameters as TraitsParameters, shape),
)
