/** Messages between the gateway's thread and the key store's. */
import type { SpentUsd } from './account.ts'
import type { HashedKey, Key } from './key.ts'
import type { AuditRow, KeyChange, KeySpec, Made, SpendRow } from './store-file.ts'

/** What one asks of the store; each has its answer. */
export type Asked =
  | { readonly kind: 'create'; readonly actor: string; readonly spec: KeySpec }
  | { readonly kind: 'update'; readonly actor: string; readonly id: string; readonly change: KeyChange }
  | { readonly kind: 'revoke'; readonly actor: string; readonly id: string }
  | { readonly kind: 'rotate'; readonly actor: string; readonly id: string; readonly graceMs: number }
  | { readonly kind: 'note'; readonly actor: string; readonly action: string; readonly target: string }
  | { readonly kind: 'spend'; readonly from: string; readonly to: string; readonly keyId?: string }
  | { readonly kind: 'audit'; readonly limit: number }

export interface Answers {
  readonly create: Made
  readonly update: Key
  readonly revoke: Key
  readonly rotate: Made
  readonly note: null
  readonly spend: readonly SpendRow[]
  readonly audit: readonly AuditRow[]
}

export type ToKeyWorker =
  | { readonly kind: 'ask'; readonly request: number; readonly asked: Asked }
  | { readonly kind: 'flush'; readonly batch: number; readonly rows: readonly SpendRow[] }
  | { readonly kind: 'close' }

/** All keys, and what each spent today and this month; `batch` is the last flush that is in it. */
export interface Snapshot {
  readonly keys: readonly HashedKey[]
  readonly spent: readonly Readonly<SpentUsd>[]
  /** ISO date of `dayUsd`. */
  readonly day: string
  readonly batch: number
}

export type FromKeyWorker =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'flushed'; readonly batch: number; readonly because?: string }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly request: number; readonly code: string; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
