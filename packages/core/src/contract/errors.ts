/**
 * Every error weir raises: one class, one table. The prefix of a code says who must act (house section 7):
 *
 *   request. the caller · auth. the caller's admin · limit. the caller, later · pool. the operator ·
 *   upstream. the provider · artifact. whoever trained it · config. the operator · data. whoever collected it ·
 *   cli. whoever typed the command · internal. us
 *
 * Each code has one row here and one in docs/errors.md; a test holds both to each other.
 * Errors are recognised by `code`, never by instanceof across packages.
 */

/** What a code implies: HTTP status on the gateway, exit code on the command line. Exit: 1 our bug, 2 the user's data or configuration. */
export interface ErrorRow {
  /** HTTP status; null where the error cannot reach a request. */
  readonly status: number | null
  readonly exit: 1 | 2
}

const row = (status: number | null, exit: 1 | 2 = 2): ErrorRow => ({ status, exit })

export type ErrorCode =
  | 'request.body'
  | 'request.quality'
  | 'request.mode'
  | 'request.policy'
  | 'request.model'
  | 'request.unsupported'
  | 'request.route'
  | 'request.method'
  | 'request.too_large'
  | 'request.encoding'
  | 'request.decision'
  | 'request.key'
  | 'request.aborted'
  | 'auth.key'
  | 'auth.model'
  | 'auth.level'
  | 'auth.role'
  | 'limit.requests'
  | 'limit.tokens'
  | 'limit.concurrent'
  | 'limit.budget'
  | 'limit.busy'
  | 'limit.time'
  | 'limit.doubt'
  | 'pool.empty'
  | 'pool.abstained'
  | 'upstream.connect'
  | 'upstream.first_byte'
  | 'upstream.stalled'
  | 'upstream.too_slow'
  | 'upstream.unavailable'
  | 'upstream.refused'
  | 'upstream.bad_body'
  | 'artifact.unreadable'
  | 'artifact.format_version'
  | 'artifact.truncated'
  | 'artifact.pair'
  | 'artifact.encoder'
  | 'artifact.metric'
  | 'artifact.write'
  | 'config.unreadable'
  | 'config.syntax'
  | 'config.key'
  | 'config.value'
  | 'config.secret'
  | 'config.port'
  | 'config.threshold_range'
  | 'config.signal'
  | 'data.unreadable'
  | 'data.json'
  | 'data.field'
  | 'data.empty'
  | 'data.model'
  | 'data.one_class'
  | 'data.too_few'
  | 'data.seen'
  | 'cli.usage'
  | 'cli.write'
  | 'cli.interrupted'
  | 'internal.bug'

export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = {
  'request.body': row(400),
  'request.quality': row(400),
  'request.mode': row(400),
  'request.policy': row(400),
  'request.model': row(404),
  'request.unsupported': row(400),
  'request.route': row(404),
  'request.method': row(405),
  'request.too_large': row(413),
  'request.encoding': row(415),
  'request.decision': row(404),
  'request.key': row(404),
  'request.aborted': row(null),
  'auth.key': row(401),
  'auth.model': row(403),
  'auth.level': row(403),
  'auth.role': row(403),
  'limit.requests': row(429),
  'limit.tokens': row(429),
  'limit.concurrent': row(429),
  'limit.budget': row(429),
  'limit.busy': row(429),
  'limit.time': row(null),
  'limit.doubt': row(null),
  'pool.empty': row(503),
  'pool.abstained': row(422),
  'upstream.connect': row(502),
  'upstream.first_byte': row(504),
  'upstream.stalled': row(504),
  'upstream.too_slow': row(504),
  'upstream.unavailable': row(503),
  'upstream.refused': row(502),
  'upstream.bad_body': row(502),
  'artifact.unreadable': row(null),
  'artifact.format_version': row(null),
  'artifact.truncated': row(null),
  'artifact.pair': row(null),
  'artifact.encoder': row(null),
  'artifact.metric': row(null),
  'artifact.write': row(null),
  'config.unreadable': row(null),
  'config.syntax': row(null),
  'config.key': row(null),
  'config.value': row(null),
  'config.secret': row(null),
  'config.port': row(null),
  'config.threshold_range': row(null),
  'config.signal': row(null),
  'data.unreadable': row(null),
  'data.json': row(null),
  'data.field': row(null),
  'data.empty': row(null),
  'data.model': row(null),
  'data.one_class': row(null),
  'data.too_few': row(null),
  'data.seen': row(null),
  'cli.usage': row(null),
  'cli.write': row(null),
  'cli.interrupted': row(null),
  'internal.bug': row(500, 1),
}

/** An error with a code of the table. `message` says what happened and where, then what to do; never prompt text, answers or keys. */
export class WeirError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'WeirError'
    this.code = code
  }
}

/** True for errors made by any copy of this class: by name and code, so that two copies of the package agree. */
export function isWeirError(error: unknown): error is WeirError {
  return (
    error instanceof Error && error.name === 'WeirError' && 'code' in error && String(error.code) in ERRORS
  )
}
