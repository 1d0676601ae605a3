import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBitIndex, placeOf } from './bit-index.ts'

describe('bit index', () => {
  it('gives each present key its place among them, and -1 to the others', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (present) => {
        const index = createBitIndex(present.length, (key) => present[key]!)
        const keys = [...present.keys()].filter((key) => present[key])
        expect(index.size).toBe(keys.length)
        for (const key of present.keys()) expect(placeOf(index, key)).toBe(keys.indexOf(key))
      }),
    )
  })

  it('counts full blocks', () => {
    const index = createBitIndex(96, () => true)
    for (const key of [0, 31, 32, 63, 95]) expect(placeOf(index, key)).toBe(key)
  })
})
