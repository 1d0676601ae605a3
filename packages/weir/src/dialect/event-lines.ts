/**
 * Event lines: server-sent events out of bytes that may break anywhere, also inside a character. Only `event` and `data` matter here; several
 * data lines of one event are joined by a line feed, as the standard says.
 */

/** Bytes of one event that are held, 8 MiB as for whole answers: a longer one is a fault. */
const EVENT_BYTES = 8 * 1024 * 1024
const LF = 0x0a

export type OnEvent = (event: string, data: string) => void

export class EventLines {
  readonly #onEvent: OnEvent
  #pending: Buffer[] = []
  #pendingBytes = 0
  #event = ''
  #data: string | undefined

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent
  }

  /** False when an event is too long. */
  push(chunk: Buffer): boolean {
    const end = chunk.lastIndexOf(LF)
    if (end < 0) return this.#keep(chunk)
    const head = chunk.subarray(0, end)
    const text =
      this.#pending.length === 0
        ? head.toString('utf8')
        : Buffer.concat([...this.#pending, head]).toString('utf8')
    this.#pending = []
    this.#pendingBytes = 0
    for (const line of text.split('\n')) this.#read(line)
    return this.#keep(chunk.subarray(end + 1))
  }

  /** The bytes are over: a last event may lack its blank line. */
  end(): void {
    if (this.#pendingBytes > 0) this.#read(Buffer.concat(this.#pending).toString('utf8'))
    this.#pending = []
    this.#pendingBytes = 0
    this.#read('')
  }

  #keep(rest: Buffer): boolean {
    if (rest.length > 0) this.#pending.push(rest)
    this.#pendingBytes += rest.length
    return this.#pendingBytes + (this.#data?.length ?? 0) <= EVENT_BYTES
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
