import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { assignFolds } from './folds.ts'

const keys = fc.array(
  fc.integer({ min: 0, max: 30 }).map((n) => `text ${n}`),
  { minLength: 1, maxLength: 100 },
)

describe('assignFolds', () => {
  it('never parts rows of the same text', () => {
    fc.assert(
      fc.property(keys, fc.nat(1e6), (texts, seed) => {
        const foldOf = assignFolds(texts, 4, createRng(seed))
        const first = new Map<string, number>()
        for (const [i, text] of texts.entries()) {
          const fold = first.get(text) ?? foldOf[i]!
          first.set(text, fold)
          expect(foldOf[i]).toBe(fold)
        }
      }),
    )
  })

  it('gives every fold as many distinct texts as any other, or one more', () => {
    fc.assert(
      fc.property(keys, fc.nat(1e6), (texts, seed) => {
        const foldOf = assignFolds(texts, 4, createRng(seed))
        const sizes = [0, 1, 2, 3].map((fold) => new Set(texts.filter((_, i) => foldOf[i] === fold)).size)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('draws by the seed', () => {
    const texts = Array.from({ length: 40 }, (_, i) => String(i))
    expect(assignFolds(texts, 4, createRng(1))).toEqual(assignFolds(texts, 4, createRng(1)))
    expect(assignFolds(texts, 4, createRng(1))).not.toEqual(assignFolds(texts, 4, createRng(2)))
  })
})
