/**
 * `weir serve`: the gateway of a configuration, or without one the demo fleet. Runs until it is told to stop; the first signal
 * drains, the second ends at once. A changed configuration is put in force while it runs (config/reload.ts).
 */
import type { Command } from 'commander'
import { WeirError } from '@weir/core'
import type { Config } from '../config/load.ts'
import type { Log } from '../telemetry/log.ts'

interface ServeOptions {
  readonly config?: string
  readonly port?: number
}

export function register(program: Command): void {
  program
    .command('serve')
    .description(
      'Serve an OpenAI-compatible endpoint. Without a configuration: the demo fleet, which needs no key.',
    )
    .option('--config <file>', 'weir.yaml; see docs/config.md')
    .option(
      '--port <number>',
      'port to listen on (default: 4000, or listen.port of the configuration)',
      parsePort,
    )
    .action((options: ServeOptions) => serve(options))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new WeirError('cli.usage', `--port must be a number from 0 to 65535, got "${text.slice(0, 40)}"`)
}

async function serve({ config: path, port }: ServeOptions): Promise<void> {
  const log = await openLog({ level: 'info', format: 'auto' })
  const signal = stopSignal(log)
  if (path === undefined) {
    const { startDemo } = await import('../demo/start.ts')
    return startDemo({ port: port ?? 4000, signal, log })
  }
  const { loadConfig } = await import('../config/load.ts')
  const load = async (): Promise<Config> => {
    const config = await loadConfig(path, process.env)
    return port === undefined ? config : { ...config, listen: { ...config.listen, port } }
  }
  await serveConfig(load, { path, signal })
}

interface Serving {
  /** File of the configuration. */
  readonly path: string
  readonly signal: AbortSignal
}

/** To standard error, at most so many lines of one event a second. */
async function openLog({ level, format }: Pick<Config['log'], 'level' | 'format'>): Promise<Log> {
  const { createLog } = await import('../telemetry/log.ts')
  const { limitLog } = await import('../telemetry/log-limit.ts')
  const log = createLog({
    level,
    write: (line) => process.stderr.write(line),
    now: () => new Date(),
    pretty: format === 'auto' ? process.stderr.isTTY : format === 'text',
  })
  return limitLog(log, { nowMs: () => performance.now() })
}

async function serveConfig(load: () => Promise<Config>, { path, signal }: Serving): Promise<void> {
  const { startGateway } = await import('../gateway/start.ts')
  const { loadGatewayOptions } = await import('../config/river.ts')
  const { startReloader } = await import('../config/reload.ts')
  const hangUp = listenForHangUp()
  const { startTelemetry } = await import('../telemetry/start.ts')
  const { createRequestLog } = await import('../telemetry/request-log.ts')
  const config = await load()
  const log = await openLog(config.log)
  const options = await loadGatewayOptions(config, log)
  const telemetry = await startTelemetry(config.telemetry, { env: process.env, log })
  telemetry.setModels(config.models)
  const requestLog = createRequestLog(log, config.log.requests)
  const observers = [...telemetry.observers, ...(requestLog === undefined ? [] : [requestLog])]
  const again = { reload: (): Promise<unknown> => Promise.resolve() }
  const gateway = await startGateway({ ...options, observers, reload: () => again.reload() })
  const reloader = await startReloader({
    path,
    config,
    load,
    put: async (next) => {
      gateway.replace(await loadGatewayOptions(next, log))
      telemetry.setModels(next.models)
    },
    log,
  })
  hangUp.reload = () => void reloader.reload('SIGHUP')
  again.reload = () => reloader.reload('admin')
  const { pair } = options.river
  log.info('gateway.ready', {
    url: gateway.url,
    small: pair.small,
    large: pair.large,
    quality: config.quality,
    policy: config.policy,
    record: config.record?.path ?? 'off',
    metrics: gateway.metricsUrl ?? config.metrics?.path ?? 'off',
    auth: config.auth?.path ?? 'off',
    admin: gateway.adminUrl ?? 'off',
  })
  if (gateway.adminKey !== undefined) process.stdout.write(firstRun(gateway.adminKey))
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  await reloader.close()
  await gateway.close()
  await telemetry.close()
  log.info('gateway.stopped')
}

/**
 * In a terminal SIGHUP means that it was closed, and ends the process as it ends others; without one it asks for a reload. Before there is
 * anything to reload it is heard and dropped: the files are being read.
 */
function listenForHangUp(): { reload: () => void } {
  const hangUp = { reload: (): void => {} }
  if (process.platform !== 'win32' && !process.stdin.isTTY) process.on('SIGHUP', () => hangUp.reload())
  return hangUp
}

/** On standard output, away from the log, which may be kept and shipped. */
function firstRun(adminKey: string): string {
  return `Key of the admin API, shown this once: ${adminKey}
Lost it? weir keys create --role admin
`
}

/** Aborts at the first SIGINT or SIGTERM; the second ends the process. */
function stopSignal(log: Log): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130)
      log.info('gateway.stopping', { signal: name, again: 'to stop at once' })
      stop.abort()
    })
  }
  return stop.signal
}
