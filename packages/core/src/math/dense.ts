/**
 * Dense inner loops of the decision path: four running sums each, so that a processor need not wait for one addition before the next.
 */

/** Sum over i < length of a[offset + i] * b[i]. */
export function dotAt(a: Float32Array, offset: number, b: Float32Array): number {
  const length = b.length
  const whole = length - (length % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += a[offset + i]! * b[i]!
    s1 += a[offset + i + 1]! * b[i + 1]!
    s2 += a[offset + i + 2]! * b[i + 2]!
    s3 += a[offset + i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < length; i++) s0 += a[offset + i]! * b[i]!
  return s0 + s1 + (s2 + s3)
}

/** Scales the vector to length 1, in place; a zero vector stays zero. */
export function normaliseLength(vector: Float32Array): void {
  let square = 0
  for (let i = 0; i < vector.length; i++) square += vector[i]! * vector[i]!
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale
}
