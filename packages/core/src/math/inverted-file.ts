/**
 * Inverted file: unit vectors grouped by the nearest of some centres, so that a search scans the groups near the query instead of all rows.
 *
 *   centres   spherical k-means: a row belongs to the centre with the largest cosine; a centre is the mean direction of its rows
 *   search    the PROBED share of groups whose centres are nearest to the query, then exactly among their rows
 *
 * Source: Sivic and Zisserman, ICCV 2003; Jégou, Douze and Schmid, IEEE PAMI 33 (2011), section IV (inverted file). Here without residual codes:
 * rows have a byte per component as they are. Approximate: a neighbour in a group that is not probed is missed (inverted-file.test.ts has how often).
 */
import { findNearest, findNearestAmong, roundQuery, type Neighbours, type Stretch } from './nearest.ts'
import type { Rng } from './rng.ts'
import { kernelOf, toRowTable, type RowTable } from './row-table.ts'

export interface InvertedFile {
  /** Unit vectors, one per group, rounded to bytes. */
  readonly centres: RowTable
  /** First row of each group, then the number of rows; length groups + 1. */
  readonly starts: Uint32Array
}

export interface FittedInvertedFile {
  readonly file: InvertedFile
  /** Row as given of each row in the order of the groups. */
  readonly order: Uint32Array
}

/** Rows in a group, about: centres and rows of the probed groups then cost a search the same. */
const GROUP_ROWS = 128
/** Share of the groups that a search scans. */
const PROBED = 0.2
/** Rows per centre that centres are fitted on: more move them no further. */
const SAMPLED_ROWS = 24
const PASSES = 8

interface Vectors {
  /** rows x rank, row-major, each of length 1 or 0. */
  readonly vectors: Float32Array
  readonly rank: number
}

/** Needs at least one row. Cost: rows x groups x rank multiply-adds of bytes, and PASSES times the same for a sample. */
export function fitInvertedFile({ vectors, rank }: Vectors, rng: Rng): FittedInvertedFile {
  const rows = vectors.length / rank
  const groups = Math.max(1, Math.round(rows / GROUP_ROWS))
  const centres = fitCentres({ vectors, rank }, groups, rng)
  const groupOf = new Uint32Array(rows)
  const starts = new Uint32Array(groups + 1)
  for (let row = 0; row < rows; row++) {
    const group = findGroup(centres, vectors.subarray(row * rank, (row + 1) * rank))
    groupOf[row] = group
    starts[group + 1]! += 1
  }
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!
  const next = starts.slice(0, groups)
  const order = new Uint32Array(rows)
  for (let row = 0; row < rows; row++) order[next[groupOf[row]!]!++] = row
  return { file: { centres, starts }, order }
}

/** As findNearest over the rows of the nearest groups; `vectors` lie in the order of the groups. */
export function searchInvertedFile(
  { file: { centres, starts }, vectors }: { readonly file: InvertedFile; readonly vectors: RowTable },
  query: Float32Array,
  k: number,
): Neighbours {
  const groups = starts.length - 1
  const probed = findNearest(centres, query, Math.ceil(PROBED * groups))
  const stretches: Stretch[] = []
  for (let i = 0; i < probed.size; i++) {
    const group = probed.rows[i]!
    stretches.push({ from: starts[group]!, to: starts[group + 1]! })
  }
  return findNearestAmong(vectors, query, { k, stretches })
}

function fitCentres({ vectors, rank }: Vectors, groups: number, rng: Rng): RowTable {
  const rows = vectors.length / rank
  const size = Math.min(rows, groups * SAMPLED_ROWS)
  const sampled = Uint32Array.from({ length: size }, (_, i) => Math.floor(((i + rng.next()) * rows) / size))
  const at = (i: number): Float32Array => vectors.subarray(sampled[i]! * rank, (sampled[i]! + 1) * rank)
  const means = new Float32Array(groups * rank)
  for (let group = 0; group < groups; group++) means.set(at(rng.int(size)), group * rank)
  let centres = toRowTable(means, rank)
  for (let pass = 0; pass < PASSES; pass++) {
    means.fill(0)
    for (let i = 0; i < size; i++) {
      const row = at(i)
      const to = findGroup(centres, row) * rank
      for (let c = 0; c < rank; c++) means[to + c]! += row[c]!
    }
    for (let group = 0; group < groups; group++) {
      const mean = means.subarray(group * rank, (group + 1) * rank)
      // A centre that lost its rows begins again at one of them.
      if (!scaleToOne(mean)) mean.set(at(rng.int(size)))
    }
    centres = toRowTable(means, rank)
  }
  return centres
}

function findGroup(centres: RowTable, vector: Float32Array): number {
  const products = kernelOf(centres).dot(roundQuery(vector))
  let best = 0
  for (let group = 1; group < products.length; group++) if (products[group]! > products[best]!) best = group
  return best
}

/** In place; false for the zero vector. */
function scaleToOne(vector: Float32Array): boolean {
  let square = 0
  for (const value of vector) square += value * value
  if (square === 0) return false
  const scale = 1 / Math.sqrt(square)
  for (let c = 0; c < vector.length; c++) vector[c]! *= scale
  return true
}
