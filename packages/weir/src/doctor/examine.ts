/**
 * Examine: all checks of `weir doctor`. What does not depend on each other runs side by side; every wait has a limit. No token is spent and
 * nothing is changed.
 */
import { isWeirError, type River } from '@weir/core'
import { loadConfig, type Config } from '../config/load.ts'
import { loadGatewayOptions } from '../config/river.ts'
import { SILENT, type Log } from '../telemetry/log.ts'
import { checkNode, checkOpenFiles, checkPort, checkStore, type Address } from './check-machine.ts'
import { checkUpstreams } from './check-upstreams.ts'
import { fail, ok, warn, type Finding } from './finding.ts'

export interface ExamineOptions {
  /** weir.yaml; undefined: this machine alone. */
  readonly path: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** For each upstream. */
  readonly timeoutMs: number
  readonly nowMs: () => number
}

export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const machine = [checkNode(), ...checkOpenFiles()]
  if (options.path === undefined) {
    return [...machine, await checkPort({ key: '--port', host: '127.0.0.1', port: 4000 })]
  }
  const { config, findings, hasKeys } = await readConfig(options.path, options.env)
  if (config === undefined) return [...machine, ...findings]
  const { timeoutMs, nowMs } = options
  const checked = await Promise.all([
    checkArtifact(config),
    checkUpstreams({ models: config.models, timeoutMs, hasKeys, nowMs }),
    Promise.all(addressesOf(config).map(checkPort)),
    config.record === null ? [] : checkStore(config.record.path),
  ])
  return [...machine, ...findings, ...checked.flat()]
}

interface Read {
  readonly config: Config | undefined
  readonly findings: readonly Finding[]
  readonly hasKeys: boolean
}

/** With a key missing the rest is looked at all the same: the variables then count as given, and none is sent. */
async function readConfig(path: string, env: ExamineOptions['env']): Promise<Read> {
  try {
    const config = await loadConfig(path, env)
    return {
      config,
      findings: [ok('config', path), ok('keys', 'every reference has a value')],
      hasKeys: true,
    }
  } catch (error) {
    if (!isWeirError(error)) throw error
    if (error.code !== 'config.secret') {
      const finding = fail('config', error.message, `correct the file (${error.code} in docs/errors.md)`)
      return { config: undefined, findings: [finding], hasKeys: false }
    }
    const missing = fail('keys', error.message, 'set the variable where weir runs')
    const config = await loadConfig(path, new Proxy(env, { get: () => 'not-a-key' })).catch(() => undefined)
    return { config, findings: [missing], hasKeys: false }
  }
}

/** What `weir serve` would load and refuse: the artifact, whether it is of this pool, the scorers. */
async function checkArtifact(config: Config): Promise<readonly Finding[]> {
  const warnings: Finding[] = []
  const log: Log = {
    ...SILENT,
    warn: (event, { because = '' } = {}) =>
      void warnings.push(
        warn('artifact', `${event}: ${String(because)}`, 'compare weir.yaml with what it was trained for'),
      ),
  }
  try {
    const { river } = await loadGatewayOptions(config, log)
    const { small, large } = river.pair
    const models = river.services?.route?.stages ?? [small, large]
    return [ok('artifact', `routes between ${models.join(' and ')}`), ...encoderOf(river), ...warnings]
  } catch (error) {
    if (!isWeirError(error)) throw error
    return [fail('artifact', error.message, `see ${error.code} in docs/errors.md`)]
  }
}

/** That it fits has been checked; an upstream is not asked, since that would spend tokens. */
function encoderOf({ embedder }: River): readonly Finding[] {
  if (embedder === undefined) return []
  const { name, model, dimension } = embedder.spec
  return [
    ok('encoder', `${name} ${model}, dimension ${dimension}, is the one that the artifact was trained with`),
  ]
}

function addressesOf({ listen, metrics, admin }: Config): readonly Address[] {
  const beside = [
    { key: 'metrics.listen.port', at: metrics?.listen },
    { key: 'admin.port', at: admin ?? undefined },
  ]
  const all = [
    { key: 'listen.port', host: listen.host, port: listen.port },
    ...beside.flatMap(({ key, at }) =>
      at === undefined ? [] : [{ key, host: at.host ?? '127.0.0.1', port: at.port }],
    ),
  ]
  // 0 takes a free one.
  return all.filter(({ port }) => port !== 0)
}
