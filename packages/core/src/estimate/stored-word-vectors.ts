/**
 * Word vectors as a file (contract/checked-file.ts, kind "encoder"). Their hash, two checksums of 32 bits over the stored form, is what an artifact
 * knows them by.
 */
import { checksumOf, readChecked, writeChecked, type FileKind } from '../contract/checked-file.ts'
import type { Embedder } from '../contract/embedder.ts'
import { packArray, packBytes, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { missing, number, record } from '../contract/stored-fields.ts'
import { readRows } from './stored-view.ts'
import { createWordEmbedder, type WordVectors } from './word-vectors.ts'

interface StoredWordVectors {
  readonly name: 'words'
  readonly dimension: number
  readonly words: readonly string[]
  readonly vectors: PackedArray
  readonly weights: PackedArray
  readonly subwords: PackedArray
  readonly common: PackedArray
}

const KIND: FileKind = { name: 'encoder', title: 'the encoder', maker: 'weir train-encoder' }
/** Seed of the second checksum: the first one's, its bits turned round. */
const SECOND = 0x5dc9d811

export function saveWordVectors(vectors: WordVectors): string {
  return writeChecked(KIND, toStored(vectors))
}

/**
 * The embedder of what saveWordVectors wrote. `model`: what it is called in messages, such as its path. Throws `artifact.unreadable`,
 * `artifact.format_version` and `artifact.truncated`.
 */
export function loadWordEmbedder(text: string, model: string): Embedder {
  const vectors = fromStored(readChecked(KIND, text))
  return createWordEmbedder(vectors, { model, weightsHash: hashWordVectors(vectors) })
}

/** 16 hex digits. */
export function hashWordVectors(vectors: WordVectors): string {
  const text = JSON.stringify(toStored(vectors))
  return checksumOf(text) + checksumOf(text, SECOND)
}

function toStored({ words, vectors, weights, subwords, common }: WordVectors): StoredWordVectors {
  return {
    name: 'words',
    dimension: vectors.width,
    words,
    vectors: packBytes(vectors),
    weights: packArray(weights, 'float32'),
    subwords: packBytes(subwords),
    common: packArray(common, 'float32'),
  }
}

function fromStored(stored: unknown): WordVectors {
  const root = record(stored, 'encoder')
  const dimension = number(root['dimension'], 'dimension')
  const { words } = root
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) throw missing('words')
  const vectors = readRows(root['vectors'], 'vectors', dimension)
  const weights = unpackArray(root['weights'], 'weights')
  const common = unpackArray(root['common'], 'common')
  const isWhole =
    vectors.bytes.length === words.length * dimension &&
    weights.length === words.length &&
    common.length === dimension
  if (!isWhole) throw missing('vectors')
  return { words, vectors, weights, subwords: readRows(root['subwords'], 'subwords', dimension), common }
}
