/** Messages between the gateway's thread and the store's. */
import type { RedactOptions } from './redact.ts'
import type { Retention } from './retention.ts'
import type { FeedbackResult } from './store.ts'
import type { UsageQuery, UsageReport } from './usage-query.ts'

export interface StoredFeedback {
  readonly decisionId: string
  readonly model: string | null
  readonly quality: number
  readonly at: string
}

/** What the store's thread is started with. */
export interface StoreSetup {
  readonly path: string
  readonly spoolBytes: number
  readonly maxPages?: number | undefined
  /** Absent: rows are kept for ever. */
  readonly retention?: Retention | undefined
  /** Absent: texts are stored as they are. */
  readonly redact?: RedactOptions | undefined
}

export type ToWorker =
  /** `lines`: rows as JSON Lines, each starting with its id. One long string crosses threads faster than many. */
  | { readonly kind: 'rows'; readonly lines: string; readonly bytes: number }
  | { readonly kind: 'feedback'; readonly request: number; readonly feedback: StoredFeedback }
  | { readonly kind: 'find'; readonly request: number; readonly decisionId: string }
  | { readonly kind: 'usage'; readonly request: number; readonly query: UsageQuery }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The oldest message of rows is safe: in the store or in the spool. `lostRows`: or given up, when the store closes. */
  | { readonly kind: 'kept'; readonly bytes: number; readonly lostRows: number }
  /** SQLite does not take rows, for the reason given; undefined when it does again. */
  | { readonly kind: 'trouble'; readonly because: string | undefined }
  | { readonly kind: 'feedback'; readonly request: number; readonly result: FeedbackResult }
  /** Undefined: it could not be read. */
  | { readonly kind: 'usage'; readonly request: number; readonly report: UsageReport | undefined }
  /** `row`: the outcome as JSON; undefined when there is none. */
  | { readonly kind: 'found'; readonly request: number; readonly row: string | undefined }
