/**
 * The sections `telemetry` and `log` of weir.yaml: what OpenTelemetry is told, and what the process writes.
 */
import { z } from 'zod'
import { LOGGED_REQUESTS, type LoggedRequests } from '../telemetry/request-log.ts'
import { SEMCONV_VERSIONS, type SemconvVersion } from '../telemetry/semconv.ts'

export interface WrittenTelemetry {
  readonly semconv: SemconvVersion
  readonly otlp?: string | undefined
  readonly content: boolean
}

export interface WrittenLog {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'auto' | 'json' | 'text'
  readonly requests: LoggedRequests
}

export const writtenTelemetry: z.ZodType<WrittenTelemetry> = z.strictObject({
  /** Names of OpenTelemetry's conventions. Default: the newest released set. */
  semconv: z.enum(SEMCONV_VERSIONS).default('1.41'),
  /** Where traces and metrics go. Absent: OTEL_EXPORTER_OTLP_ENDPOINT says. */
  otlp: z.url({ protocol: /^https?$/ }).optional(),
  /** Messages and answers in spans. Default false: prompts are private until somebody decides otherwise. */
  content: z.boolean().default(false),
})

export const writtenLog: z.ZodType<WrittenLog> = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Default auto: text on a terminal, JSON into a pipe or file. */
  format: z.enum(['auto', 'json', 'text']).default('auto'),
  /** Lines for requests that have ended. Default none: rows, metrics and spans tell more for less. */
  requests: z.enum(LOGGED_REQUESTS).default('none'),
})
