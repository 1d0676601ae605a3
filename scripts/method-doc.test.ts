/** The parameters that the method pages state are those of the code. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PARAMETERS = globSync('docs/methods/*.md', { cwd: ROOT }).flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^\| `(\w+)` \| ([\d.]+) \| (\S+\.ts) \|/gm)].map(
    ([, ...cells]) => [basename(page), ...cells],
  ),
)

describe('docs/methods', () => {
  it.each(['hybrid-llm.md', 'cascade-search.md'])('%s has a table of parameters', (page) => {
    expect(PARAMETERS.filter(([on]) => on === page).length).toBeGreaterThan(5)
  })

  it.each(PARAMETERS)('%s states %s = %s as %s has it', (_, name = '', value = '', file = '') => {
    const source = readFileSync(join(ROOT, 'packages/core/src', file), 'utf8')
    const found = new RegExp(String.raw`\b${name}(?:: number)?(?: =|:) ([\d._]+)`).exec(source)?.[1]
    expect(Number(found?.replaceAll('_', ''))).toBe(Number(value))
  })
})
