/**
 * Units: the UTF-16 code units of a text, copied once into an array that is used again for the next text. Reading characters out of a
 * string costs a look at the string's inner form each time; several readers share this one copy.
 */

export interface Units {
  /** The first `size` are the text's; the rest is left from texts before. */
  codes: Uint16Array
  size: number
  /** True when every code is below 128. */
  isAscii: boolean
  /** The text in UTF-8, which for ASCII is its code units. Platforms write it many characters at a time. */
  bytes: Uint8Array<ArrayBuffer>
}

const UTF8 = new TextEncoder()

export function createUnits(): Units {
  return { codes: new Uint16Array(0), size: 0, isAscii: true, bytes: new Uint8Array(0) }
}

export function readUnits(into: Units, text: string): void {
  const size = text.length
  if (into.codes.length < size) {
    into.codes = new Uint16Array(2 * size)
    into.bytes = new Uint8Array(2 * size)
  }
  const { codes, bytes } = into
  const { read, written } = UTF8.encodeInto(text, bytes)
  into.size = size
  into.isAscii = read === size && written === size
  if (into.isAscii) for (let i = 0; i < size; i++) codes[i] = bytes[i] ?? 0
  else for (let i = 0; i < size; i++) codes[i] = text.charCodeAt(i)
}

/** Reads the text in lower case. The n-grams fold ASCII themselves; beyond it lower case may be longer and depend on neighbours. */
export function readLowerCase(into: Units, text: string): void {
  readUnits(into, text)
  if (!into.isAscii) readUnits(into, text.toLowerCase())
}
