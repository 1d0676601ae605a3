/**
 * Splice: changes the model name in the caller's JSON bytes and takes the `weir` member out, leaving every other byte as it was.
 * Re-serialising would lose what JSON.parse loses (number precision, duplicate keys, escapes, key order) and costs more.
 *
 * The bytes must have passed JSON.parse as an object already; only then does this scan, which looks for no errors, end well.
 * A repeated `model` key is replaced everywhere, so that an upstream which reads the first and one which reads the last agree.
 * Keys that differ only in case are refused: Go's parser takes `Model` for `model`, so a caller could choose a model past the policy.
 */
import { parseJson, WeirError } from '@weir/core'
import {
  BACKSLASH,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from '../upstream/json-scan.ts'

/** Places in the body, found once and used for each attempt. */
export interface BodyMap {
  /** Start and end of each value of a top-level `model`, alternating, ascending. */
  readonly models: readonly number[]
  /** Start and end of each piece to leave out so that no top-level `weir` remains, alternating, ascending. */
  readonly cuts: readonly number[]
}

/** Throws `request.body` when a top-level key differs from `model` only in case. */
export function mapBody(bytes: Buffer): BodyMap {
  const models: number[] = []
  const cuts: number[] = []
  /** End of the last member that stays; -1 before there is one. */
  let keptEnd = -1
  let at = skipSpace(bytes, bytes.indexOf(OPEN_BRACE) + 1)
  while (bytes[at] === QUOTE) {
    const keyStart = at
    const keyEnd = skipString(bytes, keyStart)
    const valueStart = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const valueEnd = skipValue(bytes, valueStart)
    const next = skipSpace(bytes, valueEnd)
    at = bytes[next] === COMMA ? skipSpace(bytes, next + 1) : next
    const key = readKey(bytes, keyStart, keyEnd)
    if (key === 'weir') {
      if (keptEnd < 0) cuts.push(keyStart, at)
      else if (cuts.at(-2) === keptEnd) cuts[cuts.length - 1] = valueEnd
      else cuts.push(keptEnd, valueEnd)
    } else {
      keptEnd = valueEnd
      if (key === 'model') models.push(valueStart, valueEnd)
    }
  }
  return { models, cuts }
}

/** The body with `name` as its model and without `weir`. `name` is JSON text, as bytes: it is the same for every request to a model. */
export function spliceModel(bytes: Buffer, { models, cuts }: BodyMap, name: Buffer): Buffer {
  const size = bytes.length + (models.length / 2) * name.length - lengthOf(models) - lengthOf(cuts)
  const out = Buffer.allocUnsafe(size)
  let to = 0
  let from = 0
  let m = 0
  let c = 0
  while (m < models.length || c < cuts.length) {
    const isModel = (models[m] ?? Infinity) < (cuts[c] ?? Infinity)
    const start = (isModel ? models[m] : cuts[c]) ?? from
    to += bytes.copy(out, to, from, start)
    if (isModel) to += name.copy(out, to)
    from = (isModel ? models[m + 1] : cuts[c + 1]) ?? from
    if (isModel) m += 2
    else c += 2
  }
  bytes.copy(out, to, from)
  return out
}

/** Sum of the pieces given by starts and ends. */
function lengthOf(pieces: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < pieces.length; index += 2)
    sum += (pieces[index + 1] ?? 0) - (pieces[index] ?? 0)
  return sum
}

/** 'model' or 'weir' when the key means that, else ''. Only a key of their length, or an escaped one, is looked at closely. */
function readKey(bytes: Buffer, start: number, end: number): '' | 'model' | 'weir' {
  const length = end - start - 2
  const isEscaped = hasBackslash(bytes, start, end)
  if (!isEscaped && length !== 4 && length !== 5) return ''
  const raw = bytes.toString('latin1', start, end)
  const key = isEscaped ? String(parseJson(raw)) : raw.slice(1, -1)
  if (key === 'model' || key === 'weir') return key
  const lower = key.toLowerCase()
  if (lower === 'model' || lower === 'weir') {
    throw new WeirError(
      'request.body',
      `the body has a key that differs from "${lower}" only in case; write "${lower}"`,
    )
  }
  return ''
}

function hasBackslash(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === BACKSLASH) return true
  return false
}
