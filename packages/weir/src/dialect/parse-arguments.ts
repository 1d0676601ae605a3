/** Arguments of a tool call: JSON text in chat, an object elsewhere. */
import { isRecord, parseJson } from '@weir/core'
import type { Json } from './hub.ts'

/** What is no object cannot be sent as one: it is kept as text under `arguments`. */
export function parseArguments(text: unknown): Json {
  if (typeof text !== 'string' || text.trim() === '') return isRecord(text) ? text : {}
  try {
    const parsed = parseJson(text)
    return isRecord(parsed) ? parsed : { arguments: parsed }
  } catch {
    return { arguments: text }
  }
}
