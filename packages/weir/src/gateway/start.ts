/**
 * Starts a gateway in this process: listener, upstream pools and outcome store, and stops them in order: no new requests, the
 * running ones end, the store is flushed, the pools close.
 */
import type { River } from '@weir/core'
import type { Log } from '../telemetry/log.ts'
import type { Timeouts, UpstreamModel } from '../upstream/definition.ts'

export interface RecordOptions {
  /** SQLite file; made when absent. */
  readonly path: string
  /** Keep messages and answers in the rows. Default false. */
  readonly storeText?: boolean
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
  }
  /** Level for plain `weir`. Default 0.95. */
  readonly quality?: number
  /** Absent: nothing is recorded. */
  readonly record?: RecordOptions
  readonly timeouts?: Partial<Timeouts>
  /** Default 32 MiB. */
  readonly maxBodyBytes?: number
  readonly log: Log
}

export interface Gateway {
  /** For example "http://127.0.0.1:4000". */
  readonly url: string
  /** Drains, flushes and closes. Safe to call twice. */
  close(): Promise<void>
}

/** Throws `config.port` when the port is taken, `config.value` when the options contradict each other. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  throw new Error(`not built yet: ${options.listen.port}`)
}
