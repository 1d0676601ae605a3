/**
 * The quality curve of a bootstrap draw under fixed scores. Sorting happens once: a draw counts queries whose order is known already, so a
 * resample costs O(queries).
 */
import { createQualityCurve, descendingOrder, type QualityCurve, type Trials } from '../math/quality-curve.ts'
import type { Draw } from './bootstrap.ts'

export function createRedraw(trials: Trials): (draw: Draw) => QualityCurve {
  const order = orderOf(trials.scores)
  const ordered = orderTrials(trials, order)
  const copies = new Uint16Array(order.length)
  return (draw) => createQualityCurve(ordered, orderDraw(draw, order, copies))
}

/** Indices by descending score, ties in their given order. */
export function orderOf(scores: ArrayLike<number>): Uint32Array {
  return descendingOrder(scores) ?? Uint32Array.from(scores, (_, i) => i)
}

export function orderTrials({ scores, small, large }: Trials, order: Uint32Array): Trials {
  return {
    scores: orderValues(scores, order),
    small: orderValues(small, order),
    large: orderValues(large, order),
  }
}

export function orderValues(values: ArrayLike<number>, order: Uint32Array): Float64Array {
  return Float64Array.from(order, (query) => values[query] ?? 0)
}

/** The draw in the order of the ordered columns; written to `into`, which is returned. */
export function orderDraw(draw: Draw, order: Uint32Array, into: Uint16Array): Uint16Array {
  for (let i = 0; i < order.length; i++) into[i] = draw[order[i] ?? 0] ?? 0
  return into
}
