/**
 * Outcome store, the side that the gateway sees: rows are queued here and written by a worker thread in batches, because a
 * checkpoint of SQLite stalls its thread for 16 to 24 ms. The queue is bounded by bytes; what does not fit is counted and logged,
 * never waited for: a slow disk must not slow an answer.
 */
import { Worker } from 'node:worker_threads'
import { parseJson, WeirError } from '@weir/core'
import type { Log } from '../telemetry/log.ts'
import type { LiveOutcome } from './live-outcome.ts'
import type { FromWorker, ToWorker } from './store-messages.ts'

/** Time that rows wait for company, ms. 50: one transaction for up to a few hundred rows. */
const BATCH_MS = 50
/** Bytes that may wait or be on their way to the disk. 16 MiB: about 16,000 rows without text, seconds of full load. */
const QUEUE_BYTES = 16 * 1024 * 1024
/** Least time between two log lines about dropped rows, ms. */
const DROP_LOG_MS = 10_000

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
  /** Never throws and never waits. */
  append(outcome: LiveOutcome): void
  addFeedback(feedback: Feedback): Promise<FeedbackResult>
  /** The row of a decision, without its feedback; undefined when there is none. */
  find(decisionId: string): Promise<LiveOutcome | undefined>
  /** Rows that were not written since the start. */
  readonly droppedRows: number
  /** Writes what waits and closes the file. */
  close(): Promise<void>
}

export interface OutcomeStoreOptions {
  readonly path: string
  readonly log: Log
  /** Default 16 MiB. */
  readonly queueBytes?: number
}

/** Throws `config.value` when the file cannot be opened or is no store of ours. */
export async function openOutcomeStore(options: OutcomeStoreOptions): Promise<OutcomeStore> {
  const { path } = options
  // The suffix follows this file's own: source while developing, built files when installed.
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./store-worker.${suffix}`, import.meta.url), { workerData: { path } })
  const opened = await new Promise<FromWorker>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', (error) => resolve({ kind: 'failed', message: error.message, rows: 0 }))
  })
  if (opened.kind === 'failed') {
    await worker.terminate()
    throw new WeirError(
      'config.value',
      `record.path ${path} cannot be used (${opened.message}); give a writable file that is new or an outcome store`,
    )
  }
  return new Store(worker, options)
}

class Store implements OutcomeStore {
  readonly #worker: Worker
  readonly #log: Log
  readonly #queueBytes: number
  #lines: string[] = []
  #linesBytes = 0
  #sentBytes = 0
  #timer: NodeJS.Timeout | undefined
  #droppedRows = 0
  #loggedRows = 0
  #lastDropLogMs = -Infinity
  #isClosed = false
  #requestId = 0
  readonly #waiting = new Map<number, (result: FeedbackResult) => void>()
  readonly #finding = new Map<number, (row: string | undefined) => void>()
  readonly #exited: Promise<void>

  constructor(worker: Worker, { log, queueBytes = QUEUE_BYTES }: OutcomeStoreOptions) {
    this.#worker = worker
    this.#log = log
    this.#queueBytes = queueBytes
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', (error) => this.#fail(error))
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()))
  }

  get droppedRows(): number {
    return this.#droppedRows
  }

  append(outcome: LiveOutcome): void {
    const line = JSON.stringify(outcome)
    if (this.#isClosed || this.#linesBytes + this.#sentBytes + line.length > this.#queueBytes) {
      return this.#drop(1)
    }
    this.#lines.push(line)
    this.#linesBytes += line.length
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  addFeedback({ decisionId, model, quality, at }: Feedback): Promise<FeedbackResult> {
    if (this.#isClosed) return Promise.resolve('failed')
    // The row of this decision may still wait here; messages keep their order.
    this.#flush()
    const request = (this.#requestId += 1)
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve)
      const feedback = { decisionId, model: model ?? null, quality, at: at.toISOString() }
      this.#post({ kind: 'feedback', request, feedback })
    })
  }

  async find(decisionId: string): Promise<LiveOutcome | undefined> {
    if (this.#isClosed) return undefined
    // As above: its row may still wait here.
    this.#flush()
    const request = (this.#requestId += 1)
    const row = await new Promise<string | undefined>((resolve) => {
      this.#finding.set(request, resolve)
      this.#post({ kind: 'find', request, decisionId })
    })
    return row === undefined ? undefined : (parseJson(row) as LiveOutcome)
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#flush()
      this.#isClosed = true
      this.#post({ kind: 'close' })
    }
    await this.#exited
    this.#logDrops(true)
  }

  #post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Node worker has no origin
    this.#worker.postMessage(message)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return
    this.#post({ kind: 'rows', lines: this.#lines.join('\n'), bytes: this.#linesBytes })
    this.#sentBytes += this.#linesBytes
    this.#lines = []
    this.#linesBytes = 0
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'written':
        this.#sentBytes -= message.bytes
        if (message.failedRows > 0) {
          this.#log.error('record.write_failed', { rows: message.failedRows, because: message.because ?? '' })
          this.#drop(message.failedRows)
        }
        return
      case 'feedback':
        this.#waiting.get(message.request)?.(message.result)
        this.#waiting.delete(message.request)
        return
      case 'found':
        this.#finding.get(message.request)?.(message.row)
        this.#finding.delete(message.request)
        return
      case 'ready':
      case 'failed':
        return
    }
  }

  #fail(error: Error): void {
    this.#isClosed = true
    this.#log.error('record.stopped', {
      because: error.message,
      remedy: 'restart weir; rows are dropped until then',
    })
    this.#drop(this.#lines.length)
    for (const resolve of this.#waiting.values()) resolve('failed')
    this.#waiting.clear()
    for (const resolve of this.#finding.values()) resolve(undefined)
    this.#finding.clear()
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
