/** Tokens as BERT's tokenizer makes them, worked out by hand over a small vocabulary. */
import { describe, expect, it } from 'vitest'
import { readTokenizer } from './tokenizer-file.ts'
import { tokenize } from './wordpiece.ts'

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'un',
  '##aff',
  '##able',
  'hello',
  ',',
  '世',
  '界',
  '!',
  'naive',
  '1',
  '##2',
]
const vocab = Object.fromEntries(PIECES.map((piece, id) => [piece, id]))
const FILE = {
  normalizer: { type: 'BertNormalizer', lowercase: true, strip_accents: null },
  post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
  model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', vocab },
}
const wordPiece = readTokenizer(FILE, 'tokenizer.json')
const idsOf = (text: string, most = 32): readonly number[] => tokenize(text, wordPiece, most)

describe('tokenize', () => {
  it.each([
    // The example of the paper: un ##aff ##able.
    ['unaffable', [2, 4, 5, 6, 3]],
    ['Héllo, 世界!', [2, 7, 8, 9, 10, 11, 3]],
    ['naïve\t\u200b12', [2, 12, 13, 14, 3]],
    // unhello: "un" is known, "##hello" is not, so the whole word is unknown.
    ['unhello hello', [2, 1, 7, 3]],
    ['', [2, 3]],
    // Written by a caller it is text: [ sep ], none of which is known.
    ['[SEP]', [2, 1, 1, 1, 3]],
  ])('%j', (text, ids) => {
    expect(idsOf(text)).toEqual(ids)
  })

  it('cuts what is beyond, and keeps what stands around', () => {
    expect(idsOf('hello hello hello hello', 4)).toEqual([2, 7, 7, 3])
  })

  it('takes a word that is too long for unknown', () => {
    expect(idsOf(`${'un'.repeat(51)} hello`)).toEqual([2, 1, 7, 3])
  })
})

describe('readTokenizer', () => {
  it('reads a template, as MPNet has it', () => {
    const vocabulary = { '<s>': 0, '<pad>': 1, '</s>': 2, '[UNK]': 3, hello: 4 }
    const template = {
      single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: '</s>' } }],
    }
    const read = readTokenizer(
      { ...FILE, post_processor: template, model: { ...FILE.model, vocab: vocabulary } },
      'x',
    )
    expect(tokenize('hello', read, 8)).toEqual([0, 4, 2])
    expect(read.padId).toBe(1)
  })

  it('keeps case and accents where the file says so', () => {
    const cased = readTokenizer({ ...FILE, normalizer: { lowercase: false } }, 'x')
    expect(tokenize('Hello hello', cased, 8)).toEqual([2, 1, 7, 3])
  })

  it.each([[{ model: { type: 'BPE', vocab: {} } }], [{}], [null]])('refuses %j, naming the file', (json) => {
    expect(() => readTokenizer(json, 'dir/tokenizer.json')).toThrow(/dir\/tokenizer.json.*only WordPiece/)
  })
})
