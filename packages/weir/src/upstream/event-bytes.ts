/**
 * Event bytes: where server-sent events and their lines end in bytes that may break anywhere, also inside a character. An event ends with a
 * blank line: \n\n or \r\n\r\n. What has no end yet is held and joined once, so that a long event in many chunks costs its length and
 * not its square.
 */
const LF = 0x0a
const CR = 0x0d
const EMPTY = Buffer.alloc(0)

/** True when the bytes end with a blank line. */
export function endsEvent(bytes: Buffer): boolean {
  const { length } = bytes
  if (bytes[length - 1] !== LF) return false
  return bytes[length - 2] === LF || (bytes[length - 2] === CR && bytes[length - 3] === LF)
}

/** Offset just after the first blank line from `from` on; the length when there is none. */
export function eventEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return bytes.length
}

/** Offset just after the last blank line; 0 when there is none. */
export function lastEventEnd(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(LF); at > 0; at = bytes.lastIndexOf(LF, at - 1)) {
    if (bytes[at - 1] === LF || (bytes[at - 1] === CR && bytes[at - 2] === LF)) return at + 1
  }
  return 0
}

/** Pieces that wait for their end. */
export class Held {
  #pieces: Buffer[] = []
  bytes = 0

  add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.bytes += piece.length
  }

  /** Everything with `last` behind it. Nothing is held afterwards. */
  take(last: Buffer = EMPTY): Buffer {
    const bytes = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#pieces = []
    this.bytes = 0
    return bytes
  }
}

/** Whole events out of chunks. */
export class WholeEvents {
  readonly #held = new Held()
  /** The last bytes held: a blank line may be cut in two. */
  #seam: Buffer = EMPTY

  get heldBytes(): number {
    return this.#held.bytes
  }

  /** One or more whole events; nothing while there is none. */
  push(chunk: Buffer): Buffer {
    const seam = this.#seam
    const end = lastEventEnd(seam.length === 0 ? chunk : Buffer.concat([seam, chunk])) - seam.length
    const whole = end > 0 ? this.#held.take(chunk.subarray(0, end)) : EMPTY
    const rest = end > 0 ? chunk.subarray(end) : chunk
    this.#held.add(rest)
    this.#seam = rest.length > 1 || end > 0 ? rest.subarray(-2) : Buffer.concat([seam, rest]).subarray(-2)
    return whole
  }

  /** What has no end. */
  rest(): Buffer {
    this.#seam = EMPTY
    return this.#held.take()
  }
}

/** Lines out of chunks, without their line feeds. */
export class WholeLines {
  readonly #held = new Held()

  get heldBytes(): number {
    return this.#held.bytes
  }

  push(chunk: Buffer): readonly string[] {
    const end = chunk.lastIndexOf(LF)
    const lines = end < 0 ? [] : this.#held.take(chunk.subarray(0, end)).toString('utf8').split('\n')
    this.#held.add(chunk.subarray(end + 1))
    return lines
  }

  /** The last line, when it lacks its end. */
  rest(): string {
    return this.#held.take().toString('utf8')
  }
}
