/** Vectors of length 1, as the contract of embedders wants them. */

/** In place. What has no direction becomes all 0. */
export function toUnit(vector: Float32Array): Float32Array {
  let square = 0
  for (const x of vector) square += x * x
  const scale = square > 0 && square < Infinity ? 1 / Math.sqrt(square) : 0
  for (let c = 0; c < vector.length; c++) vector[c] = scale === 0 ? 0 : scale * (vector[c] ?? 0)
  return vector
}
