/**
 * What delivering an answer needs of the gateway.
 */
import type { River } from '@weir/core'
import type { OutcomeStore } from '../record/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { UpstreamClient } from '../upstream/client.ts'
import type { Abstention } from './abstain.ts'
import type { AccessOptions } from './admission.ts'
import type { Sessions } from './sessions.ts'

export interface DeliverOptions {
  /** Absent: callers are not authenticated. */
  readonly auth?: AccessOptions
  readonly river: River
  readonly upstream: UpstreamClient
  readonly log: Log
  readonly now: () => Date
  readonly store?: OutcomeStore
  readonly storesText: boolean
  /** Present when the prices of both models say what leaving a prompt cache costs. */
  readonly sessions?: Sessions
  readonly abstain: Abstention
  /** Undefined: nobody observes. */
  readonly observer?: Observer
}
