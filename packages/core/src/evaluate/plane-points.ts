/**
 * Mean cost and mean quality of a system at each of its operating points, for any draw of the tested rows.
 *
 * From one cost weight to the next few rows change sides. A system is therefore kept as where it starts and what changes at each point, and a draw
 * costs as much as there are changes, not points x rows.
 */
import type { Draw } from './bootstrap.ts'

/** One entry per operating point, from dear to cheap. */
export interface PlanePoints {
  /** Mean cost of a query, in units of cost. */
  readonly cost: Float64Array
  /** Mean quality. Range [0, 1]. */
  readonly quality: Float64Array
}

export interface ChosenModels {
  /** One per operating point: place of the model that each tested row goes to. At least one point. */
  readonly chosen: readonly Uint8Array[]
  /** Tested rows x models, row-major. */
  readonly qualities: ArrayLike<number>
  /** The same, in units of cost. */
  readonly costs: ArrayLike<number>
  readonly models: number
}

/** `draw`: how often each tested row counts; the points are NaN when none does. */
export function createPointReader(of: ChosenModels): (draw: Draw) => PlanePoints {
  const points = of.chosen.length
  const changes = collectChanges(of)
  const { rowOf, pointOf, qualityBy, costBy } = changes
  return (draw) => {
    const cost = new Float64Array(points)
    const quality = new Float64Array(points)
    let rows = 0
    for (let row = 0; row < draw.length; row++) rows += draw[row] ?? 0
    for (let at = 0; at < rowOf.length; at++) {
      const copies = draw[rowOf[at] ?? 0] ?? 0
      const point = pointOf[at] ?? 0
      quality[point] = (quality[point] ?? 0) + copies * (qualityBy[at] ?? 0)
      cost[point] = (cost[point] ?? 0) + copies * (costBy[at] ?? 0)
    }
    return { cost: accumulate(cost, rows), quality: accumulate(quality, rows) }
  }
}

/** Columns of equal length, one entry per change; the first point changes from nothing. */
interface Changes {
  readonly rowOf: Uint32Array
  readonly pointOf: Uint32Array
  readonly qualityBy: Float64Array
  readonly costBy: Float64Array
}

function collectChanges({ chosen, qualities, costs, models }: ChosenModels): Changes {
  const rowOf: number[] = []
  const pointOf: number[] = []
  const qualityBy: number[] = []
  const costBy: number[] = []
  for (const [point, places] of chosen.entries()) {
    const before = chosen[point - 1]
    for (let row = 0; row < places.length; row++) {
      const [now, was] = [places[row] ?? 0, before?.[row]]
      if (now === was) continue
      const at = row * models
      rowOf.push(row)
      pointOf.push(point)
      qualityBy.push((qualities[at + now] ?? 0) - (was === undefined ? 0 : (qualities[at + was] ?? 0)))
      costBy.push((costs[at + now] ?? 0) - (was === undefined ? 0 : (costs[at + was] ?? 0)))
    }
  }
  return {
    rowOf: Uint32Array.from(rowOf),
    pointOf: Uint32Array.from(pointOf),
    qualityBy: Float64Array.from(qualityBy),
    costBy: Float64Array.from(costBy),
  }
}

/** Changes -> means, in place. */
function accumulate(changes: Float64Array, rows: number): Float64Array {
  let sum = 0
  for (let point = 0; point < changes.length; point++) {
    sum += changes[point] ?? 0
    changes[point] = sum / rows
  }
  return changes
}
