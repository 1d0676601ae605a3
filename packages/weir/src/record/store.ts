/**
 * Outcome store, the side that the gateway sees: rows are queued here and written by a thread of their own in batches, because a
 * checkpoint of SQLite stalls its thread for 16 to 24 ms. The queue is bounded by bytes; what does not fit is refused, counted and logged,
 * never waited for: a slow disk must not slow an answer.
 *
 * Acknowledged is a row that the queue took, and feedback that was answered "stored". Feedback is in the store or in the spool by then. A row
 * gets there within BATCH_MS; from then on it outlives the process. A locked store, a full disk and the death of the store's thread lose
 * none of them: what is not known to be kept stays here and is sent again.
 */
import type { Worker } from 'node:worker_threads'
import { parseJson, WeirError } from '@weir/core'
import { Questions, startStoreThread } from '../store-thread.ts'
import type { Log } from '../telemetry/log.ts'
import type { LiveOutcome } from './live-outcome.ts'
import type { RedactOptions } from './redact.ts'
import type { Retention } from './retention.ts'
import type { FromWorker, StoreSetup, ToWorker } from './store-messages.ts'
import type { UsageQuery, UsageReport } from './usage-query.ts'

/** Time that rows wait for company, ms. 50: one transaction for up to a few hundred rows. */
const BATCH_MS = 50
/** Bytes that may wait or be on their way to the disk. 16 MiB: about 16,000 rows without text, seconds of full load. */
const QUEUE_BYTES = 16 * 1024 * 1024
/** Bytes of the spool. 256 MiB: some four minutes of 1,000 rows a second without text. */
export const DEFAULT_SPOOL_BYTES: number = 256 * 1024 * 1024
/** Least time between two log lines about dropped rows, ms. */
const DROP_LOG_MS = 10_000
/** Time before a store's thread that died is started again, ms. */
const RESTART_MS = 1000

export interface Feedback {
  readonly decisionId: string
  /** Absent: the model that answered. */
  readonly model?: string
  /** Range [0, 1]. */
  readonly quality: number
  readonly at: Date
}

/** What became of a feedback: stored, or why not. */
export type FeedbackResult = 'stored' | 'no_decision' | 'no_answer' | 'failed'

export interface OutcomeStore {
  /** Never throws and never waits. A string is the row as JSON, its id first. */
  append(outcome: LiveOutcome | string): void
  addFeedback(feedback: Feedback): Promise<FeedbackResult>
  /** The row of a decision, without its feedback; undefined when there is none. */
  find(decisionId: string): Promise<LiveOutcome | undefined>
  /** Of the rows in the store; undefined when it cannot be read. Rows in the spool are not counted yet. */
  queryUsage(query: UsageQuery): Promise<UsageReport | undefined>
  /** Rows that were not taken or were lost since the start. */
  readonly droppedRows: number
  /** Bytes of rows that wait or are on their way to the disk. */
  readonly queuedBytes: number
  /** Why the file takes no rows at present; undefined when it does. */
  readonly trouble: string | undefined
  /** Writes what waits and closes the file. */
  close(): Promise<void>
}

export interface OutcomeStoreOptions {
  readonly path: string
  readonly log: Log
  /** Default 16 MiB. */
  readonly queueBytes?: number
  /** Largest size of the file that takes rows while SQLite cannot. Default 256 MiB. */
  readonly spoolBytes?: number
  /** Largest number of pages of the SQLite file. Default: as many as the disk holds. */
  readonly maxPages?: number
  /** Default: rows are kept for ever. */
  readonly retention?: Retention | undefined
  /** Default: texts are stored as they are. */
  readonly redact?: RedactOptions | undefined
}

/** Throws `config.value` when the file cannot be opened or is no store of ours. One that is locked or full is waited for. */
export async function openOutcomeStore(options: OutcomeStoreOptions): Promise<OutcomeStore> {
  const { path } = options
  const store = new Store(options)
  const message = await store.start()
  if (message === undefined) return store
  throw new WeirError(
    'config.value',
    `record.path ${path} cannot be used (${message}); give a writable file that is new or an outcome store`,
  )
}

class Store implements OutcomeStore {
  readonly #log: Log
  readonly #queueBytes: number
  readonly #setup: StoreSetup
  #worker: Worker | undefined
  #lines: string[] = []
  #linesBytes = 0
  /** Batches that are not known to be kept, oldest first. */
  #sent: { readonly lines: string; readonly bytes: number; readonly rows: number }[] = []
  #sentBytes = 0
  #timer: NodeJS.Timeout | undefined
  #droppedRows = 0
  #loggedRows = 0
  #lastDropLogMs = -Infinity
  #isClosed = false
  #trouble: string | undefined
  readonly #questions = new Questions<FromWorker>()
  #exited: Promise<void> = Promise.resolve()

  constructor({ log, path, maxPages, retention, redact, ...options }: OutcomeStoreOptions) {
    const { queueBytes = QUEUE_BYTES, spoolBytes = DEFAULT_SPOOL_BYTES } = options
    this.#log = log
    this.#queueBytes = queueBytes
    this.#setup = { path, spoolBytes, maxPages, retention, redact }
  }

  /** Starts the store's thread. Returns why it cannot be; undefined when it can. */
  async start(): Promise<string | undefined> {
    const worker = startStoreThread(import.meta.url, this.#setup)
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()))
    const message = await new Promise<string | undefined>((resolve) => {
      worker.on('error', (error) => {
        resolve(error.message)
        this.#fail(worker, error)
      })
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve(undefined)
        else if (message.kind === 'failed') resolve(message.message)
        else this.#receive(message)
      })
    })
    if (message === undefined) this.#resume(worker)
    else await worker.terminate()
    return message
  }

  get droppedRows(): number {
    return this.#droppedRows
  }

  get queuedBytes(): number {
    return this.#linesBytes + this.#sentBytes
  }

  get trouble(): string | undefined {
    return this.#trouble
  }

  append(outcome: LiveOutcome | string): void {
    const line = typeof outcome === 'string' ? outcome : JSON.stringify(outcome)
    if (this.#isClosed || this.#linesBytes + this.#sentBytes + line.length > this.#queueBytes) {
      return this.#drop(1)
    }
    this.#lines.push(line)
    this.#linesBytes += line.length
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  async addFeedback({ decisionId, model, quality, at }: Feedback): Promise<FeedbackResult> {
    const feedback = { decisionId, model: model ?? null, quality, at: at.toISOString() }
    const reply = await this.#ask((request) => ({ kind: 'feedback', request, feedback }))
    return reply?.kind === 'feedback' ? reply.result : 'failed'
  }

  async find(decisionId: string): Promise<LiveOutcome | undefined> {
    const reply = await this.#ask((request) => ({ kind: 'find', request, decisionId }))
    const row = reply?.kind === 'found' ? reply.row : undefined
    return row === undefined ? undefined : (parseJson(row) as LiveOutcome)
  }

  async queryUsage(query: UsageQuery): Promise<UsageReport | undefined> {
    const reply = await this.#ask((request) => ({ kind: 'usage', request, query }))
    return reply?.kind === 'usage' ? reply.report : undefined
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#flush()
      this.#isClosed = true
      this.#post({ kind: 'close' })
    }
    await this.#exited
    this.#giveUp()
    this.#logDrops(true)
  }

  /** Undefined when nobody can answer. */
  #ask(toMessage: (request: number) => ToWorker): Promise<FromWorker | undefined> {
    if (this.#isClosed || this.#worker === undefined) return Promise.resolve(undefined)
    // The row that it is about may still wait here; messages keep their order.
    this.#flush()
    return this.#questions.ask((request) => this.#post(toMessage(request)))
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const rows = this.#lines.length
    if (rows === 0) return
    const batch = { lines: this.#lines.join('\n'), bytes: this.#linesBytes, rows }
    this.#post({ kind: 'rows', lines: batch.lines, bytes: batch.bytes })
    this.#sent.push(batch)
    this.#sentBytes += batch.bytes
    this.#lines = []
    this.#linesBytes = 0
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'kept':
        this.#sent.shift()
        this.#sentBytes -= message.bytes
        if (message.lostRows > 0) this.#drop(message.lostRows)
        return
      case 'trouble':
        return this.#tell(message.because)
      case 'feedback':
      case 'found':
      case 'usage':
        return this.#questions.answer(message.request, message)
      case 'ready':
      case 'failed':
        return
    }
  }

  #tell(because: string | undefined): void {
    const wasWell = this.#trouble === undefined
    this.#trouble = because
    if (because === undefined) this.#log.info('record.recovered')
    else if (wasWell) this.#log.warn('record.spooling', { because, to: `${this.#setup.path}.spool` })
  }

  /** The thread died. What it may not have kept is sent to the next one; rows that it had kept are known by their ids. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#log.error('record.stopped', { because: error.message, again: `in ${RESTART_MS} ms` })
    this.#questions.forget()
    if (!this.#isClosed) setTimeout(() => void this.#restart(), RESTART_MS)
  }

  async #restart(): Promise<void> {
    if (this.#isClosed) return
    const message = await this.start()
    if (this.#isClosed) return this.#post({ kind: 'close' })
    if (message === undefined) return
    this.#log.error('record.stopped', { because: message, again: `in ${RESTART_MS} ms` })
    setTimeout(() => void this.#restart(), RESTART_MS)
  }

  /** What an earlier thread may not have kept is sent again, before anything new. */
  #resume(worker: Worker): void {
    this.#worker = worker
    for (const { lines, bytes } of this.#sent) this.#post({ kind: 'rows', lines, bytes })
  }

  /** Closed without a thread: what it left is lost. */
  #giveUp(): void {
    this.#questions.forget()
    const rows = this.#sent.reduce((sum, batch) => sum + batch.rows, 0)
    this.#sent = []
    if (rows > 0) this.#drop(rows)
  }

  #drop(rows: number): void {
    this.#droppedRows += rows
    this.#logDrops(false)
  }

  /** At most one line every DROP_LOG_MS, so that a full disk does not fill the log as well. */
  #logDrops(isLast: boolean): void {
    const nowMs = performance.now()
    if (this.#droppedRows === this.#loggedRows) return
    if (!isLast && nowMs - this.#lastDropLogMs < DROP_LOG_MS) return
    this.#lastDropLogMs = nowMs
    this.#log.warn('record.dropped', {
      rows: this.#droppedRows - this.#loggedRows,
      sinceStart: this.#droppedRows,
    })
    this.#loggedRows = this.#droppedRows
  }
}
