import { describe, expect, it } from 'vitest'
import { fitForest } from '../math/extra-trees.ts'
import { createRng } from '../math/rng.ts'
import {
  readAnswer,
  readSignalColumns,
  toAnswerQuery,
  type AnswerReader,
  type Sight,
} from './answer-reader.ts'

const column = { signal: 'selfCheck', mean: 0.2, range: [-2, 3] } as const

describe('readSignalColumns', () => {
  it('transforms, holds inside the range, and takes the mean for what is absent', () => {
    expect([...readSignalColumns([column], { selfCheck: 0.5 })]).toEqual([0])
    // -ln 2 - ln(1 - 0.9) = 1.609
    expect(readSignalColumns([column], { selfCheck: 0.9 })[0]).toBeCloseTo(1.6094, 3)
    expect([...readSignalColumns([column], { selfCheck: 1 })]).toEqual([3])
    expect([...readSignalColumns([column], { selfCheck: 0 })]).toEqual([-2])
    expect(readSignalColumns([column], {})[0]).toBeCloseTo(0.2, 6)
  })
})

describe('toAnswerQuery', () => {
  it('holds the text, then what is called', () => {
    const query = toAnswerQuery({ text: 'Let me look.', toolCalls: [{ name: 'find', arguments: '{"a":1}' }] })
    expect(query.turns).toEqual([{ role: 'user', text: 'Let me look.\nfind {"a":1}' }])
  })
})

function sightOf(dense: number): Sight {
  return { small: [0.3], large: [0.3], dense: Float32Array.of(dense) }
}

describe('readAnswer', () => {
  // One column; the small model is right above 0, the large one always.
  const n = 200
  const x = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / n - 1 : 0))
  const y = Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 && (x[i] ?? 0) < 0 ? 0 : 1))
  const forest = fitForest(
    { x, columns: 2, y, targets: 2 },
    Array.from({ length: n }, (_, row) => row),
    { trees: 20, candidates: 4, minLeafRows: 5, rng: createRng(1) },
  )
  const reader: AnswerReader = {
    signals: [column],
    forest,
    qualities: { small: { weights: [0, 4, 1], bias: -2 }, large: { weights: [0, 4, 0], bias: -2 } },
    slope: 3,
    intercept: 1,
    reliability: { knots: [], values: [] },
  }
  it('believes more where the forest does, and where a signal does', () => {
    const low = readAnswer(reader, sightOf(-0.8), { selfCheck: 0.5 })
    const high = readAnswer(reader, sightOf(0.8), { selfCheck: 0.5 })
    expect(high).toBeGreaterThan(low + 0.1)
    expect(readAnswer(reader, sightOf(0.8), { selfCheck: 0.95 })).toBeGreaterThan(high)
    for (const p of [low, high]) expect(p > 0 && p < 1).toBe(true)
  })

  it('works out: sigmoid(slope (p(small) - p(large)) + intercept)', () => {
    const flat: AnswerReader = {
      ...reader,
      qualities: { small: { weights: [2, 0, 0], bias: 0 }, large: { weights: [0, 0, 0], bias: 0 } },
    }
    // p(small) = sigmoid(0.6) = 0.6457, p(large) = 0.5; sigmoid(3 * 0.1457 + 1) = 0.8080
    expect(readAnswer(flat, sightOf(0), {})).toBeCloseTo(0.808, 3)
  })
})
