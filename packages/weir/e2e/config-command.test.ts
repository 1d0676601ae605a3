/** `weir config`: schema, check and show, as a shell sees them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { weir } from './cli-support.ts'
import { folderOf } from './serve-support.ts'

const GOOD = `artifact: router.weir
models:
  small: { baseUrl: "http://127.0.0.1:9", apiKey: env:WEIR_TEST_UNSET }
  large: { baseUrl: "http://127.0.0.1:9" }
`

async function write(name: string, text: string): Promise<string> {
  const path = join(folderOf(), name)
  await writeFile(path, text)
  return path
}

describe('weir config', () => {
  it('schema: prints a JSON Schema with descriptions', async () => {
    const { code, out } = await weir(['config', 'schema'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ properties: { quality: { default: 0.95, description: /./ } } })
  })

  it('check: good without the keys, not good with a variable that is not set', async () => {
    const path = await write('good.yaml', GOOD)
    const checked = await weir(['config', 'check', '--config', path, '--without-keys'])
    expect([checked.code, checked.err]).toEqual([0, ''])
    expect(checked.out).toMatch(/good; 2 models, small is the small one and large the large one/)
    const unset = await weir(['config', 'check', '--config', path])
    expect(unset.code).toBe(2)
    expect(unset.err).toMatch(/good\.yaml:3: models\.small\.apiKey .*WEIR_TEST_UNSET.* \[config\.secret\]/)
  })

  it('check --json: every problem with line and key, exit 2', async () => {
    const path = await write('bad.yaml', `${GOOD}qualty: 1\nquality: 3\n`)
    const { code, out, err } = await weir(['config', 'check', '--config', path, '--json'])
    expect([code, err]).toEqual([2, ''])
    const { ok, problems } = JSON.parse(out) as { ok: boolean; problems: { code: string; message: string }[] }
    expect(ok).toBe(false)
    expect(problems.map(({ message }) => /:(\d+): (\w+)/.exec(message)?.slice(1))).toEqual(
      expect.arrayContaining([
        ['5', 'qualty'],
        ['6', 'quality'],
      ]),
    )
  })

  it('show: defaults filled in, references in place of keys', async () => {
    const path = await write('shown.yaml', GOOD)
    const { code, out } = await weir(['config', 'show', '--config', path])
    expect(code).toBe(0)
    expect(parse(out)).toMatchObject({
      listen: { port: 4000 },
      models: { small: { apiKey: 'env:WEIR_TEST_UNSET', streamUsage: true } },
    })
  })

  it('show: a key that is written out is refused and not printed', async () => {
    const path = await write('leaky.yaml', GOOD.replace('env:WEIR_TEST_UNSET', 'sk-canary-0123'))
    const { code, out, err } = await weir(['config', 'show', '--config', path])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/must be a reference/)
    expect(err).not.toContain('canary')
  })
})
