/**
 * Errors in the OpenAI shape: {"error": {"message", "type", "param", "code"}}, all four keys always there. `code` is the code of our
 * table, `type` follows who must act, which is what the official clients show.
 */
import { ERRORS, isWeirError, WeirError, type ErrorCode } from '@weir/core'

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

export function statusOf(code: ErrorCode): number {
  return ERRORS[code].status ?? 500
}

/**
 * Any thrown value as one of ours. Errors of the HTTP layer become `request.` ones; what is left is our bug, whose own message is
 * not passed on: it could hold a piece of the request.
 */
export function toWeirError(thrown: unknown, maxBodyBytes: number): WeirError {
  if (isWeirError(thrown)) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new WeirError(
      'request.too_large',
      `the body is larger than ${maxBodyBytes} bytes; shorten it or raise maxBodyBytes`,
    )
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new WeirError('request.body', 'the content type must be application/json; set that header')
  }
  if (status >= 400 && status < 500) {
    return new WeirError('request.body', `the request could not be read (${code}); check its length and form`)
  }
  return new WeirError('internal.bug', 'a bug in weir; report it with the x-request-id of this answer', {
    cause: thrown,
  })
}

/** Name and stack frames of an error without its message, which may quote the request. For the log. */
export function framesOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [thrown.name, ...frames.slice(0, 8).map((line) => line.trim())].join(' ')
}
