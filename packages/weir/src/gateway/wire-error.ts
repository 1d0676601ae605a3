/**
 * Any failure as an error with a code and its status. How it is written for the caller is the dialect's: ../dialect.
 */
import { ERRORS, isWeirError, WeirError, type ErrorCode } from '@weir/core'

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
