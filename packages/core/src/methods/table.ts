/** Bench-CoE's subject router, arXiv:2412.04167. */
import { fitTable } from '../learn/fit-table.ts'
import type { PoolMethod } from './pool-method.ts'

export const table: PoolMethod = {
  name: 'table',
  summary: 'how good each model is at the task type that is read from the text',
  fit: fitTable,
}
