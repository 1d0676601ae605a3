import { describe, expect, it } from 'vitest'
import { logit } from '../math/logistic.ts'
import { toRowTable } from '../math/row-table.ts'
import type { Seen } from './components.ts'
import { createOccamPredictor } from './occam.ts'
import type { PoolShape } from './predictor.ts'

const shape = { models: ['a', 'b'] } as unknown as PoolShape

function seen(...embedding: readonly number[]): Seen {
  return { embedding: Float32Array.from(embedding) } as unknown as Seen
}

describe('occam', () => {
  // Two samples of two rows in the plane. To (1, 0) the nearest are row 0 of the first sample and row 3 of the second.
  const parameters = {
    embeddings: toRowTable([1, 0, 0, 1, 0, 1, 0.8, 0.6], 2),
    qualities: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0.5),
    means: Float32Array.of(0.5, 0.625),
    samples: 2,
  }

  it('asks the nearest of each sample and the mean', () => {
    const predictor = createOccamPredictor(parameters, shape)
    // a: (1 + 1 + 0.5) / 3; b: (0 + 0.5 + 0.625) / 3.
    const [a, b] = predictor.read(seen(1, 0))
    expect(a?.[0]).toBeCloseTo(logit(2.5 / 3), 6)
    expect(b?.[0]).toBeCloseTo(logit(1.125 / 3), 6)
    // To (0, 1): rows 1 and 2. a: (0 + 0 + 0.5) / 3.
    expect(predictor.read(seen(0, 1))[0]?.[0]).toBeCloseTo(logit(0.5 / 3), 6)
  })

  it('refuses samples that do not divide the rows', () => {
    expect(() => createOccamPredictor({ ...parameters, samples: 3 }, shape)).toThrow('predictor.occam')
  })
})
