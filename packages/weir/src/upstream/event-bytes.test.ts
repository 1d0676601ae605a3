/** Whole events and lines come out the same wherever chunks break. */
import { expect, it } from 'vitest'
import { eventEnd, WholeEvents, WholeLines } from './event-bytes.ts'

const TEXT = 'data: ä\n\ndata: b\r\n\r\n: c\n\n\ndata: d\r\ndata: e\n\ndata: rest'
const BYTES = Buffer.from(TEXT)

/** Every cut into three. */
const CUTS: readonly (readonly Buffer[])[] = Array.from({ length: BYTES.length }, (_, a) =>
  Array.from({ length: BYTES.length - a }, (__, b) => [
    BYTES.subarray(0, a),
    BYTES.subarray(a, a + b),
    BYTES.subarray(a + b),
  ]),
).flat()

it('whole events', () => {
  for (const chunks of [...CUTS, Array.from(BYTES, (byte) => Buffer.of(byte))]) {
    const events = new WholeEvents()
    const given = chunks.map((chunk) => events.push(chunk))
    for (const bytes of given) if (bytes.length > 0) expect(eventEnd(bytes, 0)).toBeGreaterThan(0)
    expect(Buffer.concat(given).toString('utf8')).toBe(TEXT.slice(0, -'data: rest'.length))
    expect(events.heldBytes).toBe(10)
    expect(events.rest().toString('utf8')).toBe('data: rest')
  }
})

it('whole lines', () => {
  for (const chunks of CUTS) {
    const lines = new WholeLines()
    const given = chunks.flatMap((chunk) => lines.push(chunk))
    expect([...given, lines.rest()]).toEqual(TEXT.split('\n'))
  }
})
