/**
 * WordPiece tokens of a text, as BERT's tokenizer.json describes them: normalise, split at spaces and punctuation, then the longest known piece
 * from the left, again and again.
 *
 *   unaffable -> un ##aff ##able
 *
 * Source: Devlin et al., arXiv:1810.04805; the format is that of the tokenizers library. Departure: special tokens written in a text, such as
 * [SEP], are text; a caller's prompt must not end the sequence.
 */

export interface WordPiece {
  readonly vocabulary: ReadonlyMap<string, number>
  readonly unknownId: number
  readonly padId: number
  /** What stands before and after the text. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly lowercase: boolean
  readonly stripAccents: boolean
  /** Of a piece that is not the first of its word. */
  readonly prefix: string
  /** A longer word is unknown, UTF-16 code units. */
  readonly longestWord: number
}

const IDEOGRAPH = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2fa1f}]/gu
const CONTROL = /[\p{Cc}\p{Cf}\ufffd]/gu
const SPACE = /[\s\p{Zs}]+/u
/** All ASCII that is neither letter, digit nor space counts, as BERT has it. */
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu

/** Token ids, at most `most` with those before and after; what is beyond is cut. */
export function tokenize(text: string, wordPiece: WordPiece, most: number): readonly number[] {
  const { before, after } = wordPiece
  const room = most - before.length - after.length
  const ids: number[] = []
  for (const word of splitText(text, wordPiece)) {
    if (ids.length >= room) break
    ids.push(...piecesOf(word, wordPiece))
  }
  return [...before, ...ids.slice(0, Math.max(0, room)), ...after]
}

function splitText(text: string, { lowercase, stripAccents }: WordPiece): readonly string[] {
  const spaced = text
    .replace(/[\t\n\r]/g, ' ')
    .replace(CONTROL, '')
    .replace(IDEOGRAPH, ' $& ')
  const bare = stripAccents ? spaced.normalize('NFD').replace(/\p{Mn}/gu, '') : spaced
  const folded = lowercase ? bare.toLowerCase() : bare
  return folded
    .replace(PUNCTUATION, ' $& ')
    .split(SPACE)
    .filter((word) => word !== '')
}

function piecesOf(
  word: string,
  { vocabulary, unknownId, prefix, longestWord }: WordPiece,
): readonly number[] {
  if (word.length > longestWord) return [unknownId]
  const ids: number[] = []
  let from = 0
  while (from < word.length) {
    const mark = from === 0 ? '' : prefix
    let to = word.length
    while (to > from && !vocabulary.has(mark + word.slice(from, to))) to -= 1
    if (to === from) return [unknownId]
    ids.push(vocabulary.get(mark + word.slice(from, to)) ?? unknownId)
    from = to
  }
  return ids
}
