/**
 * Log limit: at most so many lines of one event a second, so that a flood of failing requests does not fill a disk or slow an answer. What was
 * left out is counted and said with the first line of that event that is let through again.
 */
import type { Log, LogFields } from './log.ts'

/** Lines of one event a second. 100: more than anybody reads, few enough for a small disk. */
export const LINES_PER_SECOND = 100
/** Events told apart; there are a few dozen. */
const EVENTS = 200

export interface LogLimitOptions {
  readonly perSecond?: number
  /** Milliseconds of any origin, rising. */
  readonly nowMs: () => number
}

interface Window {
  second: number
  lines: number
  left: number
}

export function limitLog(log: Log, { perSecond = LINES_PER_SECOND, nowMs }: LogLimitOptions): Log {
  const windows = new Map<string, Window>()
  const windowOf = (event: string): Window => {
    const found = windows.get(event)
    if (found !== undefined) return found
    const made = { second: 0, lines: 0, left: 0 }
    if (windows.size < EVENTS) windows.set(event, made)
    return made
  }
  const at =
    (level: keyof Log) =>
    (event: string, fields?: LogFields): void => {
      const window = windowOf(event)
      const second = Math.floor(nowMs() / 1000)
      if (second !== window.second) {
        if (window.left > 0) log.warn('log.suppressed', { of: event, lines: window.left })
        window.second = second
        window.lines = 0
        window.left = 0
      }
      window.lines += 1
      if (window.lines <= perSecond) log[level](event, fields)
      else window.left += 1
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
