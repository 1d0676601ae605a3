import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, EventFrames } from './event-frames.ts'

/** Made with @smithy/eventstream-codec, another implementation; its headers hold a value of each kind. */
const FOREIGN = Buffer.from(
  '0000009400000057b4ab9aee0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c7461016e0400000007026f6b000261740800000000000000000362696e0600030102037b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a22c3a9227d7df24ffda4',
  'hex',
)

describe('EventFrames', () => {
  it('reads what another implementation wrote', () => {
    const frames = new EventFrames()
    const [frame] = frames.push(FOREIGN)
    expect(Object.fromEntries(frame!.headers)).toEqual({
      ':message-type': 'event',
      ':event-type': 'contentBlockDelta',
    })
    expect(frame!.payload.toString()).toBe('{"contentBlockIndex":0,"delta":{"text":"é"}}')
    expect(frames.isWhole).toBe(true)
  })

  it('reads the same wherever chunks break', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.array(fc.nat(400)), (texts, cuts) => {
        const bytes = Buffer.concat(texts.map((text) => encodeFrame({ ':event-type': 'x' }, text)))
        const frames = new EventFrames()
        const seen: string[] = []
        let start = 0
        for (const end of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          for (const { payload } of frames.push(bytes.subarray(start, Math.max(start, end)))) {
            seen.push(payload.toString())
          }
          start = Math.max(start, Math.min(end, bytes.length))
        }
        expect(seen).toEqual(texts)
        expect(frames.fault).toBeUndefined()
      }),
    )
  })

  it('says so when any byte is damaged, or the frame claims to be huge', () => {
    for (let at = 0; at < FOREIGN.length; at += 1) {
      const bytes = Buffer.from(FOREIGN)
      bytes[at] = (bytes[at] ?? 0) ^ 0x40
      const frames = new EventFrames()
      expect(frames.push(bytes)).toEqual([])
      expect(frames.fault !== undefined || !frames.isWhole, String(at)).toBe(true)
    }
  })
})
