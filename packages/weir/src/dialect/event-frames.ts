/**
 * Event frames: messages of AWS's event stream encoding out of bytes that may break anywhere.
 *
 *   total length u32 · headers length u32 · CRC-32 of those 8 bytes u32 · headers · payload · CRC-32 of everything before it u32
 *   header: name length u8 · name · type u8 (7: string) · value length u16 · value
 *
 * Source: Amazon's event stream specification (smithy.io, "Amazon Event Stream"). Headers of other types than string are passed over.
 */
import { crc32 } from 'node:zlib'
import { Held } from '../upstream/event-bytes.ts'

/** Bytes of one frame, 16 MiB as the specification allows. */
const FRAME_BYTES = 16 * 1024 * 1024
const PRELUDE = 12
/** Prelude and the checksum of the whole. */
const OVERHEAD = 16

export interface Frame {
  readonly headers: ReadonlyMap<string, string>
  readonly payload: Buffer
}

/** Sizes of values by their type; -1: a length of two bytes stands before the value. */
const SIZES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const STRING = 7

export class EventFrames {
  readonly #held = new Held()
  /** Bytes without which nothing can be read: a prelude, or the frame that has begun. */
  #needed = PRELUDE
  /** Set when the bytes are no frames. */
  fault: string | undefined

  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = []
    this.#held.add(chunk)
    if (this.#held.bytes < this.#needed) return frames
    const bytes = this.#held.take()
    let start = 0
    this.#needed = PRELUDE
    while (this.fault === undefined && bytes.length - start >= PRELUDE) {
      const length = this.#lengthAt(bytes, start)
      if (bytes.length - start < length) {
        this.#needed = length
        break
      }
      const frame =
        this.fault === undefined ? this.#readFrame(bytes.subarray(start, start + length)) : undefined
      if (frame !== undefined) frames.push(frame)
      start += length
    }
    this.#held.add(bytes.subarray(start))
    return frames
  }

  /** True when nothing of a frame is left over. */
  get isWhole(): boolean {
    return this.#held.bytes === 0
  }

  #lengthAt(bytes: Buffer, start: number): number {
    const length = bytes.readUInt32BE(start)
    const isSound = crc32(bytes.subarray(start, start + 8)) === bytes.readUInt32BE(start + 8)
    if (!isSound || length < OVERHEAD || length > FRAME_BYTES) this.fault = 'a frame of the stream is damaged'
    return length
  }

  #readFrame(bytes: Buffer): Frame | undefined {
    const end = bytes.length - 4
    const headersEnd = PRELUDE + bytes.readUInt32BE(4)
    if (headersEnd > end || crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) {
      this.fault = 'a frame of the stream is damaged'
      return undefined
    }
    const headers = readHeaders(bytes.subarray(PRELUDE, headersEnd))
    return { headers, payload: bytes.subarray(headersEnd, end) }
  }
}

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    const type = bytes[nameEnd] ?? 0
    const size = SIZES[type] ?? -1
    if (nameEnd + 3 > bytes.length && size < 0) break
    const start = nameEnd + (size < 0 ? 3 : 1)
    const end = size < 0 ? start + bytes.readUInt16BE(nameEnd + 1) : start + size
    if (type === STRING)
      headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', start, end))
    at = end
  }
  return headers
}

/** A frame, for tests and mock upstreams. */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const text = Buffer.from(value)
      return Buffer.concat([
        Buffer.of(name.length),
        Buffer.from(name),
        Buffer.of(STRING, text.length >> 8, text.length & 0xff),
        text,
      ])
    }),
  )
  const body = Buffer.from(payload)
  const bytes = Buffer.alloc(OVERHEAD + head.length + body.length)
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(head.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  head.copy(bytes, PRELUDE)
  body.copy(bytes, PRELUDE + head.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 4)), bytes.length - 4)
  return bytes
}
