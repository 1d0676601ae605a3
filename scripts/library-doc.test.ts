/** docs/library.md and the public entries of @weir/core name the same things, both ways. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const [MAIN = '', SUITES = ''] = readFileSync(join(ROOT, 'docs/library.md'), 'utf8').split(
  '## Contract suites',
)

/** Names in backticks that are identifiers of ours: the first column of tables and the lists of types. */
function readNames(text: string, lines: RegExp): readonly string[] {
  return [...text.matchAll(lines)].flatMap(([line]) =>
    [...line.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )
}

/** Exported names, following `export *`. Types have no value at run time, so the sources are read. */
function readExports(path: string): readonly string[] {
  const source = readFileSync(path, 'utf8')
  const listed = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((name) => name.replace(/^\s*type /, '').trim())
      .filter((name) => name !== ''),
  )
  const declared = [
    ...source.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm),
  ].map(([, name = '']) => name)
  const passedOn = [...source.matchAll(/export (?:type )?\* from '([^']+)'/g)].flatMap(([, from = '']) =>
    readExports(join(dirname(path), from)),
  )
  return [...listed, ...declared, ...passedOn]
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort()

describe('docs/library.md', () => {
  it('names what @weir/core exports', () => {
    const exported = readExports(join(ROOT, 'packages/core/src/index.ts'))
    const types = MAIN.split(/^Types: /m)
      .slice(1)
      .flatMap((rest) => readNames(rest.slice(0, rest.indexOf('.\n')), /^.*$/gm))
    const values = readNames(MAIN, /^\| `[^|]*/gm)
    expect(exported.length).toBeGreaterThan(50)
    expect(sorted([...values, ...types])).toEqual(sorted(exported))
  })

  it('names the contract suites', () => {
    const exported = readExports(join(ROOT, 'packages/core/src/suites/index.ts'))
    const functions = exported.filter((name) => !/^[A-Z][a-z]/.test(name))
    expect(sorted(readNames(SUITES, /^.*$/gm))).toEqual(sorted(functions))
  })
})
