/**
 * A store's thread: SQLite works in a worker, because it stalls whoever runs it, and is asked by messages. The outcome store and the key store
 * each have one.
 */
import { Worker } from 'node:worker_threads'

/**
 * Space for new objects, MB. V8's own bound follows the machine's memory and lets a thread keep tens of MB of garbage after a burst, because one
 * that rests looks through nothing. 4: these threads hold little for longer than a message, so looking more often costs them no more; a
 * gateway that rests after many rows takes a few MB less. Before the first rows it changes nothing.
 */
const YOUNG_MB = 4

/** The thread of the file `store-worker` beside `url`. */
export function startStoreThread(url: string, workerData: unknown): Worker {
  // The suffix follows the asking file's own: source while developing, built files when installed.
  const suffix = url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./store-worker.${suffix}`, url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
}

/** What was asked of a thread and is not answered, by number. */
export class Questions<Answer> {
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>()
  #last = 0

  /** `send` gets the number that the answer will carry. Undefined when nobody is left to answer. */
  ask(send: (request: number) => void): Promise<Answer | undefined> {
    const request = (this.#last += 1)
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve)
      send(request)
    })
  }

  answer(request: number, answer: Answer): void {
    this.#waiting.get(request)?.(answer)
    this.#waiting.delete(request)
  }

  /** The thread has ended. */
  forget(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined)
    this.#waiting.clear()
  }
}
