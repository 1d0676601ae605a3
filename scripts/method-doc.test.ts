/** The parameters that docs/methods/hybrid-llm.md states are those of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const DOC = readFileSync(join(ROOT, 'docs/methods/hybrid-llm.md'), 'utf8')
const PARAMETERS = [...DOC.matchAll(/^\| `(\w+)` \| ([\d.]+) \| (\S+\.ts) \|/gm)].map(([, ...cells]) => cells)

describe('docs/methods/hybrid-llm.md', () => {
  it('has a table of parameters', () => expect(PARAMETERS.length).toBeGreaterThan(5))

  it.each(PARAMETERS)('states %s = %s as %s has it', (name = '', value = '', file = '') => {
    const source = readFileSync(join(ROOT, 'packages/core/src', file), 'utf8')
    const found = new RegExp(String.raw`\b${name}(?: =|:) ([\d._]+)`).exec(source)?.[1]
    expect(Number(found?.replaceAll('_', ''))).toBe(Number(value))
  })
})
