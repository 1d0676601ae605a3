/**
 * A pool method as a router of a pair: a pool of two, trained and served as any other. Its score is half of one plus the expected gap in quality,
 * which ranks queries and is no probability of the label.
 */
import { createRiver } from '../river.ts'
import { namePair, trainPool } from '../train-pool.ts'
import { embedderOf, type Lesson, type Method } from './method.ts'
import type { PoolMethod } from './pool-method.ts'

export function onPair(method: PoolMethod): Method {
  return {
    name: method.name,
    summary: method.summary,
    async fit({ rows, pair, seed, ...lesson }: Lesson) {
      const embedder = embedderOf(lesson)
      const artifact = await trainPool(rows, { ...namePair(pair), method, seed, dataHash: '', ...embedder })
      return { river: createRiver(artifact, embedder), relaxation: null }
    },
  }
}
