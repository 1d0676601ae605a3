/**
 * Errors in the OpenAI shape: {"error": {"message", "type", "param", "code"}}, all four keys always there. `code` is the code of our
 * table, `type` follows who must act, which is what the official clients show.
 */
import type { ErrorCode } from '@weir/core'

export interface WireError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

/** The request field that a code speaks of. */
const PARAMS: Partial<Readonly<Record<ErrorCode, string>>> = {
  'request.model': 'model',
  'request.quality': 'quality',
  'request.decision': 'decisionId',
}

const TYPES: Readonly<Record<string, string>> = {
  request: 'invalid_request_error',
  auth: 'authentication_error',
  limit: 'rate_limit_error',
}

export function toWireError(code: ErrorCode, message: string): WireError {
  const kind = code.slice(0, code.indexOf('.'))
  return { error: { message, type: TYPES[kind] ?? 'server_error', param: PARAMS[code] ?? null, code } }
}
