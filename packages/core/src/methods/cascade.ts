/**
 * The cascade that `weir train --policy cascade` makes, every query drafted: the small model answers, the answer is read, and what is not good
 * enough is escalated. Its score is the ex post chance that the answer is good enough.
 */
import { createRiver } from '../river.ts'
import { embedderOf, type Method } from './method.ts'

export const cascade: Method = {
  name: 'cascade',
  summary: "reads the small model's answer, escalates when it is not good enough",
  readsAnswers: true,
  async fit({ train, ...lesson }) {
    const artifact = await train('trans')
    return { river: createRiver(artifact, embedderOf(lesson)), relaxation: artifact.relaxation?.t ?? 0 }
  },
}
