/**
 * Watching: everything that observes the requests of one gateway, put together when it starts: its metrics with their pages, and
 * whoever else is given. Without any the gateway has no observer, and nothing is told.
 */
import type { Reading, Exposed } from '../telemetry/exposition.ts'
import { createGatewayMetrics, type GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import { listenForMetrics, type MetricsListen } from '../telemetry/metrics-page.ts'
import { composeObservers, type Observer } from '../telemetry/observer.ts'
import { VERSION } from '../version.ts'

export interface MetricsOptions {
  /** Path on the port that callers use. Absent: not there, because callers need not know what is spent. */
  readonly path?: string
  /** A listener for the page alone. Absent: none. */
  readonly listen?: MetricsListen
}

export interface WatchingOptions {
  /** Absent: nothing is counted. */
  readonly metrics: MetricsOptions | undefined
  readonly observers: readonly Observer[]
  readonly sources: readonly (() => readonly Reading[])[]
}

export interface MetricsPage {
  readonly path: string
  readonly exposed: Exposed
}

export interface Watching {
  /** `page`: on the port that callers use. */
  readonly forApp: { readonly observer?: Observer; readonly page?: MetricsPage }
  readonly metrics: GatewayMetrics | undefined
  /** Where the page's own listener is. */
  readonly url: string | undefined
  close(): Promise<void>
}

/** Throws `config.port` when the page's own port is taken. */
export async function startWatching({ metrics, observers, sources }: WatchingOptions): Promise<Watching> {
  const counting = metrics === undefined ? undefined : createGatewayMetrics({ version: VERSION, sources })
  const exposed = counting?.exposed
  const listener =
    exposed === undefined || metrics?.listen === undefined
      ? undefined
      : await listenForMetrics(exposed, metrics.listen)
  const path = metrics?.path
  const observer = composeObservers(counting === undefined ? observers : [counting.observer, ...observers])
  return {
    forApp: {
      ...(observer === undefined ? {} : { observer }),
      ...(exposed === undefined || path === undefined ? {} : { page: { path, exposed } }),
    },
    metrics: counting,
    url: listener?.url,
    close: async () => listener?.close(),
  }
}
