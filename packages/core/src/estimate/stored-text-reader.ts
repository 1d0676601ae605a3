/**
 * A view of text with the linear readers of both models, as an artifact stores them.
 */
import { WeirError } from '../contract/errors.ts'
import type { EncoderSpec } from '../contract/features.ts'
import { packArray, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { number, record } from '../contract/stored-fields.ts'
import type { LinearReader, View } from './components.ts'
import { gatherColumns, readView, spreadColumns, toStoredView, type StoredView } from './stored-view.ts'

export interface TextReader {
  readonly view: View
  readonly linear: LinearReader
}

export interface StoredTextReader extends StoredView {
  readonly linear: { readonly weights: PackedArray; readonly smallBias: number; readonly largeBias: number }
}

export function toStoredTextReader({ view, linear }: TextReader): StoredTextReader {
  const weights = packArray(spreadColumns(linear.weights, view.weighting), 'int16')
  return { ...toStoredView(view), linear: { ...linear, weights } }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredTextReader(stored: unknown, spec: EncoderSpec): TextReader {
  const root = record(stored, 'text')
  const view = readView(root, spec)
  const linear = record(root['linear'], 'linear')
  const spread = unpackArray(linear['weights'], 'linear.weights')
  if (spread.length !== 2 * (spec.buckets + spec.surface.length)) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's linear weights do not fit its encoder; train it again`,
    )
  }
  return {
    view,
    linear: {
      weights: gatherColumns(spread, view.weighting),
      smallBias: number(linear['smallBias'], 'linear.smallBias'),
      largeBias: number(linear['largeBias'], 'linear.largeBias'),
    },
  }
}
