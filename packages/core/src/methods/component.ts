/**
 * A component of the blend as a router of its own (estimate/components.ts): what blending is worth. Nothing is learned for it: it is taken from the
 * artifact that `trans` trains on the same rows.
 *
 *   label   the chance that the small model is right or the large one wrong, each linear in the text: the router of Hybrid LLM with a linear
 *           encoder, its label read from two models of quality instead of one; not calibrated afterwards
 */
import { createBlendEstimator, type Combination } from '../estimate/blend.ts'
import { COMPONENT_NAMES } from '../estimate/components.ts'
import { fromStoredBlend } from '../estimate/stored-blend.ts'
import { createRiver } from '../river.ts'
import { embedderOf, type Method } from './method.ts'

export const label: Method = {
  name: 'label',
  summary: "the blend's plain linear text router alone",
  async fit({ train, ...lesson }) {
    const artifact = await train('trans')
    const blend = fromStoredBlend(artifact.estimator.parameters, artifact.encoder)
    const estimator = createBlendEstimator({ ...blend, combination: LABEL_ALONE })
    return {
      river: { ...createRiver(artifact, embedderOf(lesson)), estimator },
      relaxation: artifact.relaxation?.t ?? 0,
    }
  },
}

/** pSmall is then the sigmoid of that component's prediction, which keeps its order; the others are not asked. */
const LABEL_ALONE: Combination = {
  means: COMPONENT_NAMES.map(() => 0),
  deviations: COMPONENT_NAMES.map(() => 1),
  weights: COMPONENT_NAMES.map((one) => (one === 'label' ? 1 : 0)),
  slope: 1,
  intercept: 0,
  reliability: { knots: [], values: [] },
}
