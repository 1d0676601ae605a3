/**
 * JSON in: the only place that calls JSON.parse. The result is `unknown`, so callers must check before they trust.
 */

/** Parses JSON text. Throws SyntaxError with the engine's message; callers wrap it with file, line or field. */
export function parseJson(text: string): unknown {
  // oxlint-disable-next-line no-restricted-properties -- the one home of JSON.parse
  return JSON.parse(text)
}

/** A JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
