/**
 * JSON at the level of bytes: where strings, objects and arrays end. It finds places in bytes that JSON.parse has accepted, and tells
 * whether an answer is complete without building its values. It is no validator: what stands between the brackets is not looked at.
 */

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
/** Bytes of a string that are looked at one by one before the search is left to the C++ one, whose call costs about as much. */
const NEAR_BYTES = 32

/** True when the bytes are one object from its first brace to its last and nothing but space around it. */
export function isWholeObject(bytes: Buffer): boolean {
  const start = skipSpace(bytes, 0)
  if (bytes[start] !== OPEN_BRACE) return false
  const end = skipValue(bytes, start)
  return end > 0 && skipSpace(bytes, end) === bytes.length
}

export function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (isSpace(bytes[at])) at += 1
  return at
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** From an opening quote to just after the closing one. */
export function skipString(bytes: Buffer, open: number): number {
  const near = Math.min(open + NEAR_BYTES, bytes.length)
  let at = open + 1
  while (at < near) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    at += byte === BACKSLASH ? 2 : 1
  }
  return skipLongString(bytes, at)
}

/** `from` is not inside an escape. A quote ends the string when an even number of backslashes stands before it. */
function skipLongString(bytes: Buffer, from: number): number {
  let quote = bytes.indexOf(QUOTE, from)
  while (quote >= 0) {
    let slash = quote - 1
    while (slash >= from && bytes[slash] === BACKSLASH) slash -= 1
    if ((quote - 1 - slash) % 2 === 0) return quote + 1
    quote = bytes.indexOf(QUOTE, quote + 1)
  }
  return bytes.length
}

/** From the first byte of a value to just after its last. */
export function skipValue(bytes: Buffer, start: number): number {
  const byte = bytes[start]
  if (byte === QUOTE) return skipString(bytes, start)
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return skipNested(bytes, start)
  let at = start
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== CLOSE_BRACE && !isSpace(bytes[at])) at += 1
  return at
}

/** Objects and arrays; -1 when the end does not come. Iterative: the depth of a body costs no stack. */
function skipNested(bytes: Buffer, start: number): number {
  let depth = 1
  let at = start + 1
  while (at < bytes.length && depth > 0) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = skipString(bytes, at)
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
    at += 1
  }
  return depth === 0 ? at : -1
}

/** A member of an object by its places in the bytes; ends are just after the last byte. */
export interface Member {
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

/** Members of the object whose brace stands at `open`. */
export function scanMembers(bytes: Buffer, open: number): readonly Member[] {
  const members: Member[] = []
  let at = skipSpace(bytes, open + 1)
  while (bytes[at] === QUOTE) {
    const keyStart = at
    const keyEnd = skipString(bytes, keyStart)
    const valueStart = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const valueEnd = skipValue(bytes, valueStart)
    if (valueEnd < 0) break
    members.push({ keyStart, keyEnd, valueStart, valueEnd })
    const next = skipSpace(bytes, valueEnd)
    at = bytes[next] === COMMA ? skipSpace(bytes, next + 1) : next
  }
  return members
}

/** Starts of the objects in the array whose bracket stands at `open`; other elements are passed over. */
export function scanObjects(bytes: Buffer, open: number): readonly number[] {
  const starts: number[] = []
  if (bytes[open] !== OPEN_BRACKET) return starts
  let at = skipSpace(bytes, open + 1)
  while (at < bytes.length && bytes[at] !== CLOSE_BRACKET) {
    if (bytes[at] === OPEN_BRACE) starts.push(at)
    const end = skipSpace(bytes, skipValue(bytes, at))
    if (bytes[end] !== COMMA) break
    at = skipSpace(bytes, end + 1)
  }
  return starts
}
