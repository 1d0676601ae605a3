/**
 * The blend's parameters as an artifact stores them: packed arrays, dense ones as int8 or int16. `toStoredBlend` is lossy by
 * rounding; decisions are made from the stored form only, so that they are the same before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { isRecord } from '../contract/json.ts'
import { WeirError } from '../contract/errors.ts'
import { packArray, unpackArray, unpackIntegers, type PackedArray } from '../contract/packed-array.ts'
import type { BlendParameters, Combination } from './blend.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { joinBuckets } from './weighting.ts'
import { COMPONENT_NAMES, type Components, type Qualities, type View } from './components.ts'

/** The small one and the large one. */
const MODELS = 2
/** Text, table, forest. */
const READERS = 3

export interface StoredBlend {
  readonly idf: PackedArray
  readonly surfaceMean: PackedArray
  readonly surfaceDeviation: PackedArray
  /** Buckets of the vocabulary, ascending. */
  readonly vocabulary: PackedArray
  readonly rank: number
  readonly projection: PackedArray
  readonly linear: { readonly weights: PackedArray; readonly smallBias: number; readonly largeBias: number }
  readonly table: {
    readonly classes: number
    readonly weights: PackedArray
    readonly bias: PackedArray
    readonly qualities: PackedArray
  }
  readonly nearest: { readonly embeddings: PackedArray; readonly gaps: PackedArray; readonly meanGap: number }
  readonly forest: {
    readonly roots: PackedArray
    readonly features: PackedArray
    readonly cuts: PackedArray
    readonly lefts: PackedArray
    readonly values: PackedArray
  }
  readonly qualities: Qualities
  readonly combination: Combination
}

export function toStoredBlend({ view, components, combination }: BlendParameters): StoredBlend {
  const { weighting } = view
  const { idf, vocabulary } = splitBuckets(weighting.buckets)
  const { linear, table, nearest, forest, qualities } = components
  return {
    idf: packArray(idf, 'int8'),
    surfaceMean: packArray(weighting.surfaceMean, 'float32'),
    surfaceDeviation: packArray(weighting.surfaceDeviation, 'float32'),
    vocabulary: packArray(vocabulary, 'int32'),
    rank: view.rank,
    projection: packArray(view.projection, 'int8'),
    linear: { ...linear, weights: packArray(linear.weights, 'int16') },
    table: {
      classes: table.tagger.classes,
      weights: packArray(table.tagger.weights, 'int8'),
      bias: packArray(table.tagger.bias, 'float32'),
      qualities: packArray(table.qualities, 'float32'),
    },
    nearest: {
      embeddings: packArray(nearest.embeddings, 'int8'),
      gaps: packArray(nearest.gaps, 'float32'),
      meanGap: nearest.meanGap,
    },
    forest: {
      roots: packArray(forest.roots, 'int32'),
      features: packArray(forest.features, 'int32'),
      cuts: packArray(forest.cuts, 'float32'),
      lefts: packArray(forest.lefts, 'int32'),
      values: packArray(forest.values, 'float32'),
    },
    qualities,
    combination,
  }
}

/** The two columns of the weighting's table: idf per bucket, and the vocabulary's buckets in column order. */
function splitBuckets(buckets: Float32Array): { readonly idf: Float32Array; readonly vocabulary: number[] } {
  const idf = Float32Array.from({ length: buckets.length / 2 }, (_, bucket) => buckets[2 * bucket] ?? 0)
  const vocabulary = [...idf.keys()].filter((bucket) => (buckets[2 * bucket + 1] ?? -1) >= 0)
  return { idf, vocabulary }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredBlend(stored: unknown, spec: EncoderSpec): BlendParameters {
  const root = record(stored, 'estimator.parameters')
  const view = readView(root, spec)
  const components = readComponents(root)
  const combination = readCombination(record(root['combination'], 'combination'))
  if (components.linear.weights.length !== 2 * (spec.buckets + spec.surface.length)) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's linear weights do not fit its encoder; train it again`,
    )
  }
  return { view, components, combination }
}

function readView(root: Readonly<Record<string, unknown>>, spec: EncoderSpec): View {
  const vocabulary = unpackIntegers(root['vocabulary'], 'vocabulary')
  const idf = unpackArray(root['idf'], 'idf')
  const rank = number(root['rank'], 'rank')
  const projection = unpackArray(root['projection'], 'projection')
  if (idf.length !== spec.buckets || projection.length !== vocabulary.length * rank) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's idf or projection does not fit its encoder; train it again`,
    )
  }
  return {
    weighting: {
      buckets: joinBuckets(idf, vocabulary),
      channels: spec.channels,
      surfaceMean: unpackArray(root['surfaceMean'], 'surfaceMean'),
      surfaceDeviation: unpackArray(root['surfaceDeviation'], 'surfaceDeviation'),
      vocabularySize: vocabulary.length,
    },
    projection,
    rank,
  }
}

function readComponents(root: Readonly<Record<string, unknown>>): Components {
  const linear = record(root['linear'], 'linear')
  const table = record(root['table'], 'table')
  const nearest = record(root['nearest'], 'nearest')
  const forest = record(root['forest'], 'forest')
  const qualities = record(root['qualities'], 'qualities')
  return {
    linear: {
      weights: unpackArray(linear['weights'], 'linear.weights'),
      smallBias: number(linear['smallBias'], 'linear.smallBias'),
      largeBias: number(linear['largeBias'], 'linear.largeBias'),
    },
    table: {
      tagger: {
        classes: number(table['classes'], 'table.classes'),
        weights: unpackArray(table['weights'], 'table.weights'),
        bias: unpackArray(table['bias'], 'table.bias'),
      },
      qualities: unpackArray(table['qualities'], 'table.qualities'),
    },
    nearest: {
      embeddings: unpackArray(nearest['embeddings'], 'nearest.embeddings'),
      gaps: unpackArray(nearest['gaps'], 'nearest.gaps'),
      meanGap: number(nearest['meanGap'], 'nearest.meanGap'),
    },
    forest: {
      roots: Uint32Array.from(unpackIntegers(forest['roots'], 'forest.roots')),
      features: Int16Array.from(unpackIntegers(forest['features'], 'forest.features')),
      cuts: unpackArray(forest['cuts'], 'forest.cuts'),
      lefts: Uint32Array.from(unpackIntegers(forest['lefts'], 'forest.lefts')),
      values: unpackArray(forest['values'], 'forest.values'),
      targets: MODELS,
    },
    qualities: {
      small: readQuality(qualities['small'], 'qualities.small'),
      large: readQuality(qualities['large'], 'qualities.large'),
    },
  }
}

function readQuality(stored: unknown, where: string): RidgeLogisticFit {
  const { weights, bias } = record(stored, where)
  return { weights: numbers(weights, where, READERS), bias: number(bias, where) }
}

function readCombination(stored: Readonly<Record<string, unknown>>): Combination {
  const components = COMPONENT_NAMES.length
  return {
    means: numbers(stored['means'], 'combination.means', components),
    deviations: numbers(stored['deviations'], 'combination.deviations', components),
    weights: numbers(stored['weights'], 'combination.weights', components),
    slope: number(stored['slope'], 'combination.slope'),
    intercept: number(stored['intercept'], 'combination.intercept'),
  }
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value
  throw missing(where)
}

function number(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw missing(where)
}

function numbers(value: unknown, where: string, count: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== count) throw missing(where)
  return value.map((one) => number(one, where))
}

function missing(where: string): WeirError {
  return new WeirError('artifact.truncated', `the artifact's ${where} is missing or damaged; train it again`)
}
