import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { findTaskTypes, type TaskTypes } from './task-types.ts'

/** `count` unit vectors in two groups, along either axis. */
function find(categories: readonly (string | undefined)[]): TaskTypes {
  const embeddings = Float32Array.from({ length: 2 * categories.length }, (_, i) =>
    (i % 2 === 0) === (i >> 1) % 2 > 0 ? 1 : 0,
  )
  return findTaskTypes({ categories, embeddings, rank: 2, rng: createRng(1) })
}

const repeat = (name: string | undefined, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => name)

describe('findTaskTypes', () => {
  it('takes categories in the order of their names, whatever the order of the rows', () => {
    const { typeOf, count, source } = find([...repeat('b', 6), ...repeat('a', 6)])
    expect([count, source]).toEqual([2, 'category'])
    expect([...typeOf]).toEqual([...repeat('', 6).map(() => 1), ...repeat('', 6).map(() => 0)])
  })

  it('leaves rare categories and rows without one out', () => {
    const { typeOf, count } = find([...repeat('a', 6), ...repeat('b', 6), 'rare', undefined])
    expect(count).toBe(2)
    expect(typeOf.slice(12)).toEqual(Int32Array.of(-1, -1))
  })

  it.each([
    ['no row has one', repeat(undefined, 40)],
    ['all rows have the same', repeat('a', 40)],
    ['each is rare', Array.from({ length: 40 }, (_, i) => `c${i}`)],
  ])('groups texts when %s', (_, categories) => {
    const { typeOf, count, source } = find(categories)
    expect(source).toBe('cluster')
    expect(count).toBeGreaterThanOrEqual(2)
    expect(typeOf.every((type) => type >= 0 && type < count)).toBe(true)
    expect(typeOf[0]).not.toBe(typeOf[1])
    expect(typeOf[0]).toBe(typeOf[2])
  })
})
