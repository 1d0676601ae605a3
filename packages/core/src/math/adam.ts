/**
 * Adam: gradient steps whose size is set for each parameter by how large its gradients have been.
 *
 *   m = b1 m + (1 - b1) g      v = b2 v + (1 - b2) g^2      parameter -= step * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
 *
 * with b1 = 0.9, b2 = 0.999, epsilon = 1e-8; a weight decay is added to the gradient: g + decay * parameter.
 * Source: Kingma and Ba, arXiv:1412.6980, algorithm 1.
 */

const FIRST = 0.9
const SECOND = 0.999
const EPSILON = 1e-8

export interface Adam {
  /** Moves `parameters` against `gradient`, of the same length, and sets `gradient` to 0. */
  step(gradient: Float64Array): void
}

export interface AdamOptions {
  readonly stepSize: number
  /** Default 0. */
  readonly weightDecay?: number
}

/** `parameters` are changed in place by every step. */
export function createAdam(parameters: Float64Array, { stepSize, weightDecay = 0 }: AdamOptions): Adam {
  const means = new Float64Array(parameters.length)
  const squares = new Float64Array(parameters.length)
  let steps = 0
  return {
    step(gradient) {
      steps += 1
      const size = stepSize / (1 - FIRST ** steps)
      const spread = 1 / (1 - SECOND ** steps)
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]! + weightDecay * parameters[i]!
        means[i] = FIRST * means[i]! + (1 - FIRST) * g
        squares[i] = SECOND * squares[i]! + (1 - SECOND) * g * g
        parameters[i]! -= (size * means[i]!) / (Math.sqrt(squares[i]! * spread) + EPSILON)
        gradient[i] = 0
      }
    },
  }
}
