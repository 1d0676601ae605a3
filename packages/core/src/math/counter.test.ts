import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countKeys, countOf, createCounter, keyOf, resetCounter } from './counter.ts'

describe('counter', () => {
  it('counts like a map, in first-seen order, however often it is emptied', () => {
    const key = fc.oneof(
      fc.nat(9),
      fc.nat(2 ** 18 - 1),
      fc.nat(500).map((n) => n * 1024),
    )
    const rounds = fc.array(fc.array(key, { maxLength: 900 }), { maxLength: 4 })
    fc.assert(
      fc.property(rounds, (all) => {
        const counter = createCounter()
        for (const keys of all) {
          resetCounter(counter, 2 * keys.length)
          for (let round = 0; round < 2; round++)
            countKeys(counter, { keys: Int32Array.from(keys), end: keys.length }, 0.5)
          const counts = new Map<number, number>()
          for (const one of keys) {
            counts.set(one, (counts.get(one) ?? 0) + 1)
          }
          const counted = Array.from({ length: counter.size }, (_, i) => [
            keyOf(counter, i),
            countOf(counter, i),
          ])
          expect(counted).toEqual([...counts])
        }
      }),
    )
  })
})
