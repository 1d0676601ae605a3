/**
 * Bytes -> lines, in constant memory: for files larger than memory, from any source of chunks.
 *
 * A line ends at LF; a CR before it belongs to the ending; the last line needs none; a byte order mark at the start is dropped.
 * Lines are counted from 1 and blank ones are counted but not given. A line past the limit is given without its bytes, so that
 * one runaway line is an error about that line and not a crash of the process.
 */

export interface Line {
  /** Counted from 1. */
  readonly number: number
  /** Undefined when the line is longer than the limit. */
  readonly bytes: Buffer | undefined
}

/** 64 MiB: far above any conversation (200,000 characters are 0.8 MiB), far below what would exhaust memory. */
export const MAX_LINE_BYTES: number = 64 * 1024 * 1024

const LF = 0x0a
const CR = 0x0d

export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Line> {
  let number = 1
  let pending: Buffer[] = []
  let length = 0
  const add = (piece: Buffer): void => {
    length += piece.length
    if (length <= maxBytes) pending.push(piece)
    else pending = []
  }
  const finish = (): Line | undefined => {
    const line = length > maxBytes ? { number, bytes: undefined } : toLine(number, pending)
    pending = []
    length = 0
    number += 1
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      add(chunk.subarray(start, end))
      const line = finish()
      if (line !== undefined) yield line
      start = end + 1
    }
    if (start < chunk.length) add(chunk.subarray(start))
  }
  const last = length > 0 ? finish() : undefined
  if (last !== undefined) yield last
}

/** Undefined for a blank line. */
function toLine(number: number, pieces: readonly Buffer[]): Line | undefined {
  let bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  if (number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
  if (bytes.at(-1) === CR) bytes = bytes.subarray(0, -1)
  return isBlank(bytes) ? undefined : { number, bytes }
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09) return false
  return true
}
