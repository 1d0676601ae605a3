/** Capability Instruction Tuning (Model-SAT), arXiv:2502.17282, adapted. */
import { fitCapability } from '../learn/fit-capability.ts'
import type { PoolMethod } from './pool-method.ts'

export const capability: PoolMethod = {
  name: 'capability',
  summary: "one function of the query and a model's quality by task type, the same for every model",
  fit: fitCapability,
}
