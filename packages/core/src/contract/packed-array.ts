/**
 * Packed arrays: numbers in a JSON file, small and readable forever. Little-endian bytes in base64; int8 and int16 are
 * multiplied by `scale` on reading.
 *
 *   value_i = scale * integer_i,   scale = largest magnitude / 127 or / 32767
 */
import { WeirError } from './errors.ts'
import { isRecord } from './json.ts'

export type PackedType = 'int8' | 'int16' | 'int32' | 'float32'

export interface PackedArray {
  readonly type: PackedType
  readonly length: number
  readonly scale: number
  /** Base64 of the little-endian elements. */
  readonly data: string
}

const BYTES: Readonly<Record<PackedType, number>> = { int8: 1, int16: 2, int32: 4, float32: 4 }
const LARGEST: Readonly<Record<'int8' | 'int16', number>> = { int8: 127, int16: 32_767 }

/** Rounds to the packed precision. int32 keeps integers as they are. */
export function packArray(values: ArrayLike<number>, type: PackedType): PackedArray {
  const bytes = new Uint8Array(values.length * BYTES[type])
  const view = new DataView(bytes.buffer)
  const scale = type === 'int8' || type === 'int16' ? scaleOf(values, LARGEST[type]) : 1
  for (let i = 0; i < values.length; i++) write(view, { type, at: i, value: (values[i] ?? 0) / scale })
  return { type, length: values.length, scale, data: toBase64(bytes) }
}

function scaleOf(values: ArrayLike<number>, largest: number): number {
  let top = 0
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i] ?? 0))
  return top > 0 ? top / largest : 1
}

function write(view: DataView, { type, at, value }: { type: PackedType; at: number; value: number }): void {
  if (type === 'int8') view.setInt8(at, Math.round(value))
  else if (type === 'int16') view.setInt16(at * 2, Math.round(value), true)
  else if (type === 'int32') view.setInt32(at * 4, value, true)
  else view.setFloat32(at * 4, value, true)
}

/** Float32Array of the stored values. `where` names the field; throws `artifact.truncated` when bytes are missing or of the wrong form. */
export function unpackArray(packed: unknown, where: string): Float32Array {
  const { type, length, scale, view } = open(packed, where)
  const values = new Float32Array(length)
  const read = READERS[type]
  for (let i = 0; i < length; i++) values[i] = scale * read(view, i)
  return values
}

const READERS: Readonly<Record<PackedType, (view: DataView, at: number) => number>> = {
  int8: (view, at) => view.getInt8(at),
  int16: (view, at) => view.getInt16(at * 2, true),
  int32: (view, at) => view.getInt32(at * 4, true),
  float32: (view, at) => view.getFloat32(at * 4, true),
}

/** An int8 array as it is stored: value = scale * byte. */
export function unpackBytes(
  packed: unknown,
  where: string,
): { readonly bytes: Int8Array; readonly scale: number } {
  const { type, scale, view } = open(packed, where)
  if (type !== 'int8') throw broken(where)
  return { bytes: new Int8Array(view.buffer), scale }
}

/** The inverse of unpackBytes. */
export function packBytes({
  bytes,
  scale,
}: {
  readonly bytes: Int8Array
  readonly scale: number
}): PackedArray {
  return { type: 'int8', length: bytes.length, scale, data: toBase64(new Uint8Array(bytes)) }
}

/** Int32Array of an int32 array. */
export function unpackIntegers(packed: unknown, where: string): Int32Array {
  const { type, length, view } = open(packed, where)
  if (type !== 'int32') throw broken(where)
  const values = new Int32Array(length)
  for (let i = 0; i < length; i++) values[i] = view.getInt32(i * 4, true)
  return values
}

interface Opened {
  readonly type: PackedType
  readonly length: number
  readonly scale: number
  readonly view: DataView
}

function open(packed: unknown, where: string): Opened {
  if (!isRecord(packed)) throw broken(where)
  const { type, length, scale, data } = packed
  const isKnown = type === 'int8' || type === 'int16' || type === 'int32' || type === 'float32'
  if (!isKnown || typeof length !== 'number' || typeof scale !== 'number' || typeof data !== 'string')
    throw broken(where)
  const bytes = fromBase64(data, where)
  if (bytes.length !== length * BYTES[type]) throw broken(where)
  return { type, length, scale, view: new DataView(bytes.buffer) }
}

function broken(where: string): WeirError {
  return new WeirError(
    'artifact.truncated',
    `the artifact's ${where} is incomplete or damaged; train it again`,
  )
}

/** In pieces: String.fromCharCode takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let i = 0; i < bytes.length; i += 8192)
    pieces.push(String.fromCharCode(...bytes.subarray(i, i + 8192)))
  return btoa(pieces.join(''))
}

function fromBase64(text: string, where: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
    return bytes
  } catch {
    throw broken(where)
  }
}
