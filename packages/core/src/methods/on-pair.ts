/**
 * A pool method as a router of a pair: a pool of two, trained and served as any other. Its score is half of one plus the expected gap in quality,
 * which ranks queries and is no probability of the label.
 */
import type { Outcome } from '../contract/outcome.ts'
import { createRiver } from '../river.ts'
import { trainPool } from '../train-pool.ts'
import type { Lesson, Method } from './method.ts'
import type { PoolMethod } from './pool-method.ts'

export function onPair(method: PoolMethod): Method {
  return {
    name: method.name,
    summary: method.summary,
    async fit({ rows, pair, seed }: Lesson) {
      const artifact = await trainPool(withoutCosts(rows), {
        models: [pair.small, pair.large],
        method,
        seed,
        dataHash: '',
      })
      // A pool's reference is its best model on the rows; a pair's is the one that was named large.
      return { river: createRiver({ ...artifact, pair }), relaxation: null }
    },
  }
}

/** The pair's order is the one that was named, whatever the calls cost. */
function withoutCosts(rows: readonly Outcome[]): readonly Outcome[] {
  return rows.map((row) => ({
    ...row,
    models: Object.fromEntries(
      Object.entries(row.models).map(([model, { costUsd: _costUsd, ...outcome }]) => [model, outcome]),
    ),
  }))
}
