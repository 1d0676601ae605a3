/**
 * Keeper: where a row goes. Into the store; when that fails, into the spool; when that fails too, it waits in memory, and the gateway's bounded
 * queue says when no more can wait. Whatever was taken is tried again until it is stored, oldest first, so the order of rows stays.
 */
import { isRecord, parseJson } from '@weir/core/basics'
import { prune, type Retention } from './retention.ts'
import { idOf, Spool } from './spool.ts'
import { isForGood, needsReopening, StoreFile, type StoreFileOptions } from './store-file.ts'
import type { StoredFeedback } from './store-messages.ts'
import type { FeedbackResult } from './store.ts'
import { queryUsage, type UsageQuery, type UsageReport } from './usage-query.ts'

export interface KeeperOptions extends StoreFileOptions {
  readonly spoolBytes: number
  /** Called for each batch in the order of `keep`, when it is safe against the end of this process. */
  readonly onKept: (batch: Batch) => void
  /** SQLite began to refuse, or undefined: takes rows again. */
  readonly onTrouble: (because: string | undefined) => void
}

export interface Batch {
  readonly lines: readonly string[]
  readonly bytes: number
}

export class Keeper {
  readonly #options: KeeperOptions
  readonly #spool: Spool
  #held: Batch[] = []
  #file: StoreFile | undefined
  #trouble: string | undefined

  /** Throws when the file is no store and waiting will not make it one. A file that is locked or a disk that is full is waited for. */
  constructor(options: KeeperOptions) {
    this.#options = options
    this.#file = this.#open(true)
    this.#spool = new Spool(`${options.path}.spool`, options.spoolBytes)
  }

  /** The store, while it takes rows. */
  get file(): StoreFile | undefined {
    return this.isBehind ? undefined : this.#file
  }

  /** True while something waits for the store. */
  get isBehind(): boolean {
    return this.#trouble !== undefined || this.#held.length > 0 || !this.#spool.isEmpty
  }

  keep(batch: Batch): void {
    if (!this.isBehind && this.#store(batch.lines)) return this.#options.onKept(batch)
    this.#held.push(batch)
    this.#spill()
  }

  /** Works off a part of what waits. True when there is more that can be done at once. */
  catchUp(): boolean {
    this.#spill()
    this.#file ??= this.#open(false)
    const chunk = this.#readSpool()
    if (chunk !== undefined) {
      if (!this.#store(chunk.lines)) return false
      this.#spool.release(chunk.end)
      return this.isBehind
    }
    const [batch] = this.#held
    if (batch === undefined) {
      if (this.#file !== undefined) this.#say(undefined)
      return false
    }
    // The spool takes nothing: perhaps the store does, from memory.
    if (!this.#store(batch.lines)) return false
    this.#held.shift()
    this.#options.onKept(batch)
    return this.isBehind
  }

  /** Without a model the feedback is about the one that answered. */
  judge(feedback: StoredFeedback): FeedbackResult {
    const row = this.find(feedback.decisionId)
    if (row === undefined) return 'no_decision'
    const model = feedback.model ?? answeringModel(row)
    if (model === undefined) return 'no_answer'
    const judged = { ...feedback, model }
    if (!this.isBehind && this.#try((file) => file.judge(judged))) return 'stored'
    const isKept = this.#held.length === 0 && this.#spool.append([JSON.stringify({ feedback: judged })])
    return isKept ? 'stored' : 'failed'
  }

  /** JSON of a row, wherever it is. */
  find(decisionId: string): string | undefined {
    let row: string | undefined
    this.#try((file) => (row = file.find(decisionId)))
    return row ?? this.#spool.find(decisionId) ?? this.#findHeld(decisionId)
  }

  /** Counts rows that are not yet. True when there are more. */
  countRows(): boolean {
    let isMore = false
    if (!this.isBehind) this.#try((file) => (isMore = file.countRows()))
    return isMore
  }

  /** Deletes some of what has been kept long enough. True when there is more. */
  prune(retention: Retention, nowMs: number): boolean {
    let isMore = false
    if (!this.isBehind) this.#try((file) => (isMore = prune(file, retention, nowMs)))
    return isMore
  }

  /** Of what is in the store; undefined when that cannot be read. */
  queryUsage(query: UsageQuery): UsageReport | undefined {
    let report: UsageReport | undefined
    this.#countSome()
    this.#try((file) => (report = queryUsage(file.database, query)))
    return report
  }

  /** One last try. Returns what is lost. */
  close(): readonly Batch[] {
    for (let more = this.isBehind; more;) more = this.catchUp()
    this.#countSome()
    this.#spool.close()
    this.#file?.close()
    return this.#held
  }

  /** The rows of the last moments, but not all of an older store. */
  #countSome(): void {
    for (let step = 0; step < 10 && this.countRows(); step += 1);
  }

  #open(isStart: boolean): StoreFile | undefined {
    try {
      return new StoreFile(this.#options)
    } catch (error) {
      if (isStart && isForGood(error, this.#options.path)) throw error
      this.#say(messageOf(error))
      return undefined
    }
  }

  #store(lines: readonly string[]): boolean {
    return this.#try((file) => file.write(lines))
  }

  #try(work: (file: StoreFile) => void): boolean {
    if (this.#file === undefined) return false
    try {
      work(this.#file)
      return true
    } catch (error) {
      this.#say(messageOf(error))
      if (needsReopening(error)) this.#reopenLater()
      return false
    }
  }

  #reopenLater(): void {
    this.#file?.close()
    this.#file = undefined
  }

  #spill(): void {
    while (this.#held[0] !== undefined && this.#spool.append(this.#held[0].lines)) {
      const batch = this.#held.shift()
      if (batch !== undefined) this.#options.onKept(batch)
    }
  }

  #readSpool(): ReturnType<Spool['read']> {
    try {
      return this.#spool.read()
    } catch (error) {
      this.#say(messageOf(error))
      return undefined
    }
  }

  #findHeld(decisionId: string): string | undefined {
    for (const { lines } of this.#held) {
      const found = lines.find((line) => idOf(line) === decisionId)
      if (found !== undefined) return found
    }
    return undefined
  }

  #say(because: string | undefined): void {
    if (because === this.#trouble) return
    this.#trouble = because
    this.#options.onTrouble(because)
  }
}

function answeringModel(text: string): string | undefined {
  const row = parseJson(text)
  return isRecord(row) && isRecord(row['models']) ? Object.keys(row['models'])[0] : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
