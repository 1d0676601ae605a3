/**
 * A pool method as a router of a pair: a pool of two, trained and served as any other. Its score is half of one plus the expected gap in quality,
 * which ranks queries and is no probability of the label.
 */
import { createRiver } from '../river.ts'
import { namePair, trainPool } from '../train-pool.ts'
import type { Lesson, Method } from './method.ts'
import type { PoolMethod } from './pool-method.ts'

export function onPair(method: PoolMethod): Method {
  return {
    name: method.name,
    summary: method.summary,
    async fit({ rows, pair, seed }: Lesson) {
      const artifact = await trainPool(rows, { ...namePair(pair), method, seed, dataHash: '' })
      return { river: createRiver(artifact), relaxation: null }
    },
  }
}
