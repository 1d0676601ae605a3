import { describe, expect, it } from 'vitest'
import { fitPerceptron, predictPerceptron, type Perceptron } from './perceptron.ts'
import { createRng } from './rng.ts'

describe('perceptron', () => {
  it('predicts what its equations say, worked by hand', () => {
    const net: Perceptron = {
      centre: Float32Array.of(1, 0),
      scale: Float32Array.of(2, 1),
      hiddenWeights: Float32Array.of(1, -1, 0.5, 0.5),
      hiddenBiases: Float32Array.of(0, 1),
      weights: Float32Array.of(2, -1, 4, 4),
      biases: Float32Array.of(0.5, 0),
    }
    // x = (2, 9): u = (2, 4), 9 being held at 4; h = max(0, (2 + 2, 1 - 2 + 2)) = (4, 1); z = (0.5 + 8 + 4, -4 + 4)
    expect([...predictPerceptron(net, Float32Array.of(2, 9))]).toEqual([12.5, 0])
    // x = (3, 0): u = (4, 0); h = max(0, (4, -3)) = (4, 0); z = (8.5, -4)
    expect([...predictPerceptron(net, Float32Array.of(7, 3, 0), 1)]).toEqual([8.5, -4])
  })

  it('learns what no linear model can, and the levels of soft labels', () => {
    const rng = createRng(2)
    const rows = 1000
    const x = Float32Array.from({ length: rows * 2 }, () => rng.next())
    const y = Float64Array.from({ length: rows * 2 }, (_, i) => {
      const at = i & ~1
      return i % 2 === 0 ? Number(x[at]! < 0.5 !== x[at + 1]! < 0.5) : 0.25
    })
    const net = fitPerceptron({ x, columns: 2, y, targets: 2 }, [...Array(rows).keys()], {
      hidden: 16,
      epochs: 40,
      batchRows: 16,
      stepSize: 0.02,
      decay: 0.01,
      rng: createRng(1),
    })
    for (const [a, b] of [
      [0.2, 0.8],
      [0.8, 0.2],
    ] as const) {
      expect(predictPerceptron(net, Float32Array.of(a, b))[0]).toBeGreaterThan(1)
      expect(predictPerceptron(net, Float32Array.of(a, a))[0]).toBeLessThan(-1)
      // log(0.25 / 0.75) = -1.099
      expect(predictPerceptron(net, Float32Array.of(a, b))[1]).toBeCloseTo(-1.099, 0)
    }
  })

  it('is not moved by a column that never varies, however it is served', () => {
    const x = Float32Array.of(0, 7, 1, 7, 0, 7, 1, 7)
    const net = fitPerceptron({ x, columns: 2, y: Float64Array.of(0, 1, 0, 1), targets: 1 }, [0, 1, 2, 3], {
      hidden: 4,
      epochs: 5,
      batchRows: 2,
      stepSize: 0.01,
      decay: 0,
      rng: createRng(1),
    })
    expect(predictPerceptron(net, Float32Array.of(1, 1e6))).toEqual(
      predictPerceptron(net, Float32Array.of(1, 7)),
    )
  })
})
