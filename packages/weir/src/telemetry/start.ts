/**
 * Starts what goes through OpenTelemetry: the SDK where it is wanted, and the observers that feed it. Without an SDK there are none.
 */
import { metrics, trace } from '@opentelemetry/api'
import type { UpstreamModel } from '../upstream/definition.ts'
import { VERSION } from '../version.ts'
import { createGenAiMetrics } from './genai-metrics.ts'
import type { Observer } from './observer.ts'
import { startOtlp, type OtlpOptions } from './otlp.ts'
import { SEMCONV, type SemconvVersion } from './semconv.ts'
import { createSpanObserver } from './spans.ts'
import { createFactTable } from './upstream-facts.ts'

export interface TelemetryOptions {
  readonly semconv: SemconvVersion
  /** Messages and answers in spans. */
  readonly content: boolean
  /** Null: OTEL_EXPORTER_OTLP_ENDPOINT says. */
  readonly otlp: string | null
}

export const DEFAULT_TELEMETRY: TelemetryOptions = { semconv: '1.41', content: false, otlp: null }

export interface Telemetry {
  readonly observers: readonly Observer[]
  /** The models of the configuration in force. */
  setModels(models: readonly UpstreamModel[]): void
  close(): Promise<void>
}

/** Never throws. */
export async function startTelemetry(
  { semconv, content, otlp }: TelemetryOptions,
  { env, ...rest }: Omit<OtlpOptions, 'endpoint'>,
): Promise<Telemetry> {
  const sdk = await startOtlp({
    ...rest,
    env,
    endpoint: otlp ?? (env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined),
  })
  const facts = createFactTable(SEMCONV[semconv])
  const tracer = trace.getTracer('weir', VERSION)
  const meter = metrics.getMeter('weir', VERSION)
  return {
    observers: sdk.isOn
      ? [
          createSpanObserver({ tracer, semconv, facts, content }),
          createGenAiMetrics({ meter, semconv, facts }),
        ]
      : [],
    setModels: (models) => facts.set(models),
    close: () => sdk.close(),
  }
}
