import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Spool } from './spool.ts'

vi.mock('node:fs', async (load) => {
  const real = await load<typeof fs>()
  const { writeSync, ftruncateSync, unlinkSync } = real
  return {
    ...real,
    writeSync: vi.fn(writeSync),
    ftruncateSync: vi.fn(ftruncateSync),
    unlinkSync: vi.fn(unlinkSync),
  }
})

let folder = ''
let path = ''
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'weir-spool-'))
  path = join(folder, 'spool')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const line = (id: string, text = ''): string => JSON.stringify({ id, text })

/** All that is read, in order, and given back. */
function drain(spool: Spool): readonly string[] {
  const lines: string[] = []
  for (let chunk = spool.read(); chunk !== undefined; chunk = spool.read()) {
    lines.push(...chunk.lines)
    spool.release(chunk.end)
  }
  return lines
}

describe('a spool that an earlier process left', () => {
  it.each([0, 1, 40])('is taken over whole, with a line of %i MiB in it', (mib) => {
    const lines = [line('a'), line('b', 'x'.repeat(mib * 1024 * 1024)), line('c')]
    fs.writeFileSync(path, `${lines.join('\n')}\n`)
    const spool = new Spool(path, 1e9)
    expect(spool.find('c')).toBe(lines[2])
    expect(drain(spool).map((one) => one.length)).toEqual(lines.map((one) => one.length))
  })

  it.each([0, 3])('loses only the line that was not finished, of %i MiB', (mib) => {
    fs.writeFileSync(path, `${line('a')}\n{"id":"half${'x'.repeat(mib * 1024 * 1024)}`)
    const spool = new Spool(path, 1e9)
    expect(spool.append([line('b')])).toBe(true)
    expect(drain(spool)).toEqual([line('a'), line('b')])
  })
})

function broken(): never {
  throw new Error('no')
}

describe('bytes that could not be taken away', () => {
  it('of a write that failed half-way are gone before the next one', () => {
    const spool = new Spool(path, 1e9)
    expect(spool.append([line('a')])).toBe(true)
    vi.mocked(fs.writeSync).mockImplementationOnce((file) => fs.writeSync(file, '{"id":"half') && broken())
    vi.mocked(fs.ftruncateSync).mockImplementationOnce(broken)
    expect(spool.append([line('lost')])).toBe(false)
    expect(spool.append([line('b')])).toBe(true)
    expect(spool.find('b')).toBe(line('b'))
    expect(drain(spool)).toEqual([line('a'), line('b')])
  })

  it('of a file that could not be removed, likewise', () => {
    const spool = new Spool(path, 1e9)
    expect(spool.append([line('a')])).toBe(true)
    vi.mocked(fs.unlinkSync).mockImplementationOnce(broken)
    expect(drain(spool)).toEqual([line('a')])
    expect(spool.append([line('b')])).toBe(true)
    expect(spool.find('b')).toBe(line('b'))
    expect(drain(spool)).toEqual([line('b')])
    expect(fs.existsSync(path)).toBe(false)
  })
})
