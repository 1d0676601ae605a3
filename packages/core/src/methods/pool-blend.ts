/** The default: text, task-type table and forest, stacked for each model. */
import { fitPoolBlend } from '../learn/fit-pool-blend.ts'
import type { PoolMethod } from './pool-method.ts'

export const blend: PoolMethod = {
  name: 'blend',
  summary: 'linear text, task-type table and forest, stacked for each model (the default)',
  fit: fitPoolBlend,
}
