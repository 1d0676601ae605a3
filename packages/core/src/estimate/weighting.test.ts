import { describe, expect, it } from 'vitest'
import type { Features } from '../contract/features.ts'
import { createColumns, createWeighRoom, weigh, type Weighting } from './weighting.ts'

/** Words 0 … 3, characters 4 … 5, two surface features. Bucket 2 is unknown: columns 0 … 4 are the others. Buckets 0 and 3 are the vocabulary. */
const WEIGHTING: Weighting = {
  ...createColumns(Float32Array.of(1, 2, 0, 1, 1, 3), [0, 3]),
  channels: [4, 6],
  surfaceMean: Float32Array.of(10, 5),
  surfaceDeviation: Float32Array.of(2, 0),
}

function features(values: Readonly<Record<number, number>>, surface: readonly number[] = [10, 5]): Features {
  return {
    indices: Uint32Array.from(Object.keys(values), Number),
    values: Float32Array.from(Object.values(values)),
    surface: Float32Array.from(surface),
    truncated: false,
  }
}

/** Columns with their values, those of 0 left out. */
function seen({ indices, values }: { indices: Uint32Array; values: Float32Array }): Record<number, number> {
  return Object.fromEntries(
    [...indices].map((column, i) => [column, values[i]!]).filter(([, value]) => value !== 0),
  )
}

describe('weigh', () => {
  it('weighs by rarity and brings each channel to length 1', () => {
    // Words: (3 * 1, 2 * 2) = (3, 4), length 5. Characters: 2 * 3 = 6 alone, length 1.
    const text = seen(weigh(features({ 0: 3, 1: 2, 5: 2 }), WEIGHTING).text)
    expect(Object.keys(text)).toEqual(['0', '1', '4'])
    expect(text[0]).toBeCloseTo(0.6, 6)
    expect(text[1]).toBeCloseTo(0.8, 6)
    expect(text[4]).toBeCloseTo(1, 6)
  })

  it('unknown words do not dilute known ones', () => {
    const known = weigh(features({ 0: 3, 1: 2 }), WEIGHTING)
    expect(seen(weigh(features({ 0: 3, 1: 2, 2: 100 }), WEIGHTING).text)).toEqual(seen(known.text))
  })

  it('the words are those of the vocabulary, in its columns, as they are in the text', () => {
    const { text, words } = weigh(features({ 3: 3, 1: 2 }), WEIGHTING)
    expect(seen(words)).toEqual({ 1: seen(text)[2] })
  })

  it('surface features follow the text, standardised; one that never varied is left out', () => {
    const at = (surface: number): number => seen(weigh(features({}, [surface, 99]), WEIGHTING).text)[5] ?? 0
    expect(Object.keys(seen(weigh(features({}, [12, 99]), WEIGHTING).text))).toEqual(['5'])
    expect(at(10)).toBe(0)
    expect(at(12)).toBeGreaterThan(0)
    expect(at(8)).toBeCloseTo(-at(12), 6)
  })

  it('one odd prompt does not swing the score: surface features are clipped', () => {
    const far = seen(weigh(features({}, [1e6, 5]), WEIGHTING).text)
    expect(far).toEqual(seen(weigh(features({}, [1e9, 5]), WEIGHTING).text))
    expect(far[5]).toBeLessThan(1)
  })

  it('says the same in a room used before', () => {
    const room = createWeighRoom()
    weigh(features({ 0: 9, 1: 9, 3: 9, 4: 9, 5: 9 }), WEIGHTING, room)
    const query = features({ 3: 3, 1: 2 })
    const [used, fresh] = [weigh(query, WEIGHTING, room), weigh(query, WEIGHTING)]
    expect(seen(used.text)).toEqual(seen(fresh.text))
    expect(seen(used.words)).toEqual(seen(fresh.words))
  })

  it('takes a query of which nothing is known', () => {
    expect(seen(weigh(features({}), WEIGHTING).text)).toEqual({})
    expect(seen(weigh(features({ 2: 1 }), WEIGHTING).words)).toEqual({})
  })
})
