/**
 * Finding: what one check of `weir doctor` found, and what to do about it. Never holds a key, nor anything that an upstream wrote.
 */

/** `warn`: weir serves, and somebody should look. `fail`: weir does not start, or no answer comes from there. */
export type Status = 'ok' | 'warn' | 'fail'

export interface Finding {
  /** For example 'config' or 'upstream gpt-4o'. */
  readonly check: string
  readonly status: Status
  readonly message: string
  /** Absent where nothing is to be done. */
  readonly remedy?: string
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message }
}

export function warn(check: string, message: string, remedy: string): Finding {
  return { check, status: 'warn', message, remedy }
}

export function fail(check: string, message: string, remedy: string): Finding {
  return { check, status: 'fail', message, remedy }
}
