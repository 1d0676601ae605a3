/**
 * The blend's parameters as an artifact stores them: packed arrays, dense ones as int8 or int16. `toStoredBlend` is lossy by
 * rounding; decisions are made from the stored form only, so that they are the same before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { isRecord } from '../contract/json.ts'
import { WeirError } from '../contract/errors.ts'
import {
  packArray,
  packBytes,
  unpackArray,
  unpackBytes,
  unpackIntegers,
  type PackedArray,
} from '../contract/packed-array.ts'
import type { BlendParameters, Combination, Reliability } from './blend.ts'
import type { Familiarity } from './familiarity.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { RowTable } from '../math/row-table.ts'
import { createColumns, textColumns, type Weighting } from './weighting.ts'
import { placeOf } from '../math/bit-index.ts'
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
  readonly familiarity: Familiarity
}

export function toStoredBlend(parameters: BlendParameters): StoredBlend {
  const { view, components, combination, familiarity } = parameters
  const { weighting, projection } = view
  const { linear, table, nearest, forest, qualities } = components
  const { idf, vocabulary } = toBuckets(weighting)
  return {
    idf: packArray(idf, 'int8'),
    surfaceMean: packArray(weighting.surfaceMean, 'float32'),
    surfaceDeviation: packArray(weighting.surfaceDeviation, 'float32'),
    vocabulary: packArray(vocabulary, 'int32'),
    rank: view.rank,
    projection: packBytes(projection),
    linear: { ...linear, weights: packArray(spreadColumns(linear.weights, weighting), 'int16') },
    table: {
      classes: table.tagger.width,
      weights: packBytes(table.tagger),
      bias: packArray(table.bias, 'float32'),
      qualities: packArray(table.qualities, 'float32'),
    },
    nearest: {
      embeddings: packBytes(nearest.embeddings),
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
    familiarity,
  }
}

/** The weighting's columns by bucket: idf (0: not kept), and the vocabulary's buckets in column order. */
function toBuckets({ index, columns, vocabularySize }: Weighting): {
  readonly idf: Float32Array
  readonly vocabulary: Int32Array
} {
  const idf = new Float32Array(index.length)
  const vocabulary = new Int32Array(vocabularySize)
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column < 0) continue
    idf[bucket] = columns[2 * column] ?? 0
    const word = columns[2 * column + 1] ?? -1
    if (word >= 0) vocabulary[word] = bucket
  }
  return { idf, vocabulary }
}

/** Pairs of weights by bucket, then by surface feature, from pairs by column. A bucket that is not kept has 0. */
function spreadColumns(pairs: Float32Array, { index }: Weighting): Float32Array {
  const surface = pairs.subarray(2 * index.size)
  const spread = new Float32Array(2 * index.length + surface.length)
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) spread.set(pairs.subarray(2 * column, 2 * column + 2), 2 * bucket)
  }
  spread.set(surface, 2 * index.length)
  return spread
}

/** The inverse of spreadColumns. */
function gatherColumns(spread: Float32Array, weighting: Weighting): Float32Array {
  const { index } = weighting
  const pairs = new Float32Array(2 * textColumns(weighting))
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) pairs.set(spread.subarray(2 * bucket, 2 * bucket + 2), 2 * column)
  }
  pairs.set(spread.subarray(2 * index.length), 2 * index.size)
  return pairs
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredBlend(stored: unknown, spec: EncoderSpec): BlendParameters {
  const root = record(stored, 'estimator.parameters')
  const view = readView(root, spec)
  const combination = readCombination(record(root['combination'], 'combination'))
  const spread = readComponents(root, view.rank)
  if (spread.linear.weights.length !== 2 * (spec.buckets + spec.surface.length)) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's linear weights do not fit its encoder; train it again`,
    )
  }
  const weights = gatherColumns(spread.linear.weights, view.weighting)
  const components = { ...spread, linear: { ...spread.linear, weights } }
  const familiarity = readFamiliarity(record(root['familiarity'], 'familiarity'))
  return { view, components, combination, familiarity }
}

function readView(root: Readonly<Record<string, unknown>>, spec: EncoderSpec): View {
  const vocabulary = unpackIntegers(root['vocabulary'], 'vocabulary')
  const idf = unpackArray(root['idf'], 'idf')
  const rank = number(root['rank'], 'rank')
  const projection = readRows(root['projection'], 'projection', rank)
  if (idf.length !== spec.buckets || projection.bytes.length !== vocabulary.length * rank) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's idf or projection does not fit its encoder; train it again`,
    )
  }
  return {
    weighting: {
      ...createColumns(idf, vocabulary),
      channels: spec.channels,
      surfaceMean: unpackArray(root['surfaceMean'], 'surfaceMean'),
      surfaceDeviation: unpackArray(root['surfaceDeviation'], 'surfaceDeviation'),
    },
    projection,
    rank,
  }
}

function readRows(stored: unknown, where: string, width: number): RowTable {
  const { bytes, scale } = unpackBytes(stored, where)
  if (bytes.length % width !== 0) throw missing(where)
  return { bytes, width, scale }
}

/** The linear weights still by bucket, as they are stored. */
function readComponents(root: Readonly<Record<string, unknown>>, rank: number): Components {
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
      tagger: readRows(table['weights'], 'table.weights', number(table['classes'], 'table.classes')),
      bias: unpackArray(table['bias'], 'table.bias'),
      qualities: unpackArray(table['qualities'], 'table.qualities'),
    },
    nearest: {
      embeddings: readRows(nearest['embeddings'], 'nearest.embeddings', rank),
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
    reliability: readReliability(record(stored['reliability'], 'combination.reliability')),
  }
}

function readFamiliarity(stored: Readonly<Record<string, unknown>>): Familiarity {
  const limit = stored['surfaceLimit']
  return {
    meanUnknown: number(stored['meanUnknown'], 'familiarity.meanUnknown'),
    unknownLimit: number(stored['unknownLimit'], 'familiarity.unknownLimit'),
    surfaceLimit: limit === null ? null : number(limit, 'familiarity.surfaceLimit'),
  }
}

function readReliability({ knots, values }: Readonly<Record<string, unknown>>): Reliability {
  const where = 'combination.reliability'
  const count = Array.isArray(knots) ? knots.length : 0
  return { knots: numbers(knots, where, count), values: numbers(values, where, count) }
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
