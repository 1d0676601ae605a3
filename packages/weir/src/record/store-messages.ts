/** Messages between the gateway's thread and the store's. */
import type { FeedbackResult } from './store.ts'

export interface StoredFeedback {
  readonly decisionId: string
  readonly model: string | null
  readonly quality: number
  readonly at: string
}

export type ToWorker =
  /** `lines`: rows as JSON Lines, each starting with its id. One long string crosses threads faster than many. */
  | { readonly kind: 'rows'; readonly lines: string; readonly bytes: number }
  | { readonly kind: 'feedback'; readonly request: number; readonly feedback: StoredFeedback }
  | { readonly kind: 'find'; readonly request: number; readonly decisionId: string }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string; readonly rows: number }
  | {
      readonly kind: 'written'
      readonly bytes: number
      readonly failedRows: number
      readonly because?: string
    }
  | { readonly kind: 'feedback'; readonly request: number; readonly result: FeedbackResult }
  /** `row`: the outcome as JSON; undefined when there is none. */
  | { readonly kind: 'found'; readonly request: number; readonly row: string | undefined }
