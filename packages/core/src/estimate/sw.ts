/**
 * Similarity-weighted ranking: a rating of the models for this query alone, from all remembered battles, near ones counting up to ten times as much.
 *
 *   weight_i = 10 * 10^(s_i / max s)          s_i: cosine of the query and battle i
 *   ratings by Bradley-Terry on the weighted battles between tiers of models; a tie is half a win of each side
 *
 * In natural logarithms: RouteLLM's 400 log10 + 1000 has the same differences in other units. Source: RouteLLM, arXiv:2406.18665 section 4.2, and its
 * public code. Departures: docs/methods/routellm.md.
 */
import { missing } from '../contract/stored-fields.ts'
import { fitBradleyTerry, preferenceOf } from '../math/bradley-terry.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface SwParameters {
  /** Unit embeddings of remembered queries: a row each. */
  readonly embeddings: RowTable
  /** Remembered queries x models, row-major. */
  readonly qualities: Float32Array
  /** One per model; tier 0 is the strongest. */
  readonly tiers: readonly number[]
}

/** A component's unit when a query is rounded. */
const UNIT = 32_767
/** Half a battle won by either side of any two tiers, so that no rating is infinite. */
const PRIOR = 0.5

export const sw: PredictorKind = {
  ...createKind('sw', (parameters, shape) => createSwPredictor(parameters as SwParameters, shape)),
  readsStrengths: true,
}

export function createSwPredictor(
  { embeddings, qualities, tiers }: SwParameters,
  { models }: PoolShape,
): Predictor {
  const battles = toBattles(qualities, tiers)
  const remembered = embeddings.bytes.length / embeddings.width
  if (qualities.length !== remembered * models.length || tiers.length !== models.length)
    throw missing('predictor.sw')
  return {
    read({ embedding }) {
      const products = kernelOf(embeddings).dot(Int16Array.from(embedding, (one) => Math.round(UNIT * one)))
      const strengths = fitBradleyTerry(weighWins(battles, weighBattles(products)), battles.tiers)
      return tiers.map((tier) => [strengths[tier] ?? 0])
    },
  }
}

/** 10 * 10^(s / max s); all alike when none is similar. */
export function weighBattles(similarities: ArrayLike<number>): Float64Array {
  let most = 0
  for (let i = 0; i < similarities.length; i++) most = Math.max(most, similarities[i] ?? 0)
  const scale = most > 0 ? Math.LN10 / most : 0
  return Float64Array.from(
    { length: similarities.length },
    (_, i) => 10 * Math.exp(scale * (similarities[i] ?? 0)),
  )
}

interface Battles {
  readonly tiers: number
  /** Remembered queries x pairs of tiers: battles won by the first of the pair, and by the second. */
  readonly won: Float32Array
  readonly lost: Float32Array
}

/** Battles inside a tier say nothing about ratings of tiers. */
function toBattles(qualities: Float32Array, tierOf: readonly number[]): Battles {
  const models = tierOf.length
  const tiers = Math.max(...tierOf) + 1
  const pairs = (tiers * (tiers - 1)) / 2
  const rows = qualities.length / models
  const [won, lost] = [new Float32Array(rows * pairs), new Float32Array(rows * pairs)]
  for (let at = 0; at < rows * models * models; at++) {
    const [row, i, j] = [Math.floor(at / models ** 2), Math.floor(at / models) % models, at % models]
    const [a, b] = [tierOf[i] ?? 0, tierOf[j] ?? 0]
    if (a >= b) continue
    const y = preferenceOf(qualities[row * models + i] ?? 0, qualities[row * models + j] ?? 0)
    const place = row * pairs + pairOf(a, b)
    won[place] = (won[place] ?? 0) + y
    lost[place] = (lost[place] ?? 0) + 1 - y
  }
  return { tiers, won, lost }
}

/** Place of the pair a < b: 01, 02, 12, 03, … */
function pairOf(a: number, b: number): number {
  return (b * (b - 1)) / 2 + a
}

/** Tiers x tiers, as fitBradleyTerry takes them. */
function weighWins({ tiers, won, lost }: Battles, weights: Float64Array): Float64Array {
  const pairs = (tiers * (tiers - 1)) / 2
  const [first, second] = [new Float64Array(pairs).fill(PRIOR), new Float64Array(pairs).fill(PRIOR)]
  for (let row = 0, at = 0; row < weights.length; row++) {
    const weight = weights[row] ?? 0
    for (let pair = 0; pair < pairs; pair++, at++) {
      first[pair] = (first[pair] ?? 0) + weight * (won[at] ?? 0)
      second[pair] = (second[pair] ?? 0) + weight * (lost[at] ?? 0)
    }
  }
  const wins = new Float64Array(tiers * tiers)
  for (let b = 1; b < tiers; b++) {
    for (let a = 0; a < b; a++) {
      wins[a * tiers + b] = first[pairOf(a, b)] ?? 0
      wins[b * tiers + a] = second[pairOf(a, b)] ?? 0
    }
  }
  return wins
}
