/** The class-based router of arXiv:2411.04319. */
import { fitCheapest } from '../learn/fit-shares.ts'
import type { PoolMethod } from './pool-method.ts'

export const cheapest: PoolMethod = {
  name: 'cheapest',
  summary: 'a classifier of the text for the cheapest model that is right',
  fit: fitCheapest,
}
