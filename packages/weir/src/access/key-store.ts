/**
 * Key store, the side that the gateway sees. What is spent is added up here and written by a worker in batches; no request waits for the
 * disk. A batch that could not be written (a full disk, a locked file) is kept and goes with the next: nothing is forgotten while the
 * process lives. A crash forgets what ended in the last FLUSH_MS and what was still running.
 */
import type { Worker } from 'node:worker_threads'
import { ERRORS, WeirError, type ErrorCode } from '@weir/core'
import { Questions, startStoreThread } from '../store-thread.ts'
import type { Log } from '../telemetry/log.ts'
import type { Spent } from './account.ts'
import type { SpendRow } from './store-file.ts'
import type { Answers, Asked, FromKeyWorker, Snapshot, ToKeyWorker } from './store-messages.ts'

/** How long what was spent waits for company, ms. 250: the bound on what a crash forgets, and a few transactions a second at most. */
const FLUSH_MS = 250

export interface KeyStoreOptions {
  readonly path: string
  readonly log: Log
}

type Answered = Extract<FromKeyWorker, { readonly kind: 'answer' | 'refused' }>

/** What was spent and is not in a snapshot yet. */
export type Unsaved = readonly SpendRow[]

export class KeyStore {
  readonly #worker: Worker
  readonly #log: Log
  readonly #questions = new Questions<Answered>()
  readonly #exited: Promise<void>
  #batch = 0
  #pending = new Map<string, SpendRow>()
  /** Sent, and not said to be written. */
  readonly #sent = new Map<number, ReadonlyMap<string, SpendRow>>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** Told of the keys whenever they or what they spent changed on disk. */
  onSnapshot: (snapshot: Snapshot, unsaved: Unsaved) => void = () => {}
  snapshot: Snapshot

  constructor(worker: Worker, { log, snapshot }: { readonly log: Log; readonly snapshot: Snapshot }) {
    this.#worker = worker
    this.#log = log
    this.snapshot = snapshot
    worker.on('message', (message: FromKeyWorker) => this.#receive(message))
    worker.on('error', (error) => this.#fail(error))
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()))
  }

  /** Throws what the change is refused with. */
  async ask<K extends Asked['kind']>(asked: Extract<Asked, { readonly kind: K }>): Promise<Answers[K]> {
    if (this.#isClosed) throw new WeirError('internal.bug', 'the key store is closed')
    // What was spent until now belongs to the answer.
    this.#flush()
    const answered = await this.#questions.ask((request) => this.#post({ kind: 'ask', request, asked }))
    if (answered === undefined) throw new WeirError('internal.bug', 'the key store has stopped; see the log')
    if (answered.kind === 'refused') throw toError(answered.code, answered.message)
    return answered.answer as Answers[K]
  }

  /** Never throws and never waits. */
  add(keyId: string, day: string, spent: Spent): void {
    const name = `${keyId} ${day}`
    this.#pending.set(name, merge(this.#pending.get(name), { keyId, day, ...spent }))
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS)
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#flush()
      this.#isClosed = true
      this.#post({ kind: 'close' })
    }
    await this.#exited
  }

  #post(message: ToKeyWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Node worker has no origin
    this.#worker.postMessage(message)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.size === 0 || this.#isClosed) return
    this.#batch += 1
    this.#sent.set(this.#batch, this.#pending)
    this.#post({ kind: 'flush', batch: this.#batch, rows: [...this.#pending.values()] })
    this.#pending = new Map()
  }

  #receive(message: FromKeyWorker): void {
    switch (message.kind) {
      case 'snapshot':
        this.snapshot = message.snapshot
        return this.onSnapshot(message.snapshot, this.#unsaved(message.snapshot.batch))
      case 'flushed':
        return this.#flushed(message.batch, message.because)
      case 'answer':
      case 'refused':
        return this.#questions.answer(message.request, message)
      case 'failed':
    }
  }

  #flushed(batch: number, because: string | undefined): void {
    const rows = this.#sent.get(batch)
    this.#sent.delete(batch)
    if (because === undefined || rows === undefined) return
    this.#log.error('keys.write_failed', {
      because,
      remedy: 'free the disk; what was spent is kept in memory until then',
    })
    for (const [name, row] of rows) this.#pending.set(name, merge(this.#pending.get(name), row))
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS * 4)
  }

  #unsaved(written: number): Unsaved {
    const sent = [...this.#sent].filter(([batch]) => batch > written)
    return [...sent.flatMap(([, rows]) => [...rows.values()]), ...this.#pending.values()]
  }

  #fail(error: Error): void {
    this.#isClosed = true
    this.#log.error('keys.stopped', {
      because: error.message,
      remedy: 'restart weir; budgets hold in memory until then',
    })
    this.#questions.forget()
  }
}

function merge(a: SpendRow | undefined, b: SpendRow): SpendRow {
  if (a === undefined) return b
  return {
    keyId: b.keyId,
    day: b.day,
    requests: a.requests + b.requests,
    meteredUsd: a.meteredUsd + b.meteredUsd,
    estimatedUsd: a.estimatedUsd + b.estimatedUsd,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  }
}

function toError(code: string, message: string): Error {
  return code in ERRORS ? new WeirError(code as ErrorCode, message) : new Error(message)
}

/** Throws `config.value` when the file cannot be opened or is no key store. */
export async function openKeyStore({ path, log }: KeyStoreOptions): Promise<KeyStore> {
  const worker = startStoreThread(import.meta.url, { path })
  const opened = await new Promise<FromKeyWorker>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', (error) => resolve({ kind: 'failed', message: error.message }))
  })
  if (opened.kind === 'snapshot') return new KeyStore(worker, { log, snapshot: opened.snapshot })
  await worker.terminate()
  const because = opened.kind === 'failed' ? opened.message : 'it did not open'
  throw new WeirError(
    'config.value',
    `auth.path ${path} cannot be used (${because}); give a writable file that is new or a key store`,
  )
}
