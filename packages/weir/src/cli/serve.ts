/**
 * `weir serve`: the gateway of a configuration, or without one the demo fleet. Runs until it is told to stop; the first signal
 * drains, the second ends at once.
 */
import type { Command } from 'commander'
import { createRiver, WeirError, type Artifact, type River } from '@weir/core'
import type { Config } from '../config/load.ts'
import type { ExtraCalls } from '../gateway/extra-calls.ts'
import { readArtifact } from '../record/artifact-file.ts'
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
  const { createLog } = await import('../telemetry/log.ts')
  const log = createLog({
    write: (line) => process.stderr.write(line),
    now: () => new Date(),
    pretty: process.stderr.isTTY,
  })
  const signal = stopSignal(log)
  if (path === undefined) {
    const { startDemo } = await import('../demo/start.ts')
    return startDemo({ port: port ?? 4000, signal, log })
  }
  const { loadConfig } = await import('../config/load.ts')
  const config = await loadConfig(path, process.env)
  await serveConfig(port === undefined ? config : { ...config, listen: { ...config.listen, port } }, {
    signal,
    log,
  })
}

async function serveConfig(
  config: Config,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  const { startGateway } = await import('../gateway/start.ts')
  const { createExtraCalls } = await import('../gateway/extra-calls.ts')
  const extraCalls = createExtraCalls()
  const river = await loadRiver(config, { extraCalls, log })
  const { record, doubtCut, external, ...rest } = config
  const gateway = await startGateway({
    ...rest,
    river,
    extraCalls,
    log,
    ...(record === null ? {} : { record }),
    ...(doubtCut === null ? {} : { doubtCut }),
    ...(external === null ? {} : { external }),
  })
  log.info('gateway.ready', {
    url: gateway.url,
    small: river.pair.small,
    large: river.pair.large,
    quality: config.quality,
    policy: config.policy,
    record: record?.path ?? 'off',
  })
  warnOpen(config, log)
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  await gateway.close()
  log.info('gateway.stopped')
}

/** Throws `artifact.` errors, `config.signal` and `config.value`; `artifact.pair` when the configuration names another pair or lacks a model of it. */
async function loadRiver(
  config: Config,
  { extraCalls, log }: { readonly extraCalls: ExtraCalls; readonly log: Log },
): Promise<River> {
  const { artifactPath, models, onEstimatorFailure, onUnfamiliar, mode, policy, caps, onScorerFailure } =
    config
  const artifact = await readArtifact(artifactPath)
  checkPair(config, artifact)
  const { buildScorers, checkPolicy } = await import('../config/scorers.ts')
  const read = [artifact.pair.small]
  const scorers = buildScorers({ specs: config.scorers, models, read, policy, extraCalls })
  const river = createRiver(artifact, {
    candidates: models,
    onEstimatorFailure,
    onUnfamiliar,
    mode,
    policy,
    caps,
    onScorerFailure,
    scorers,
  })
  checkPolicy(policy, Object.keys(river.services ?? {}), models)
  warnUnread(artifact, config, log)
  return river
}

function checkPair({ small, large, models, artifactPath }: Config, { pair }: Artifact): void {
  for (const [side, wanted] of [
    ['small', small],
    ['large', large],
  ] as const) {
    const trained = pair[side]
    if (wanted !== null && wanted !== trained) {
      throw new WeirError(
        'artifact.pair',
        `${artifactPath} was trained for ${side} model ${trained}, the configuration says ${wanted}; train again or change "${side}"`,
      )
    }
    if (!models.some(({ model }) => model === trained)) {
      throw new WeirError(
        'artifact.pair',
        `${artifactPath} routes to the ${side} model ${trained}, which "models" does not have; add it or train again`,
      )
    }
  }
}

/** The artifact judges without them, but worse than it was measured. */
function warnUnread({ services }: Artifact, { scorers }: Config, log: Log): void {
  const missing = (services?.cascade?.signals ?? []).filter(
    (name) => !scorers.some(({ signal }) => signal === name),
  )
  if (missing.length === 0) return
  log.warn('gateway.signals_missing', {
    signals: missing.join(', '),
    because: 'the artifact was trained with them and weir.yaml has no scorers for them',
  })
}

/** Callers are not authenticated: whoever reaches the port spends the operator's money. */
function warnOpen({ listen, models }: Config, log: Log): void {
  const isLocal = listen.host === 'localhost' || listen.host === '::1' || listen.host.startsWith('127.')
  if (isLocal || models.every(({ apiKey }) => apiKey === undefined)) return
  log.warn('gateway.open', {
    host: listen.host,
    because: 'other machines can use the configured keys; put an authenticating proxy in front',
  })
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
