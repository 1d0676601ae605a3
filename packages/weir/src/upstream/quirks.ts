/**
 * Quirks: what a provider renames or refuses in a chat request, changed in the bytes. Every other byte stays as it was written, and a
 * member that the caller did not send is not sent: unset stays unset. A rename whose new name is there too is dropped.
 */
import { parseJson } from '@weir/core'
import { BACKSLASH, OPEN_BRACE, scanMembers, type Member } from './json-scan.ts'

export interface Quirks {
  readonly renames: ReadonlyMap<string, string>
  readonly omits: ReadonlySet<string>
}

/** Undefined when there are none: then nothing is looked at. */
export function createQuirks(
  renames: Readonly<Record<string, string>>,
  omits: readonly string[],
): Quirks | undefined {
  const quirks = { renames: new Map(Object.entries(renames)), omits: new Set(omits) }
  return quirks.renames.size + quirks.omits.size === 0 ? undefined : quirks
}

/** The same buffer when no member has a quirk. `bytes` must have passed JSON.parse as an object. */
export function applyQuirks(bytes: Buffer, { renames, omits }: Quirks): Buffer {
  const members = scanMembers(bytes, bytes.indexOf(OPEN_BRACE))
  const keys = members.map((member) => readKey(bytes, member))
  const isTouched = keys.some((key) => omits.has(key) || renames.has(key))
  if (!isTouched) return bytes
  const kept = members.flatMap(({ keyStart, valueStart, valueEnd }, i) => {
    const key = keys[i] ?? ''
    const name = renames.get(key)
    if (omits.has(key) || (name !== undefined && keys.includes(name))) return []
    if (name === undefined) return [bytes.subarray(keyStart, valueEnd)]
    return [Buffer.concat([Buffer.from(`${JSON.stringify(name)}:`), bytes.subarray(valueStart, valueEnd)])]
  })
  const parts: Buffer[] = [OPEN]
  kept.forEach((member, i) => (i === 0 ? parts.push(member) : parts.push(COMMA, member)))
  return Buffer.concat([...parts, CLOSE])
}

const OPEN = Buffer.from('{')
const CLOSE = Buffer.from('}')
const COMMA = Buffer.from(',')

/** Names may be written with escapes. */
function readKey(bytes: Buffer, { keyStart, keyEnd }: Member): string {
  const isEscaped = bytes.subarray(keyStart, keyEnd).includes(BACKSLASH)
  if (!isEscaped) return bytes.toString('utf8', keyStart + 1, keyEnd - 1)
  return String(parseJson(bytes.toString('utf8', keyStart, keyEnd)))
}
