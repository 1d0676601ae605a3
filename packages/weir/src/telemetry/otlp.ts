/**
 * OTLP: where traces and metrics are sent when an endpoint is configured. The SDK is not a dependency of weir: it is loaded when it is installed,
 * and when it is not, weir says at start what to install and serves without it.
 *
 * The SDK reads its own environment (OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, …).
 */
import { ProxyTracerProvider, trace } from '@opentelemetry/api'
import { isRecord } from '@weir/core'
import type { Log } from './log.ts'

/** Has traces, metrics, the OTLP exporters and the reading of OTEL_* in one. */
export const SDK_PACKAGE = '@opentelemetry/sdk-node'

export interface OtlpOptions {
  /** For example http://localhost:4318. Undefined: nothing is loaded. */
  readonly endpoint: string | undefined
  readonly env: Record<string, string | undefined>
  readonly log: Log
  /** Default: the package as installed beside weir. */
  readonly load?: (name: string) => Promise<unknown>
}

export interface Otlp {
  /** True when spans go somewhere. */
  readonly isOn: boolean
  /** Sends what waits. */
  close(): Promise<void>
}

const OFF: Otlp = { isOn: false, close: async () => {} }

/** Never throws: telemetry that cannot start does not keep the gateway from serving. */
export async function startOtlp({ endpoint, env, log, load = importPackage }: OtlpOptions): Promise<Otlp> {
  // Whoever starts weir with an SDK of their own (node --import) has registered it by now.
  if (hasSdk()) return { ...OFF, isOn: true }
  if (endpoint === undefined) return OFF
  setDefaults(env, endpoint)
  try {
    const sdk = createSdk(await load(SDK_PACKAGE))
    sdk.start()
    log.info('telemetry.otlp', { endpoint: withoutUser(endpoint) })
    return {
      isOn: true,
      async close() {
        await sdk
          .shutdown()
          .catch(() => log.warn('telemetry.unsent', { because: 'the endpoint did not take what was left' }))
      },
    }
  } catch (error) {
    const isMissing = isRecord(error) && String(error['code']).includes('MODULE_NOT_FOUND')
    log.warn('telemetry.off', {
      because: isMissing ? `${SDK_PACKAGE} is not installed` : `${SDK_PACKAGE} did not start`,
      remedy: `npm install ${SDK_PACKAGE} beside weir, or take telemetry.otlp and OTEL_EXPORTER_OTLP_ENDPOINT away`,
    })
    return OFF
  }
}

/** True when an SDK is registered in this process. */
export function hasSdk(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('weir') !== undefined
}

/** What weir has: spans and metrics, no log records. Whatever is set already stays. */
function setDefaults(env: Record<string, string | undefined>, endpoint: string): void {
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??= endpoint
  env['OTEL_SERVICE_NAME'] ??= 'weir'
  env['OTEL_TRACES_EXPORTER'] ??= 'otlp'
  env['OTEL_METRICS_EXPORTER'] ??= 'otlp'
  env['OTEL_LOGS_EXPORTER'] ??= 'none'
}

interface Sdk {
  start(): void
  shutdown(): Promise<void>
}

function createSdk(loaded: unknown): Sdk {
  const NodeSdk = isRecord(loaded) ? loaded['NodeSDK'] : undefined
  if (typeof NodeSdk !== 'function') throw new TypeError(`${SDK_PACKAGE} has no NodeSDK`)
  return Reflect.construct(NodeSdk, []) as Sdk
}

/** The name is a variable, so that neither compiler nor bundler looks for a package that need not be there. */
function importPackage(name: string): Promise<unknown> {
  return import(name) as Promise<unknown>
}

/** An endpoint may hold a password. */
function withoutUser(endpoint: string): string {
  try {
    return new URL(endpoint).origin
  } catch {
    return 'not a URL'
  }
}
