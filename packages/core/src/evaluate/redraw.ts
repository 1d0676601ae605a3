/**
 * The quality curve of a bootstrap draw under fixed scores. Sorting happens once: a draw repeats queries in an order that is known already, so a
 * resample costs O(queries).
 */
import { createQualityCurve, descendingOrder, type QualityCurve, type Trials } from '../math/quality-curve.ts'
import { expandDraw, type Draw } from './bootstrap.ts'

export function createRedraw({ scores, small, large }: Trials): (draw: Draw) => QualityCurve {
  const order = orderOf(scores)
  return (draw) =>
    createQualityCurve({
      scores: expandDraw(draw, order, scores),
      small: expandDraw(draw, order, small),
      large: expandDraw(draw, order, large),
    })
}

/** Indices by descending score, ties in their given order. */
export function orderOf(scores: ArrayLike<number>): Uint32Array {
  return descendingOrder(scores) ?? Uint32Array.from(scores, (_, i) => i)
}
