/**
 * A metric's value, or why it has none. Undefined is an expected answer (no gap to recover, a level never reached), so it is returned, with a
 * reason for people, and never NaN.
 */
export type MetricValue =
  | { readonly value: number; readonly because?: undefined }
  | { readonly value: undefined; readonly because: string }

export function defined(value: number): MetricValue {
  return { value }
}

export function notDefined(because: string): MetricValue {
  return { value: undefined, because }
}
