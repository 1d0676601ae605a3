/**
 * The process log: one line an event, to standard error. JSON when the output is a file or a pipe, plain text on a terminal.
 * Events carry ids, codes and numbers. Prompt text, answers, keys and headers are never given to it; a test plants secrets and
 * looks for them here.
 */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Values that can be printed on one line. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export interface LogOptions {
  /** Events below it are dropped. Default 'info'. */
  readonly level?: LogLevel
  /** Takes one line with its newline. */
  readonly write: (line: string) => void
  /** Current time, UTC. */
  readonly now: () => Date
  /** Plain text instead of JSON lines. Default false. */
  readonly pretty?: boolean
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

export function createLog({ level = 'info', write, now, pretty = false }: LogOptions): Log {
  const at =
    (of: LogLevel) =>
    (event: string, fields: LogFields = {}): void => {
      if (RANK[of] < RANK[level]) return
      const time = now().toISOString()
      write(pretty ? toText({ time, level: of, event }, fields) : toJson({ time, level: of, event }, fields))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log that drops everything: for tests and for embedding. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

interface Head {
  readonly time: string
  readonly level: LogLevel
  readonly event: string
}

function toJson(head: Head, fields: LogFields): string {
  return `${JSON.stringify({ ...head, ...fields })}\n`
}

/** Values are JSON-quoted when they hold a space or a control character, so that one event stays one line. */
function toText({ time, level, event }: Head, fields: LogFields): string {
  const pairs = Object.entries(fields).map(([key, value]) => {
    const text = String(value)
    return `${key}=${/^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text)}`
  })
  const mark = level === 'info' ? '' : `${level} `
  return `${[`${time.slice(11, 19)} ${mark}${event}`, ...pairs].join(' ')}\n`
}
