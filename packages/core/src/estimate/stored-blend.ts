/**
 * The blend's parameters as an artifact stores them: packed arrays, dense ones as int8 or int16. `toStoredBlend` is lossy by
 * rounding; decisions are made from the stored form only, so that they are the same before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { packArray, packBytes, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { number, numbers, record } from '../contract/stored-fields.ts'
import type { Reliability } from '../math/reliability.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { BlendParameters, Combination } from './blend.ts'
import { COMPONENT_NAMES, type Components, type Qualities } from './components.ts'
import type { Familiarity } from './familiarity.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { fromStoredTextReader, toStoredTextReader, type StoredTextReader } from './stored-text-reader.ts'
import { readRows } from './stored-view.ts'

/** The small one and the large one. */
const MODELS = 2
/** Text, table, forest. */
const READERS = 3

export interface StoredBlend extends StoredTextReader {
  readonly table: {
    readonly classes: number
    readonly weights: PackedArray
    readonly bias: PackedArray
    readonly qualities: PackedArray
  }
  readonly nearest: { readonly embeddings: PackedArray; readonly gaps: PackedArray; readonly meanGap: number }
  readonly forest: StoredForest
  readonly qualities: Qualities
  readonly combination: Combination
  readonly familiarity: Familiarity
}

export function toStoredBlend(parameters: BlendParameters): StoredBlend {
  const { view, components, combination, familiarity } = parameters
  const { linear, table, nearest, forest, qualities } = components
  return {
    ...toStoredTextReader({ view, linear }),
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
    forest: toStoredForest(forest),
    qualities,
    combination,
    familiarity,
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredBlend(stored: unknown, spec: EncoderSpec): BlendParameters {
  const root = record(stored, 'estimator.parameters')
  const { view, linear } = fromStoredTextReader(root, spec)
  const components = { ...readComponents(root, view.rank), linear }
  const combination = readCombination(record(root['combination'], 'combination'), COMPONENT_NAMES.length)
  const familiarity = readFamiliarity(record(root['familiarity'], 'familiarity'))
  return { view, components, combination, familiarity }
}

function readComponents(root: Readonly<Record<string, unknown>>, rank: number): Omit<Components, 'linear'> {
  const table = record(root['table'], 'table')
  const nearest = record(root['nearest'], 'nearest')
  const qualities = record(root['qualities'], 'qualities')
  return {
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
    forest: fromStoredForest(root['forest'], MODELS),
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

/** `components`: predictions it combines. */
export function readCombination(stored: Readonly<Record<string, unknown>>, components: number): Combination {
  return {
    means: numbers(stored['means'], 'combination.means', components),
    deviations: numbers(stored['deviations'], 'combination.deviations', components),
    weights: numbers(stored['weights'], 'combination.weights', components),
    slope: number(stored['slope'], 'combination.slope'),
    intercept: number(stored['intercept'], 'combination.intercept'),
    reliability: readReliability(record(stored['reliability'], 'combination.reliability')),
  }
}

export function readFamiliarity(stored: Readonly<Record<string, unknown>>): Familiarity {
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
