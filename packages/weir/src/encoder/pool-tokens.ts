/**
 * One vector per text from what an ONNX model gives, of length 1:
 *
 *   [texts, tokens, width]   the mean of the tokens that are text (Reimers and Gurevych, arXiv:1908.10084), or the first token
 *   [texts, width]           as it is
 *   logits [texts, classes]  sqrt(softmax): of length 1, and a cosine is the Bhattacharyya coefficient of two predictions; one logit is two classes
 */
import { WeirError } from '@weir/core'
import type { OnnxTensor } from './onnx-runtime.ts'
import { toUnit } from './unit.ts'

export type Pooling = 'mean' | 'first'

export interface TokenRows {
  /** Tokens of each text, without padding. */
  readonly lengths: readonly number[]
  readonly pooling: Pooling
  /** The output holds class scores. */
  readonly isLogits: boolean
}

/** Throws `config.value` for an output of another shape. */
export function poolTokens(
  output: OnnxTensor,
  { lengths, pooling, isLogits }: TokenRows,
): readonly Float32Array[] {
  const { data, dims } = output
  const [texts = 0, middle = 0, last = 0] = dims
  if (dims.length === 2 && texts === lengths.length) {
    return lengths.map((_, i) => {
      const row = Float32Array.from({ length: middle }, (_unused, c) => data[i * middle + c] ?? 0)
      return isLogits ? toClasses(row) : toUnit(row)
    })
  }
  if (dims.length === 3 && texts === lengths.length) {
    return lengths.map((length, i) => {
      const row = new Float32Array(last)
      const used = pooling === 'first' ? 1 : length
      for (let t = 0; t < used; t++) {
        const at = (i * middle + t) * last
        for (let c = 0; c < last; c++) row[c] = (row[c] ?? 0) + (data[at + c] ?? 0) / used
      }
      return toUnit(row)
    })
  }
  throw new WeirError(
    'config.value',
    `the ONNX model gives an output of shape ${dims.join(' x ')}; a sentence encoder or a sequence classifier is needed`,
  )
}

function toClasses(logits: Float32Array): Float32Array {
  const scores = logits.length === 1 ? [logits[0] ?? 0, 0] : [...logits]
  const top = Math.max(...scores)
  const weights = scores.map((score) => Math.exp(score - top))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return Float32Array.from(weights, (weight) => Math.sqrt(weight / sum))
}
