/**
 * Fits how queries are seen (estimate/components.ts, View) on all training rows, without labels: weighting, vocabulary and the
 * projection to the text's main directions (latent semantic analysis).
 */
import type { EncoderSpec, Features } from '../contract/features.ts'
import type { View } from '../estimate/components.ts'
import { weigh } from '../estimate/weighting.ts'
import type { Rng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { stackRows } from '../math/sparse.ts'
import { fitProjection } from '../math/truncated-svd.ts'
import { fitWeighting } from './fit-weighting.ts'

/** Dimensions of the embedding: cost against sight, docs/methods/hybrid-llm.md. */
const RANK = 64
/** Subspace iterations; two are enough for directions that only have to be near the leading ones. */
const ITERATIONS = 2

export function fitView(features: readonly Features[], spec: EncoderSpec, rng: Rng): View {
  const weighting = fitWeighting(features, spec)
  const words = stackRows(
    features.map((one) => weigh(one, weighting).words),
    weighting.vocabularySize,
  )
  const width = Math.max(1, Math.min(RANK, weighting.vocabularySize, features.length))
  const projection = toRowTable(fitProjection(words, { rank: width, iterations: ITERATIONS, rng }), width)
  return { weighting, projection, rank: width + embeddingLength(features) }
}

/** That of all features; 0 when one has none. */
function embeddingLength(features: readonly Features[]): number {
  const [length = 0, ...others] = new Set(features.map(({ embedding }) => embedding?.length ?? 0))
  return others.length === 0 ? length : 0
}
