/**
 * Pages held to the code, both ways: error codes, reasons, defaults of the configuration, words of the glossary, names of metrics. The command
 * line, the keys of the configuration, the HTTP API, the report and the library have tests of their own beside them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@weir/core'
import { describe, expect, it } from 'vitest'
import { writtenConfig } from '../src/config/written.ts'

const ROOT = join(import.meta.dirname, '../../..')
const page = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8')

/** Cells of every table row whose first cell is in backticks; pipes inside a cell are escaped. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^\| `.*\|$/gm)].map(([line]) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Text of all sources but tests, of both packages. */
function readSources(): string {
  return ['core', 'weir']
    .map((name) => join(ROOT, 'packages', name, 'src'))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .filter((file) => !file.endsWith(join('contract', 'errors.ts')))
        .map((file) => readFileSync(join(folder, file), 'utf8')),
    )
    .join('\n')
}

describe('docs/errors.md', () => {
  const rows = rowsOf(page('errors.md'))
  const codes = Object.keys(core.ERRORS) as core.ErrorCode[]

  it('lists exactly the codes there are, each once', () => {
    const documented = rows.map(([code = '']) => code.replaceAll('`', ''))
    expect(documented.toSorted()).toEqual(codes.toSorted())
  })

  it.each(rows)('%s has the status and exit code of the table', (code, status, exit) => {
    const key = code?.replaceAll('`', '') as core.ErrorCode
    const row = core.ERRORS[key]
    expect(status).toBe(row.status === null ? '–' : String(row.status))
    // Ctrl-C ends with 130, as shells expect; main.ts knows.
    expect(exit).toBe(key === 'cli.interrupted' ? '130' : String(row.exit))
  })

  it('says what to do for each, and admits which are not raised yet', () => {
    const sources = readSources()
    for (const [code = '', , , meaning = '', remedy = ''] of rows) {
      const isRaised = sources.includes(`'${code.replaceAll('`', '')}'`)
      expect(isRaised, code).toBe(!meaning.includes('Not raised yet'))
      if (isRaised) expect(remedy.length, code).toBeGreaterThan(5)
    }
  })
})

describe('docs/lifecycle.md', () => {
  const policy = readFileSync(join(ROOT, 'packages/core/src/contract/policy.ts'), 'utf8')

  it('lists exactly the reasons of a decision', () => {
    const union = /export type Reason =([\s\S]*?)\n\n/.exec(policy)?.[1] ?? ''
    const reasons = [...union.matchAll(/\| '(\w+)'/g)].map(([, reason]) => reason)
    const section = page('lifecycle.md').split('## Reasons')[1]?.split('\n## ')[0] ?? ''
    expect(reasons.length).toBeGreaterThan(5)
    expect(
      rowsOf(section)
        .map(([reason]) => reason?.replaceAll('`', ''))
        .sort(),
    ).toEqual(reasons.sort())
  })
})

describe('docs/config.md', () => {
  it('states the defaults that the code has', () => {
    const config = writtenConfig.parse({
      models: { '<name>': { baseUrl: 'http://localhost' } },
      record: { path: 'x' },
    })
    const stated = rowsOf(page('config.md')).flatMap(([key = '', , , cell = '']) => {
      const value = /^`([^`]+)`/.exec(cell)?.[1]
      return value === undefined ? [] : [[key.replaceAll('`', ''), value] as const]
    })
    expect(stated.length).toBeGreaterThan(8)
    for (const [key, value] of stated) {
      const found = key
        .split('.')
        .reduce<unknown>((at, step) => (core.isRecord(at) ? at[step] : undefined), config)
      expect(String(found), key).toBe(value)
    }
  })
})

describe('docs/glossary.md and docs/metrics.md', () => {
  it('one name per thing: no word is explained twice', () => {
    const words = [...page('glossary.md').matchAll(/^\| \*\*([^*]+)\*\*( \([a-z]+\))?/gm)].map(
      ([, word = '', sense = '']) => `${word}${sense}`,
    )
    expect(words.length).toBeGreaterThan(30)
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
  })

  it('the metrics named in code are functions of the library', () => {
    const routing = page('metrics.md').split('## Routing')[1]?.split('\n## ')[0] ?? ''
    const names = [...routing.matchAll(/^\|[^|]*\| `(\w+)`[^|]*\|/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(4)
    for (const name of names) expect(core, name).toHaveProperty(name)
  })
})
