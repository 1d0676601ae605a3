/**
 * The page of metrics on a listener of its own: one path, read only, no key. It holds no prompt and no key, but it tells how much is asked and
 * spent: its default address is this machine only.
 */
import { createServer, type Server } from 'node:http'
import { WeirError } from '@weir/core'
import { renderMetrics, type Exposed } from './exposition.ts'

export const METRICS_PATH = '/metrics'

export interface MetricsListen {
  /** Default '127.0.0.1'. */
  readonly host?: string
  /** 0 takes a free port. */
  readonly port: number
}

export interface MetricsListener {
  readonly url: string
  close(): Promise<void>
}

/** Throws `config.port`. */
export async function listenForMetrics(
  exposed: Exposed,
  { host = '127.0.0.1', port }: MetricsListen,
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== METRICS_PATH || request.method !== 'GET') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(`see ${METRICS_PATH}\n`)
      return
    }
    const { contentType, text } = renderMetrics(exposed, request.headers.accept)
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new WeirError(
          'config.port',
          `cannot listen on ${host}:${port} for metrics (${error.code ?? 'unknown'}); choose another metrics.listen`,
          { cause: error },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
  return { url: `http://${toAuthority(server, host)}${METRICS_PATH}`, close: () => close(server) }
}

function toAuthority(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
