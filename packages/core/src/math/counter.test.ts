import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTo, createCounter, resetCounter } from './counter.ts'

describe('counter', () => {
  it('counts like a map, in first-seen order, however often it is emptied and however far it grows', () => {
    const key = fc.oneof(
      fc.nat(9),
      fc.nat(2 ** 18 - 1),
      fc.nat(500).map((n) => n * 1024),
    )
    const rounds = fc.array(fc.tuple(fc.nat(2000), fc.array(key, { maxLength: 900 })), { maxLength: 4 })
    fc.assert(
      fc.property(rounds, (all) => {
        const counter = createCounter()
        for (const [expected, keys] of all) {
          resetCounter(counter, expected)
          const counts = new Map<number, number>()
          for (const one of keys) {
            addTo(counter, one, 0.5)
            counts.set(one, (counts.get(one) ?? 0) + 0.5)
          }
          expect([...counter.keys.subarray(0, counter.size)]).toEqual([...counts.keys()])
          expect([...counter.counts.subarray(0, counter.size)]).toEqual([...counts.values()])
        }
      }),
    )
  })
})
