/**
 * Single components of the blend as routers of their own (estimate/components.ts): what blending is worth. Nothing is learned for them: they are
 * taken from the artifact that `trans` trains on the same rows.
 *
 *   label   the chance that the small model is right or the large one wrong, each linear in the text: the router of Hybrid LLM with a linear
 *           encoder, its label read from two models of quality instead of one; not calibrated afterwards
 *   table   the task-type table with the type read from the text, where `bestPerTaskType` is told it; its score only ranks
 */
import { createBlendEstimator, type Combination } from '../estimate/blend.ts'
import { COMPONENT_NAMES, type ComponentName } from '../estimate/components.ts'
import { fromStoredBlend } from '../estimate/stored-blend.ts'
import { createRiver } from '../river.ts'
import type { Method } from './method.ts'

export const label: Method = componentMethod('label', {
  summary: "the blend's plain linear text router alone",
  isProbability: true,
})
export const table: Method = componentMethod('table', {
  summary: "the blend's task-type table alone, with the type read from the text",
  isProbability: false,
})

interface ComponentOptions {
  readonly summary: string
  /** Whether the sigmoid of its prediction is a probability of the trans label. */
  readonly isProbability: boolean
}

function componentMethod(name: ComponentName, { summary, isProbability }: ComponentOptions): Method {
  return {
    name,
    summary,
    async fit({ train }) {
      const artifact = await train('trans')
      const blend = fromStoredBlend(artifact.estimator.parameters, artifact.encoder)
      const estimator = createBlendEstimator({ ...blend, combination: only(name) })
      return {
        river: { ...createRiver(artifact), estimator },
        relaxation: isProbability ? (artifact.relaxation?.t ?? 0) : null,
      }
    },
  }
}

/** pSmall is then the sigmoid of one component's prediction, which keeps its order; the others are not asked. */
function only(name: ComponentName): Combination {
  return {
    means: COMPONENT_NAMES.map(() => 0),
    deviations: COMPONENT_NAMES.map(() => 1),
    weights: COMPONENT_NAMES.map((one) => (one === name ? 1 : 0)),
    slope: 1,
    intercept: 0,
    reliability: { knots: [], values: [] },
  }
}
