/**
 * Reload: a changed weir.yaml or artifact is checked as at the start and put in force, or refused as a whole while the old one stays.
 * Started by the files themselves, by SIGHUP, or by whoever holds the reloader; one at a time, in the order asked.
 */
import { isWeirError } from '@weir/core'
import type { Log } from '../telemetry/log.ts'
import { listChanges } from './changes.ts'
import type { Config } from './load.ts'
import { watchFiles } from './watch-files.ts'

export interface ReloaderOptions {
  /** File of the configuration. */
  readonly path: string
  /** What is in force. */
  readonly config: Config
  /** Reads and checks the file. */
  readonly load: () => Promise<Config>
  /** Builds what the configuration asks for and puts it in force; throws and changes nothing when it cannot. */
  readonly put: (config: Config) => Promise<void>
  readonly log: Log
  /** Between two looks at the files, ms. Default: watch-files. */
  readonly intervalMs?: number
}

export type ReloadResult =
  | { readonly status: 'reloaded'; readonly changed: readonly string[]; readonly restart: readonly string[] }
  | { readonly status: 'unchanged' }
  | { readonly status: 'refused'; readonly code: string; readonly message: string }

export interface Reloader {
  /** Reads the files again. `because`: who asks, for the log. Never rejects. */
  reload(because: string): Promise<ReloadResult>
  /** Ends the watch and a running reload. */
  close(): Promise<void>
}

/** Keys that the process is started with: a new value is told and waits for the next start. */
export const RESTART_KEYS: readonly string[] = [
  'listen',
  'record.path',
  'record.retention',
  'record.redact',
  'record.spoolBytes',
  'maxBodyBytes',
  'metrics',
  'telemetry',
  'log',
  'auth',
  'admin',
  'session',
]

/** Resolves when the files are watched. */
export async function startReloader(options: ReloaderOptions): Promise<Reloader> {
  const { path, load, put, log, intervalMs } = options
  let inForce = options.config
  let isClosed = false
  let queue: Promise<unknown> = Promise.resolve()
  const watch = watchFiles({
    onChange: (files) => void enqueue('file', files),
    ...(intervalMs === undefined ? {} : { intervalMs }),
  })
  /** Changed since the last good reload: a refused one leaves them to the next. */
  const waiting = new Set<string>()
  const run = async (because: string, files: readonly string[]): Promise<ReloadResult> => {
    if (isClosed) return UNCHANGED
    for (const file of files) waiting.add(file)
    const startedAtMs = performance.now()
    try {
      const next = await load()
      const isNewArtifact = next.artifactPath === inForce.artifactPath && waiting.has(next.artifactPath)
      const changed = [...listChanges(inForce, next), ...(isNewArtifact ? ['artifact (contents)'] : [])]
      // Asked by hand: the artifact may have other contents under its name.
      if (changed.length === 0 && because === 'file') {
        log.info('config.unchanged', { because })
        return UNCHANGED
      }
      // Before they are read: what is written meanwhile, and the repair of an artifact that is refused now, are changes of their own.
      await watch.set([path, next.artifactPath])
      await put(next)
      const restart = changed.filter((key) => needsRestart(key))
      inForce = next
      waiting.clear()
      tell(log, { because, changed, restart, tookMs: performance.now() - startedAtMs })
      return { status: 'reloaded', changed, restart }
    } catch (error) {
      return refuse(log, because, error)
    }
  }
  const enqueue = (because: string, files: readonly string[]): Promise<ReloadResult> => {
    const result = queue.then(() => run(because, files))
    queue = result
    return result
  }
  await watch.set([path, inForce.artifactPath])
  return {
    reload: (because) => enqueue(because, []),
    async close() {
      isClosed = true
      watch.close()
      await queue
    },
  }
}

function needsRestart(change: string): boolean {
  const [key = ''] = change.split(' ')
  return RESTART_KEYS.some(
    (fixed) => key === fixed || key.startsWith(`${fixed}.`) || fixed.startsWith(`${key}.`),
  )
}

const UNCHANGED: ReloadResult = { status: 'unchanged' }

interface Told {
  readonly because: string
  readonly changed: readonly string[]
  readonly restart: readonly string[]
  readonly tookMs: number
}

function tell(log: Log, { because, changed, restart, tookMs }: Told): void {
  log.info('config.reloaded', { because, changed: changed.join(', '), ms: Math.round(tookMs) })
  if (restart.length === 0) return
  log.warn('config.needs_restart', {
    keys: restart.join(', '),
    because: 'these belong to the running process; the rest of the configuration is in force',
  })
}

function refuse(log: Log, because: string, error: unknown): ReloadResult {
  const code = isWeirError(error) ? error.code : 'internal.bug'
  const message = error instanceof Error ? error.message : String(error)
  log.error('config.refused', { because, code, message, kept: 'the configuration in force' })
  return { status: 'refused', code, message }
}
