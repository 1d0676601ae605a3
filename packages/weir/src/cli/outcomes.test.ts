/** `weir outcomes` as a user runs it: a process, its output and its exit code. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/weir.js', import.meta.url))

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function weir(args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
    child.stdin?.end(input)
  })
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-outcomes-'))
})
afterAll(() => rm(folder, { recursive: true }))

const good = '{"id":"1","models":{"a":{"score":1},"b":{"score":0}}}\n'
const bad = '{"id":"2","models":{"a":{"score":5}}}\n'

describe('weir outcomes', () => {
  it('prints one JSON object from standard input', async () => {
    const { code, out } = await weir(['outcomes', '-', '--json'], good)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      rows: 1,
      skipped: 0,
      models: [{ model: 'a', meanQuality: 1 }, { model: 'b' }],
      pairs: [{ small: 'b', large: 'a', smallAtLeastLarge: 0 }],
      dataHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
  })

  it('stops at a bad row with exit code 2 and one message', async () => {
    const path = join(folder, 'rows.jsonl')
    await writeFile(path, good + bad)
    const { code, out, err } = await weir(['outcomes', path])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^weir: .*rows\.jsonl:2: models\[a\]\.score .*\[data\.field\]\n$/)
  })

  it('lists and counts what --skip-bad leaves out', async () => {
    const { code, out, err } = await weir(['outcomes', '-', '--skip-bad'], good + bad)
    expect(code).toBe(0)
    expect(out).toContain('1 row: 0 with text')
    expect(err).toMatch(/skipped standard input:2: models\[a\]\.score .*\nskipped 1 bad row\n/)
  })

  it('says when nothing is left', async () => {
    const { code, err } = await weir(['outcomes', '-', '--skip-bad'], bad)
    expect(code).toBe(2)
    expect(err).toContain('[data.empty]')
  })
})
