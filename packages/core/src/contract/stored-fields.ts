/**
 * Reading stored parameters back: each field is checked as it is taken, so that a damaged artifact says which part is damaged.
 * All throw `artifact.truncated`.
 */
import { WeirError } from './errors.ts'
import { isRecord } from './json.ts'

/** `where` names the field in the error. */
export function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value
  throw missing(where)
}

export function number(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw missing(where)
}

export function numbers(value: unknown, where: string, count: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== count) throw missing(where)
  return value.map((one) => number(one, where))
}

export function missing(where: string): WeirError {
  return new WeirError('artifact.truncated', `the artifact's ${where} is missing or damaged; train it again`)
}
