/**
 * Reads tokenizer.json. WordPiece alone, which BERT, MiniLM, BGE, E5 (English), GTE and MPNet models have; others are refused by name: serve such a model
 * behind /v1/embeddings instead.
 */
import { isRecord, WeirError } from '@weir/core'
import type { WordPiece } from './wordpiece.ts'

type Part = Readonly<Record<string, unknown>>

const NONE: Part = {}

/** `where`: the file, for messages. Throws `config.value`. */
export function readTokenizer(json: unknown, where: string): WordPiece {
  const root = isRecord(json) ? json : NONE
  const model = partOf(root, 'model')
  const { vocab } = model
  if (model['type'] !== 'WordPiece' || !isRecord(vocab)) {
    throw new WeirError(
      'config.value',
      `${where}: tokenizers of type ${String(model['type'])} are not read, only WordPiece; serve the model behind /v1/embeddings`,
    )
  }
  const vocabulary = new Map(Object.entries(vocab).map(([piece, id]) => [piece, Number(id)]))
  const normalizer = partOf(root, 'normalizer')
  const lowercase = normalizer['lowercase'] !== false
  const idOf = (piece: unknown): number => vocabulary.get(String(piece)) ?? 0
  const around = readTemplate(partOf(root, 'post_processor'))
  return {
    vocabulary,
    unknownId: idOf(model['unk_token'] ?? '[UNK]'),
    padId: idOf(vocabulary.has('[PAD]') ? '[PAD]' : '<pad>'),
    before: around.before.map(idOf),
    after: around.after.map(idOf),
    lowercase,
    stripAccents: typeof normalizer['strip_accents'] === 'boolean' ? normalizer['strip_accents'] : lowercase,
    prefix: textOf(model['continuing_subword_prefix'], '##'),
    longestWord: Number(model['max_input_chars_per_word'] ?? 100),
  }
}

interface Around {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Special tokens around one text, by template or by class and separator; those of BERT where nothing is said. */
function readTemplate(processor: Part): Around {
  const { cls, sep, single } = processor
  if (Array.isArray(single)) {
    const tokens = single.map((one: unknown) =>
      textOf(partOf(isRecord(one) ? one : NONE, 'SpecialToken')['id'], ''),
    )
    // The text itself is no special token.
    const at = tokens.indexOf('')
    return { before: tokens.slice(0, at), after: tokens.slice(at + 1) }
  }
  return { before: [first(cls, '[CLS]')], after: [first(sep, '[SEP]')] }
}

function first(pair: unknown, otherwise: string): string {
  return textOf(Array.isArray(pair) ? pair[0] : undefined, otherwise)
}

function partOf(part: Part, key: string): Part {
  const value = part[key]
  return isRecord(value) ? value : NONE
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
