/**
 * Sobol points as standard normal numbers: few points that fill the space evenly, so that means over them are far nearer to the integral
 * than over as many random ones.
 *
 *   x_i = (the first 2^k points of the sequence) + 1 / 2^(k+1),   z = normalQuantile(x), scaled to variance 1
 *
 * Every coordinate then takes each of the 2^k midpoints once: means are 0 by symmetry, and variances 1. Source: Sobol 1967; direction numbers
 * of Joe and Kuo 2008 (new-joe-kuo-6). Scaling to variance 1 is ours: midpoints leave out the tails.
 */
import { normalQuantile } from './normal.ts'

/** Per dimension after the first: degree of the primitive polynomial, its inner coefficients as bits, initial numbers. */
const DIRECTIONS: readonly (readonly [number, number, readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
]

/** Most dimensions that there are direction numbers for. */
export const SOBOL_DIMENSIONS = 16

/** dimensions x 2^bits, row-major: a row of normal numbers per dimension. `dimensions` at most SOBOL_DIMENSIONS, `bits` at most 20. */
export function createSobolNormals(dimensions: number, bits: number): Float64Array {
  const count = 2 ** bits
  const normals = new Float64Array(dimensions * count)
  for (let d = 0; d < dimensions; d++) {
    const row = normals.subarray(d * count, (d + 1) * count)
    const directions = directionsOf(d, bits)
    let x = 0
    for (let i = 0; i < count; i++) {
      row[i] = normalQuantile((x + 0.5) / count)
      x ^= directions[trailingOnes(i)] ?? 0
    }
    const scale = Math.sqrt(count / row.reduce((sum, z) => sum + z * z, 0))
    for (let i = 0; i < count; i++) row[i]! *= scale
  }
  return normals
}

/** Position of the lowest 0 bit: Gray code order changes one direction a point (Antonov and Saleev). */
function trailingOnes(i: number): number {
  let position = 0
  for (let rest = i; rest % 2 === 1; rest = (rest - 1) / 2) position += 1
  return position
}

/** Direction numbers as integers below 2^bits. */
function directionsOf(dimension: number, bits: number): Uint32Array {
  const directions = new Uint32Array(bits)
  const [degree, inner, initial] = DIRECTIONS[dimension - 1] ?? [0, 0, []]
  for (let k = 0; k < bits; k++) {
    if (dimension === 0) directions[k] = 2 ** (bits - 1 - k)
    else if (k < degree) directions[k] = initial[k]! * 2 ** (bits - 1 - k)
    else directions[k] = recur(directions, k, { degree, inner })
  }
  return directions
}

function recur(
  directions: Uint32Array,
  k: number,
  { degree, inner }: { readonly degree: number; readonly inner: number },
): number {
  let value = directions[k - degree]! ^ (directions[k - degree]! >>> degree)
  for (let j = 1; j < degree; j++) {
    if (((inner >> (degree - 1 - j)) & 1) === 1) value ^= directions[k - j]!
  }
  return value >>> 0
}
