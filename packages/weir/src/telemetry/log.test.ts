import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

const now = (): Date => new Date('2026-11-21T12:34:56.789Z')

describe('createLog', () => {
  it('writes one JSON object a line', () => {
    const lines: string[] = []
    const log = createLog({ write: (line) => lines.push(line), now })
    log.info('gateway.ready', { url: 'http://x', port: 4000, extra: null })
    log.debug('hidden')
    expect(lines).toEqual([
      '{"time":"2026-11-21T12:34:56.789Z","level":"info","event":"gateway.ready","url":"http://x","port":4000,"extra":null}\n',
    ])
  })

  it('stays on one line whatever it is given', () => {
    const lines: string[] = []
    for (const pretty of [true, false]) {
      const log = createLog({ write: (line) => lines.push(line), now, pretty, level: 'warn' })
      log.info('hidden')
      log.warn('odd', { text: 'two\nlines \u001b[31m"', n: 1 })
    }
    expect(lines[0]).toBe('12:34:56 warn odd text="two\\nlines \\u001b[31m\\"" n=1\n')
    expect(lines.map((line) => line.indexOf('\n') === line.length - 1)).toEqual([true, true])
  })
})
