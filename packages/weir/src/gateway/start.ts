/**
 * Starts a gateway in this process: listener, upstream pools and outcome store, and stops them in order: no new requests, the
 * running ones end, the store is flushed, the pools close. `replace` puts another configuration in force while it runs.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { WeirError, type River } from '@weir/core'
import type { RedactOptions } from '../record/redact.ts'
import type { Retention } from '../record/retention.ts'
import { openOutcomeStore, type OutcomeStore } from '../record/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Observer } from '../telemetry/observer.ts'
import { readStore } from '../telemetry/store-readings.ts'
import { readUpstreams } from '../telemetry/upstream-readings.ts'
import { createUpstreamClient, type UpstreamClient } from '../upstream/client.ts'
import type { FaultOptions } from '../upstream/faults.ts'
import { createExternalClient, type ExternalDefinition } from '../upstream/external.ts'
import { DEFAULT_ABSTENTION, type Abstention } from './abstain.ts'
import { createExtraCalls, type ExtraCalls } from './extra-calls.ts'
import { DEFAULT_KEEP_ALIVE_MS } from './keep-alive.ts'
import { DEFAULT_TIMEOUTS, type Timeouts, type UpstreamModel } from '../upstream/definition.ts'
import { createApp, type AppOptions, type Arrival } from './app.ts'
import type { AdminListen } from './admin-app.ts'
import type { AuthOptions } from './auth.ts'
import { startAccess } from './start-access.ts'
import { createRetired, type Held, type InForce } from './in-force.ts'
import { ResponseCache, type CacheOptions } from './response-cache.ts'
import { createRunning } from './running.ts'
import {
  createSessions,
  DEFAULT_CACHE_MS,
  DEFAULT_SESSIONS,
  isPriced,
  type Sessions,
  type SessionsOptions,
} from './sessions.ts'
import { startWatching, type MetricsOptions, type Watching } from './watching.ts'

export interface RecordOptions {
  /** SQLite file; made when absent. */
  readonly path: string
  /** Keep messages and answers in the rows. Default false. */
  readonly storeText?: boolean
  /** Default 256 MiB. */
  readonly spoolBytes?: number
  /** Default: rows are kept for ever. */
  readonly retention?: Retention | undefined
  /** Default: texts are stored as they are. */
  readonly redact?: RedactOptions | undefined
}

export interface GatewayOptions {
  readonly river: River
  /** Where the models of `river.candidates` live: one entry for each candidate. */
  readonly models: readonly UpstreamModel[]
  readonly listen: {
    /** Default '127.0.0.1'. */
    readonly host?: string
    /** 0 takes a free port. */
    readonly port: number
  } & Arrival
  /** Level for plain `weir`. Default 0.95. */
  readonly quality?: number
  /** Absent: nothing is recorded. */
  readonly record?: RecordOptions
  readonly timeouts?: Partial<Timeouts>
  /** Retry, breaker and hedging; one absent is its default. */
  readonly faults?: Partial<FaultOptions>
  /** Default 32 MiB. */
  readonly maxBodyBytes?: number
  /** Between comments on a stream that is held back, ms. Default 10,000. */
  readonly keepAliveMs?: number
  /** What a caller gets when the policy declines to answer. Default: an error with status 422. */
  readonly abstain?: Abstention
  /** A draft whose `accumulated` falls to this is broken off. Absent: drafts are read to their end. */
  readonly doubtCut?: number
  /** What the river's scorers make their calls with; must be the one they were built with. Needed when they make any. */
  readonly extraCalls?: ExtraCalls
  /** Needed by the signal `external`. */
  readonly external?: ExternalDefinition
  /** How conversations are remembered. */
  readonly session?: Partial<Pick<SessionsOptions, 'cacheMs' | 'entries'>>
  /** Absent: nothing is counted. */
  readonly metrics?: MetricsOptions
  /** Who else is told of each request. */
  readonly observers?: readonly Observer[]
  /** Absent: nothing is cached. */
  readonly cache?: CacheOptions
  /** Absent: callers are not authenticated. */
  readonly auth?: AuthOptions
  /** The admin API. Absent: there is none. Needs `auth`. */
  readonly admin?: AdminListen
  /** What POST /admin/reload runs. */
  readonly reload?: () => Promise<unknown>
  readonly log: Log
}

export interface Gateway {
  /** For example "http://127.0.0.1:4000". */
  readonly url: string
  /** Where the metrics' own listener is; undefined when there is none. */
  readonly metricsUrl: string | undefined
  /** Of the admin API; undefined when there is none. */
  readonly adminUrl: string | undefined
  /** On the first run: the key of the admin API. Show it once, keep it nowhere. */
  readonly adminKey: string | undefined
  /**
   * Serves new requests with other options; running ones end with theirs, whose connections then close. What belongs to the process
   * (`listen`, `record.path`, `maxBodyBytes`, `metrics`, `observers`, `log`) stays as it was started. Throws like `startGateway`, and then changes nothing.
   */
  replace(options: GatewayOptions): void
  /** Drains, flushes and closes. Safe to call twice. */
  close(): Promise<void>
}

/** Level for plain `weir` when nothing is configured: keeps 95% of the large model's quality, a loss few users notice. */
export const DEFAULT_QUALITY = 0.95
/** 32 MiB: a conversation with a few images. */
export const DEFAULT_MAX_BODY_BYTES: number = 32 * 1024 * 1024
/** Running requests may end for so long when the gateway closes, ms; the rest is cut. Below the 30 s that orchestrators wait. */
const DRAIN_MS = 25_000

/** Throws `config.port` when the port is taken, `config.value` when the options contradict each other. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const opened: Opened[] = []
  try {
    return await start(options, opened)
  } catch (error) {
    // The threads of the stores and the listeners would keep the process from ending.
    for (const one of opened.toReversed()) await one.close()
    throw error
  }
}

/** What a start that fails has to close again. */
interface Opened {
  close(): Promise<void>
}

async function start(options: GatewayOptions, opened: Opened[]): Promise<Gateway> {
  const { listen, record, log } = options
  checkModels(options.river, options.models)
  const store = record === undefined ? undefined : await openOutcomeStore({ ...record, log })
  if (store !== undefined) opened.push(store)
  // Set once there is a configuration in force: the page may be asked for before.
  const watched: { upstream?: UpstreamClient } = {}
  const watching = await watch(options, store, watched)
  opened.push(watching)
  let isReady = true
  const exposed = watching.metrics?.exposed
  const guard = await startAccess({ ...options, isReady: () => isReady, exposed })
  opened.push(guard)
  const fixed: Fixed = {
    ...toFixed(options),
    isReady: () => isReady,
    ...(store === undefined ? {} : { store }),
    ...guard.forApp,
    ...watching.forApp,
  }
  watching.metrics?.reserveModels(options.models.map(({ model }) => model))
  let held = createHeld(options, fixed)
  const inForce: InForce<AppOptions> = { current: held.app }
  watched.upstream = held.app.upstream
  const retired = createRetired()
  const app = createApp(inForce)
  const closeSilent = watchSilent(app.server)
  const stop = async (): Promise<void> => {
    isReady = false
    await stopListening(app.server)
    await drain(app.server, { closeSilent, closed: app.close() })
    await held.running.idle()
    await held.release()
    await retired.settle()
    await store?.close()
    await watching.close()
    await guard.close()
  }
  let url: string
  try {
    url = await app.listen({ host: listen.host ?? '127.0.0.1', port: listen.port })
  } catch (error) {
    await app.close()
    await held.release()
    throw toPortError(error, listen)
  }
  let closing: Promise<void> | undefined
  return {
    url,
    metricsUrl: watching.url,
    adminUrl: guard.adminUrl,
    adminKey: guard.adminKey,
    replace(next) {
      const old = held
      held = createHeld(next, fixed)
      inForce.current = held.app
      watched.upstream = held.app.upstream
      watching.metrics?.reserveModels(next.models.map(({ model }) => model))
      retired.add(old)
    },
    close: () => {
      closing ??= stop()
      return closing
    },
  }
}

/** Observers and the page of metrics. Throws `config.port`. */
function watch(
  { metrics, observers = [] }: GatewayOptions,
  store: OutcomeStore | undefined,
  watched: { readonly upstream?: UpstreamClient },
): Promise<Watching> {
  return startWatching({
    metrics,
    observers,
    sources: [
      () => (store === undefined ? [] : readStore(store)),
      () => readUpstreams(watched.upstream?.states() ?? []),
    ],
  })
}

/** What belongs to the process: the same for every configuration that is put in force. */
type Fixed = Pick<
  AppOptions,
  'maxBodyBytes' | 'arrival' | 'log' | 'now' | 'isReady' | 'store' | 'observer' | 'page' | 'auth'
> & {
  readonly sessions: Sessions
}

/** Those of them that nothing has to be opened for. */
function toFixed({ maxBodyBytes = DEFAULT_MAX_BODY_BYTES, listen, log, session }: GatewayOptions) {
  const { cacheMs = DEFAULT_CACHE_MS, entries = DEFAULT_SESSIONS } = session ?? {}
  return {
    maxBodyBytes,
    arrival: listen,
    log,
    now: () => new Date(),
    sessions: createSessions({ cacheMs, entries, nowMs: () => performance.now() }),
  }
}

/** What belongs to one configuration: its pools, and the requests that it serves. Throws like `startGateway`. */
function createHeld(options: GatewayOptions, fixed: Fixed): Held & { readonly app: AppOptions } {
  const { river, models, quality = DEFAULT_QUALITY, record, cache } = options
  checkModels(river, models)
  const upstream = createUpstreamClient(models, {
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    ...options.faults,
  })
  const reading = toReading(options)
  const { sessions, ...always } = fixed
  const isRemembering = options.session?.cacheMs !== 0 && isPriced(river.candidates)
  const running = createRunning()
  return {
    running,
    app: {
      ...always,
      ...(isRemembering ? { sessions } : {}),
      river,
      upstream,
      quality,
      running,
      storesText: record?.storeText ?? false,
      ...reading,
      // A cache of its own: what another configuration answered is not what this one would.
      ...(cache === undefined ? {} : { cache: new ResponseCache(cache, () => performance.now()) }),
    },
    async release() {
      await upstream.destroy()
      await reading.external?.destroy()
    },
  }
}

type Reading = Pick<AppOptions, 'keepAliveMs' | 'abstain' | 'doubtCut' | 'extraCalls' | 'external'>

/** What only policies that read answers use. */
function toReading({ keepAliveMs, abstain, doubtCut, extraCalls, external }: GatewayOptions): Reading {
  return {
    keepAliveMs: keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS,
    abstain: abstain ?? DEFAULT_ABSTENTION,
    doubtCut,
    extraCalls: extraCalls ?? createExtraCalls(),
    external: external === undefined ? undefined : createExternalClient(external),
  }
}

/** Every model that a decision can name must be callable. Found here, not at the first request. */
function checkModels(river: River, models: readonly UpstreamModel[]): void {
  const missing = river.candidates.find(({ model }) => !models.some((other) => other.model === model))
  if (missing === undefined) return
  throw new WeirError('config.value', `model ${missing.model} has no upstream; add it to models`)
}

/** Passes of the event loop in a row that must accept nothing. */
const QUIET_PASSES = 3
/** More are not waited for: under a flood the queue never empties. */
const MOST_PASSES = 1_000

/**
 * What waits in the system's queue when a listener closes is reset, unseen by us, and a pass of the event loop accepts only one connection. So
 * the listener closes right behind a pass, when several have accepted nothing.
 */
async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  let accepted = 0
  const count = (): void => void (accepted += 1)
  server.on('connection', count)
  let quiet = 0
  for (let pass = 0; quiet < QUIET_PASSES && pass < MOST_PASSES; pass += 1) {
    const before = accepted
    await new Promise<void>((resolve) => setImmediate(resolve))
    quiet = accepted === before ? quiet + 1 : 0
  }
  server.off('connection', count)
  server.close()
}

/**
 * Open connections; those on which nothing was ever sent do not count as idle for Node. Clients open such ones in advance, and when a request
 * was cancelled.
 */
function watchSilent(server: Server): () => void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}

interface Draining {
  /** Closes the connections that never said anything. */
  readonly closeSilent: () => void
  readonly closed: Promise<void>
}

/** Kept-alive connections are closed as they fall idle; after DRAIN_MS all are. */
async function drain(server: Server, { closeSilent, closed }: Draining): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    closeSilent()
  }, 100)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  try {
    await closed
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}

function toPortError(error: unknown, { host = '127.0.0.1', port }: GatewayOptions['listen']): WeirError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const because =
    code === 'EADDRINUSE'
      ? 'another program is using it; stop that one, or choose another with --port or listen.port'
      : `${code}; choose another with --port or listen`
  return new WeirError('config.port', `cannot listen on ${host}:${port}: ${because}`, { cause: error })
}
