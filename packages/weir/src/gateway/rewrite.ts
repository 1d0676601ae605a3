/**
 * Rewrite: the few changes that reading an answer needs, made in the bytes so that everything else stays as it was written: members are
 * set in a request (log-probabilities, usage, samples), and what only weir asked for is taken out of the answer again.
 */
import { isRecord, parseJson } from '@weir/core'
import {
  CLOSE_BRACE,
  isSpace,
  OPEN_BRACE,
  scanMembers,
  scanObjects,
  skipSpace,
} from '../upstream/json-scan.ts'

/** Top-level members by name; undefined takes one out. */
export type Members = Readonly<Record<string, unknown>>

/** The body with these members and without others of their name. `bytes` must have passed JSON.parse as an object. */
export function setMembers(bytes: Buffer, members: Members): Buffer {
  const open = bytes.indexOf(OPEN_BRACE)
  const kept = scanMembers(bytes, open)
    .filter(({ keyStart, keyEnd }) => !Object.hasOwn(members, keyOf(bytes, keyStart, keyEnd)))
    .map(({ keyStart, valueEnd }) => bytes.toString('utf8', keyStart, valueEnd))
  const added = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return Buffer.from(`{${[...kept, ...added].join(',')}}`)
}

/** Names may be written with escapes. */
function keyOf(bytes: Buffer, start: number, end: number): string {
  const key = parseJson(bytes.toString('utf8', start, end))
  return typeof key === 'string' ? key : ''
}

/** A completion or chunk whose `logprobs` are null, as if nobody had asked. Unchanged when it has none. */
export function withoutLogprobs(bytes: Buffer): Buffer {
  const open = skipSpace(bytes, 0)
  if (bytes[open] !== OPEN_BRACE) return bytes
  const choices = scanMembers(bytes, open).filter((one) => isNamed(bytes, one, '"choices"'))
  const found = choices
    .flatMap(({ valueStart }) => scanObjects(bytes, valueStart))
    .flatMap((start) => scanMembers(bytes, start))
    .filter((one) => isNamed(bytes, one, '"logprobs"'))
  if (found.length === 0) return bytes
  const pieces: Buffer[] = []
  let from = 0
  for (const { valueStart, valueEnd } of found) {
    pieces.push(bytes.subarray(from, valueStart), NULL)
    from = valueEnd
  }
  return Buffer.concat([...pieces, bytes.subarray(from)])
}

const NULL = Buffer.from('null')

interface Key {
  readonly keyStart: number
  readonly keyEnd: number
}

function isNamed(bytes: Buffer, { keyStart, keyEnd }: Key, name: string): boolean {
  return keyEnd - keyStart === name.length && bytes.toString('latin1', keyStart, keyEnd) === name
}

/** Adds one member at the end of a JSON object, keeping every other byte. `bytes` must have passed JSON.parse as an object. */
export function spliceMember(bytes: Buffer, key: string, value: unknown): Buffer {
  const close = bytes.lastIndexOf(CLOSE_BRACE)
  let before = close - 1
  while (isSpace(bytes[before])) before -= 1
  const comma = bytes[before] === OPEN_BRACE ? '' : ','
  const member = Buffer.from(`${comma}${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return Buffer.concat([bytes.subarray(0, close), member, bytes.subarray(close)])
}

/** A completion of several choices as one of the choice with this position, made anew: its `index` becomes 0. */
export function selectChoice(completion: unknown, position: number): unknown {
  if (!isRecord(completion) || !Array.isArray(completion['choices'])) return completion
  const choices = completion['choices']
    .filter(isRecord)
    .toSorted((a, b) => Number(a['index'] ?? 0) - Number(b['index'] ?? 0))
  const chosen = choices[position] ?? choices[0]
  return { ...completion, choices: chosen === undefined ? [] : [{ ...chosen, index: 0 }] }
}
