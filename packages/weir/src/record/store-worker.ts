/**
 * The store's thread: the only writer of the SQLite file and of its spool. Between messages it works off what waits, counts rows into
 * usage, and deletes what has been kept long enough.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Keeper } from './keeper.ts'
import { createRedactor } from './redact.ts'
import type { Retention } from './retention.ts'
import type { FromWorker, StoreSetup, ToWorker } from './store-messages.ts'

/** Time between two tries of a store that refuses rows, ms. */
const RETRY_MS = 500
/** Time between two looks at what has been kept long enough, ms. */
const PRUNE_MS = 60_000
/** Time for messages between two steps of counting or deleting, ms. */
const PAUSE_MS = 10
/** Time after which new rows are counted into usage, ms. 10,000: many rows share the counts they change, and whoever asks has the rest counted first. */
const COUNT_MS = 10_000

function send(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Node message port has no origin
  parentPort?.postMessage(message)
}

class StoreThread {
  readonly #keeper: Keeper
  readonly #retention: Retention
  readonly #redact: ((line: string) => string) | undefined
  #timer: NodeJS.Timeout | undefined
  #pruneTimer: NodeJS.Timeout | undefined

  constructor(setup: StoreSetup) {
    this.#keeper = new Keeper({
      ...setup,
      onKept: ({ bytes }) => send({ kind: 'kept', bytes, lostRows: 0 }),
      onTrouble: (because) => send({ kind: 'trouble', because }),
    })
    const { retention = {}, redact } = setup
    this.#retention = retention
    this.#redact = redact === undefined ? undefined : createRedactor(redact)
    this.#wake(0)
    this.#prune(PAUSE_MS)
  }

  receive(message: ToWorker): void {
    const keeper = this.#keeper
    switch (message.kind) {
      case 'rows':
        keeper.keep({ lines: this.#toStored(message.lines.split('\n')), bytes: message.bytes })
        break
      case 'feedback':
        send({ kind: 'feedback', request: message.request, result: keeper.judge(message.feedback) })
        break
      case 'find':
        send({ kind: 'found', request: message.request, row: keeper.find(message.decisionId) })
        break
      case 'usage':
        send({ kind: 'usage', request: message.request, report: keeper.queryUsage(message.query) })
        break
      case 'close':
        return this.#close()
    }
    this.#wake(keeper.isBehind ? RETRY_MS : COUNT_MS)
  }

  /** Redacted here, before anything is written: on the way to this thread a row is only in memory. */
  #toStored(lines: readonly string[]): readonly string[] {
    const redact = this.#redact
    return redact === undefined ? lines : lines.map((line) => redact(line))
  }

  #prune(afterMs: number): void {
    this.#pruneTimer = setTimeout(() => {
      const isMore = this.#keeper.prune(this.#retention, new Date().getTime())
      this.#prune(isMore ? PAUSE_MS : PRUNE_MS)
    }, afterMs)
  }

  /** `find` and the like also end here: a step with nothing to do is cheap. */
  #wake(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#work()
    }, afterMs)
  }

  /** A step at a time, so that messages come in between. */
  #work(): void {
    const keeper = this.#keeper
    if (keeper.isBehind) {
      this.#wake(keeper.catchUp() ? 0 : RETRY_MS)
      return
    }
    if (keeper.countRows()) this.#wake(PAUSE_MS)
  }

  #close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#pruneTimer)
    for (const { lines, bytes } of this.#keeper.close()) send({ kind: 'kept', bytes, lostRows: lines.length })
    parentPort?.close()
  }
}

function run(setup: StoreSetup): void {
  let thread: StoreThread
  try {
    thread = new StoreThread(setup)
  } catch (error) {
    return send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
  parentPort?.on('message', (message: ToWorker) => thread.receive(message))
  send({ kind: 'ready' })
}

run(workerData as StoreSetup)
