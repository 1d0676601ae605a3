/**
 * The river of the bench. Until an artifact can be trained here: a stand-in with the work of a lexical router, hashed word and
 * character n-grams of the last turn through a linear model.
 */
import type { Encoder, Estimator, River } from '@weir/core'

const BUCKETS = 1 << 18

const encoder: Encoder = {
  spec: { name: 'stand-in', version: 1, buckets: BUCKETS, channels: [BUCKETS], surface: [] },
  encode({ turns }) {
    const text = turns.at(-1)?.text ?? ''
    const indices = new Uint32Array(text.length)
    let hash = 2166136261
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 16777619)
      if (at % 5 === 0) hash = 2166136261
      indices[at] = (hash >>> 0) % BUCKETS
    }
    return {
      indices,
      values: new Float32Array(text.length).fill(1),
      surface: new Float32Array(0),
      truncated: false,
    }
  },
}

const weights = Float32Array.from({ length: BUCKETS }, (_, index) => Math.sin(index) / 100)

const estimator: Estimator = {
  name: 'stand-in',
  estimate({ indices }) {
    let sum = 0
    for (const index of indices) sum += weights[index] ?? 0
    return { pSmall: 1 / (1 + Math.exp(-sum)) }
  },
}

export async function createBenchRiver(): Promise<River> {
  return {
    pair: { small: 'small', large: 'large' },
    candidates: [{ model: 'small' }, { model: 'large' }],
    encoder,
    estimator,
    levels: [
      { quality: 1, mode: 'estimate', threshold: 0.5, expectedCostAdvantage: 0.5, expectedQuality: 1 },
    ],
  }
}
