import { describe, expect, it } from 'vitest'
import { createRng } from './rng.ts'
import { fitSoftmax, predictSoftmax, type SoftmaxFit } from './softmax-regression.ts'
import { stackRows, type SparseRow } from './sparse.ts'

const CLASSES = 3

/** Class c is told by column c; columns 3 and 4 are noise. */
function makeRows(count: number): { rows: SparseRow[]; classOf: Uint32Array } {
  const rng = createRng(3)
  const classOf = Uint32Array.from({ length: count }, () => rng.int(CLASSES))
  const rows = Array.from(classOf, (c) => ({
    indices: Uint32Array.of(c, 3 + rng.int(2)),
    values: Float32Array.of(0.8, 0.6),
  }))
  return { rows, classOf }
}

function fit(
  data: { rows: SparseRow[]; classOf: Uint32Array },
  used = [...data.rows.keys()],
  seed = 1,
): SoftmaxFit {
  return fitSoftmax(
    { matrix: stackRows(data.rows, 5), classOf: data.classOf, rows: used },
    { classes: CLASSES, epochs: 5, stepSize: 4, rng: createRng(seed) },
  )
}

function predict(model: SoftmaxFit, row: SparseRow): number[] {
  const p = new Float64Array(CLASSES)
  predictSoftmax(model, row, p)
  return [...p]
}

describe('fitSoftmax', () => {
  it('parts classes that a column tells apart', () => {
    const data = makeRows(120)
    const model = fit(data)
    for (const [i, row] of data.rows.entries())
      expect(predict(model, row)[data.classOf[i]!]).toBeGreaterThan(0.8)
  })

  it('gives probabilities: not negative, sum 1, also for a row it knows nothing of', () => {
    const model = fit(makeRows(60))
    const unknown = { indices: new Uint32Array(), values: new Float32Array() }
    for (const row of [...makeRows(5).rows, unknown]) {
      const p = predict(model, row)
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
      expect(p.every((value) => value >= 0)).toBe(true)
    }
  })

  it('stays finite with large values', () => {
    const row = { indices: Uint32Array.of(0), values: Float32Array.of(1e6) }
    expect(predict(fit(makeRows(60)), row).every(Number.isFinite)).toBe(true)
  })

  it('says nothing when given no rows: all classes alike', () => {
    const data = makeRows(10)
    for (const p of predict(fit(data, []), data.rows[0]!)) expect(p).toBeCloseTo(1 / 3, 12)
  })

  it('repeats for a seed and reads only the rows it is given', () => {
    const data = makeRows(80)
    expect(fit(data)).toEqual(fit(data))
    expect(fit(data, undefined, 2)).not.toEqual(fit(data))
    const spoiled = { ...data, classOf: data.classOf.map((c, i) => (i < 40 ? c : (c + 1) % 3)) }
    const half = [...Array(40).keys()]
    expect(fit(spoiled, half)).toEqual(fit(data, half))
  })

  it('learns shares: classes as shares give the same fit, equal shares say nothing', () => {
    const data = makeRows(120)
    const matrix = stackRows(data.rows, 5)
    const rows = [...data.rows.keys()]
    const learn = (shares: Float32Array): SoftmaxFit =>
      fitSoftmax({ matrix, shares, rows }, { classes: CLASSES, epochs: 5, stepSize: 4, rng: createRng(1) })
    const oneHot = Float32Array.from({ length: 120 * CLASSES }, (_, i) =>
      Number(data.classOf[Math.floor(i / CLASSES)] === i % CLASSES),
    )
    expect(learn(oneHot)).toEqual(fit(data))
    for (const share of predict(learn(oneHot.fill(1 / CLASSES)), data.rows[0]!))
      expect(share).toBeCloseTo(1 / CLASSES, 6)
  })
})
