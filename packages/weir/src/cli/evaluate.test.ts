/** `weir evaluate` as a user runs it, up to the artifact; the whole journey is in e2e/. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/weir.js', import.meta.url))

function weir(args: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, 'evaluate', ...args], (error, _, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, err })
    })
  })
}

const absent = join(import.meta.dirname, 'absent')

describe('weir evaluate', () => {
  it.each([
    ['no artifact', ['--data', 'x'], /--artifact/],
    ['no data', ['--artifact', 'x'], /--data/],
    [
      'an artifact that is not there',
      ['--artifact', absent, '--data', 'x'],
      /cannot read .*absent \(ENOENT\).*\[artifact\.unreadable\]/,
    ],
    [
      'a page without a place',
      ['--artifact', absent, '--data', 'x', '--html', join(absent, 'r.html')],
      /r\.html \(ENOENT\).*\[cli\.write\]/,
    ],
    [
      'a seed that is no number',
      ['--artifact', absent, '--data', 'x', '--seed', 'one'],
      /--seed .*whole number/,
    ],
  ])('refuses %s with exit code 2 and a remedy', async (_, args, message) => {
    const { code, err } = await weir(args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
