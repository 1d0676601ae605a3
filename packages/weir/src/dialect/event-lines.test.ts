/** Event lines: the bound on what is held. */
import { expect, it } from 'vitest'
import { EventLines } from './event-lines.ts'

it('an event of many lines is bounded as one of a long line is', () => {
  const line = Buffer.from(`data: ${'x'.repeat(1024 * 1024)}\n`)
  const lines = new EventLines(() => undefined)
  const held = Array.from({ length: 9 }, () => lines.push(line))
  expect(held).toEqual([true, true, true, true, true, true, true, false, false])
})
