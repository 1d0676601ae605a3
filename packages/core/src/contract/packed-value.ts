/**
 * Packed values: plain data with typed arrays in it as JSON, and back without loss. What a method learned is stored this way unless it has a
 * smaller form of its own.
 *
 *   Float32Array, Int8Array, Int16Array, Int32Array, Uint32Array   ->  {"packed": "float32", "array": PackedArray}
 *   numbers, text, booleans, null, lists, objects                  ->  as they are
 *
 * Nothing else can be stored: Float64Array would lose digits without a word, so it is refused.
 */
import { WeirError } from './errors.ts'
import { isRecord } from './json.ts'
import { packArray, packBytes, unpackArray, unpackBytes, unpackIntegers } from './packed-array.ts'

/** Throws `internal.bug` for what has no stored form. */
export function packValue(value: unknown): unknown {
  if (value instanceof Float32Array) return { packed: 'float32', array: packArray(value, 'float32') }
  if (value instanceof Int8Array) return { packed: 'int8', array: packBytes({ bytes: value, scale: 1 }) }
  if (value instanceof Int32Array) return { packed: 'int32', array: packArray(value, 'int32') }
  if (value instanceof Uint32Array) return { packed: 'uint32', array: packArray(value, 'int32') }
  if (value instanceof Int16Array) return { packed: 'int16', array: packArray(value, 'int32') }
  if (Array.isArray(value)) return value.map(packValue)
  if (isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, packValue(one)]))
  }
  if (isAtom(value)) return value
  throw new WeirError('internal.bug', `a ${typeof value} cannot be stored in an artifact`)
}

/** `where` names the field; throws `artifact.truncated` when an array is damaged. */
export function unpackValue(stored: unknown, where: string): unknown {
  if (Array.isArray(stored)) return stored.map((one, i) => unpackValue(one, `${where}[${i}]`))
  if (!isRecord(stored)) return stored
  if (typeof stored['packed'] === 'string') return unpackTyped(stored['packed'], stored['array'], where)
  return Object.fromEntries(
    Object.entries(stored).map(([key, one]) => [key, unpackValue(one, `${where}.${key}`)]),
  )
}

function unpackTyped(type: string, array: unknown, where: string): unknown {
  if (type === 'float32') return unpackArray(array, where)
  if (type === 'int8') return unpackBytes(array, where).bytes
  if (type === 'int32') return unpackIntegers(array, where)
  if (type === 'uint32') return Uint32Array.from(unpackIntegers(array, where))
  if (type === 'int16') return Int16Array.from(unpackIntegers(array, where))
  throw new WeirError('artifact.truncated', `the artifact's ${where} has an unknown form; train it again`)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype
}

function isAtom(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}
