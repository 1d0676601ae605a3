/**
 * Event lines: server-sent events out of bytes that may break anywhere, also inside a character. Only `event` and `data` matter here; several
 * data lines of one event are joined by a line feed, as the standard says.
 */
import { WholeLines } from '../upstream/event-bytes.ts'

/** Bytes of one event that are held, 8 MiB as for whole answers: a longer one is a fault. */
const EVENT_BYTES = 8 * 1024 * 1024

export type OnEvent = (event: string, data: string) => void

export class EventLines {
  readonly #onEvent: OnEvent
  readonly #lines = new WholeLines()
  #event = ''
  #data: string | undefined

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent
  }

  /** False when an event is too long. */
  push(chunk: Buffer): boolean {
    for (const line of this.#lines.push(chunk)) this.#read(line)
    return this.#lines.heldBytes + (this.#data?.length ?? 0) <= EVENT_BYTES
  }

  /** The bytes are over: a last event may lack its blank line. */
  end(): void {
    this.#read(this.#lines.rest())
    this.#read('')
  }

  #read(written: string): void {
    const line = written.endsWith('\r') ? written.slice(0, -1) : written
    if (line === '') return this.#dispatch()
    if (line.startsWith('data:')) {
      const value = line.slice(line[5] === ' ' ? 6 : 5)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    } else if (line.startsWith('event:')) this.#event = line.slice(6).trim()
  }

  #dispatch(): void {
    const data = this.#data
    const event = this.#event
    this.#data = undefined
    this.#event = ''
    if (data !== undefined) this.#onEvent(event, data)
  }
}
