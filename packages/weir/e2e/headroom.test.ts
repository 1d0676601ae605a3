/** `weir headroom` as a user runs it: what it prints, where, and with which exit code. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PLANTED_PAIR } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesOf, weir, writePlanted } from './cli-support.ts'

const PAIR = ['--small', PLANTED_PAIR.small, '--large', PLANTED_PAIR.large]

let folder = ''
let data = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-headroom-'))
  data = join(folder, 'rows.jsonl.gz')
  await writePlanted(data, { rows: 300, seed: 1 })
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir headroom', () => {
  it('prints the verdict first, then the numbers', async () => {
    const { code, out } = await weir(['headroom', '--data', data, ...PAIR])
    expect(code).toBe(0)
    expect(out).toMatch(/^VERDICT: (route|the task-type table is enough)\. /)
    for (const title of [
      'points over the random mix',
      'calls kept small at a drop of',
      'nothing predicts the gap: p = ',
    ]) {
      expect(out).toContain(title)
    }
  })

  it('prints everything as one JSON object; too few rows are a verdict, not a fault', async () => {
    const few = join(folder, 'few.jsonl')
    await writePlanted(few, { rows: 10, seed: 2 })
    const { code, out } = await weir(['headroom', '--data', few, ...PAIR, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      verdict: { name: 'collect-more', rowsNeeded: 1000 },
      rows: 10,
      probe: null,
      seed: 1,
      delta: 0.05,
      dataHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
  })

  it.each([
    [['--small', 'little', '--large', 'little'], /name two different models \[cli\.usage\]/],
    [['--small', 'little', '--large', 'huge'], /models in the data: .*big .*\[data\.model\]/],
    [[...PAIR, '--delta', '0.9'], /must be a number from 0\.001 to 0\.5/],
  ])('refuses %j with exit code 2 and one message', async (flags, message) => {
    const { code, out, err } = await weir(['headroom', '--data', data, ...flags])
    expect([code, out]).toEqual([2, ''])
    expect(linesOf(err)).toHaveLength(1)
    expect(err).toMatch(message)
  })
})
