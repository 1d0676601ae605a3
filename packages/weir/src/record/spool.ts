/**
 * Spool: the file beside the store that takes rows and feedback while SQLite cannot (locked, full, failing), as JSON Lines, oldest first. They
 * are put into the store when it can be written again, also by the next process; only then is the file emptied.
 *
 * What `append` accepted has reached the operating system in one write and survives the end of the process, kill -9 included. It is not
 * fsynced: like SQLite's own log in synchronous=NORMAL, the last moments may be lost when the machine dies.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'

const LF = 0x0a
/** Bytes read at once. 1 MiB: about 1,000 rows without text, one transaction. */
const CHUNK_BYTES = 1024 * 1024
const ID_START = '{"id":"'

interface Place {
  readonly offset: number
  readonly bytes: number
}

export interface Chunk {
  readonly lines: readonly string[]
  /** To be given to `release` when the lines are stored. */
  readonly end: number
}

export class Spool {
  readonly #path: string
  readonly #maxBytes: number
  /** Rows in the file by id, so that feedback about them can be answered. */
  readonly #places = new Map<string, Place>()
  #file: number | undefined
  #bytes = 0
  /** Up to here everything is stored. */
  #released = 0
  /** Behind what counts the file holds bytes that could not be taken away: they would shift the places of all that follows. */
  #hasRest = false

  /** Takes over what an earlier process left; a line it could not finish was never acknowledged and is cut off. */
  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#recover()
  }

  get isEmpty(): boolean {
    return this.#released >= this.#bytes
  }

  get bytes(): number {
    return this.#bytes - this.#released
  }

  /** All lines or none. False when they do not fit, or cannot be written. */
  append(lines: readonly string[]): boolean {
    const block = Buffer.from(`${lines.join('\n')}\n`)
    if (this.#bytes + block.length > this.#maxBytes) return false
    try {
      const file = (this.#file ??= openSync(this.#path, 'a+'))
      if (this.#hasRest) ftruncateSync(file, this.#bytes)
      this.#hasRest = false
      for (let at = 0; at < block.length;) at += writeSync(file, block, at)
    } catch {
      this.#undo()
      return false
    }
    this.#note(block, this.#bytes)
    this.#bytes += block.length
    return true
  }

  /** The oldest lines that are not stored yet; undefined when there are none. Throws when the file cannot be read. */
  read(): Chunk | undefined {
    if (this.isEmpty) return undefined
    let size = CHUNK_BYTES
    for (;;) {
      const block = this.#readAt(this.#released, Math.min(size, this.#bytes - this.#released))
      const end = block.lastIndexOf(LF)
      if (end >= 0) {
        const lines = block.subarray(0, end).toString('utf8').split('\n')
        return { lines, end: this.#released + end + 1 }
      }
      // One line longer than a chunk: a row with a long conversation.
      if (size >= this.#bytes) throw new Error('the spool file was changed by somebody else')
      size *= 2
    }
  }

  /** The lines up to `end` are stored. The file is removed with the last of them. */
  release(end: number): void {
    this.#released = end
    if (!this.isEmpty) return
    this.#places.clear()
    this.#bytes = 0
    this.#released = 0
    this.close()
    try {
      unlinkSync(this.#path)
    } catch {
      this.#hasRest = true
    }
  }

  /** JSON of a row that waits here. */
  find(id: string): string | undefined {
    const place = this.#places.get(id)
    return place === undefined ? undefined : this.#readAt(place.offset, place.bytes).toString('utf8')
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #recover(): void {
    try {
      this.#file = openSync(this.#path, 'r+')
    } catch {
      return
    }
    const { size } = fstatSync(this.#file)
    let length = CHUNK_BYTES
    while (this.#bytes < size) {
      const block = this.#readAt(this.#bytes, Math.min(length, size - this.#bytes))
      const end = block.lastIndexOf(LF) + 1
      // One line longer than a chunk, or the rest of one that was not finished.
      if (end === 0 && this.#bytes + block.length >= size) break
      length = end === 0 ? length * 2 : CHUNK_BYTES
      this.#note(block.subarray(0, end), this.#bytes)
      this.#bytes += end
    }
    if (this.#bytes < size) ftruncateSync(this.#file, this.#bytes)
    // Opened again for appending by the next `append`.
    this.close()
  }

  #readAt(offset: number, bytes: number): Buffer {
    const file = (this.#file ??= openSync(this.#path, 'a+'))
    const block = Buffer.allocUnsafe(bytes)
    const read = readSync(file, block, { position: offset, length: bytes })
    return block.subarray(0, read)
  }

  #note(block: Buffer, offset: number): void {
    for (let at = 0; at < block.length;) {
      const end = block.indexOf(LF, at)
      const line = block.subarray(at, end)
      const id = idOf(line.subarray(0, 128).toString('latin1'))
      if (id !== undefined) this.#places.set(id, { offset: offset + at, bytes: end - at })
      at = end + 1
    }
  }

  /** A write that stopped half-way left bytes that must not stay. */
  #undo(): void {
    try {
      if (this.#file !== undefined) ftruncateSync(this.#file, this.#bytes)
    } catch {
      this.#hasRest = true
    }
    this.close()
  }
}

/** A row's text starts with {"id":"…". Ids are made by the gateway and hold nothing that JSON escapes. Undefined: not a row. */
export function idOf(line: string): string | undefined {
  if (!line.startsWith(ID_START)) return undefined
  const end = line.indexOf('"', ID_START.length)
  return end < 0 ? undefined : line.slice(ID_START.length, end)
}
