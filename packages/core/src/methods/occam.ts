/** OCCAM, arXiv:2406.04508. */
import { fitOccam } from '../learn/fit-occam.ts'
import type { PoolMethod } from './pool-method.ts'

export const occam: PoolMethod = {
  name: 'occam',
  summary: 'the nearest query of each of up to 40 samples votes',
  fit: fitOccam,
}
