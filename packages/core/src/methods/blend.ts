/**
 * The three labels of Hybrid LLM (arXiv:2404.14618 sections 3.1 to 3.3) with the blend: what `weir train --method` makes.
 */
import type { LabelMethod } from '../contract/artifact.ts'
import { createRiver } from '../river.ts'
import { embedderOf, type Method } from './method.ts'

export const trans: Method = blendMethod('trans', 'Hybrid LLM, relaxed label: small at least large - t*')
export const prob: Method = blendMethod(
  'prob',
  'Hybrid LLM, soft label: share of pairs of answers with small at least large',
)
export const det: Method = blendMethod(
  'det',
  'Hybrid LLM, hard label: the first small answer at least as good as the first large one',
)

function blendMethod(label: LabelMethod, summary: string): Method {
  return {
    name: label,
    summary,
    async fit({ train, ...lesson }) {
      const artifact = await train(label)
      return { river: createRiver(artifact, embedderOf(lesson)), relaxation: artifact.relaxation?.t ?? 0 }
    },
  }
}
