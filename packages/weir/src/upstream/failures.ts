/**
 * Failures that several readers of an answer find: what a caller is told is the same wherever it was found.
 */
import type { Failure } from './dispatch.ts'

export const GONE: Failure = { code: 'request.aborted', message: 'the caller closed the connection' }
export const NO_END: Failure = {
  code: 'upstream.bad_body',
  message: 'the stream ended before its answer was complete',
}
export const EVENT_NOT_JSON: Failure = {
  code: 'upstream.bad_body',
  message: 'an event of the stream is not a JSON object',
}
export const ERROR_EVENT: Failure = {
  code: 'upstream.refused',
  message: 'the stream held an error event',
}
