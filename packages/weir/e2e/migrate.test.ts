/**
 * `weir migrate`: configurations as people write them for other gateways (by hand, after their public documentation) become files that weir
 * reads; each of their settings is spoken of; no key is ever copied.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isRecord } from '@weir/core'
import { writtenConfig } from '../src/config/written.ts'
import { migrate, type GatewayName, type Migration } from '../src/migrate/migrate.ts'
import { weir } from './cli-support.ts'

const FOLDER = join(import.meta.dirname, 'migrate')

function run(from: GatewayName, file: string): Migration & { readonly written: Record<string, unknown> } {
  const migration = migrate({ from, path: file, text: readFileSync(join(FOLDER, from, file), 'utf8') })
  return { ...migration, written: parse(migration.yaml) as Record<string, unknown> }
}

const models = ({ written }: { written: Record<string, unknown> }): Record<string, Record<string, unknown>> =>
  written['models'] as Record<string, Record<string, unknown>>

const messages = ({ findings }: Migration): string =>
  findings.map(({ kind, place, message }) => `${kind} ${place}: ${message}`).join('\n')

/** Paths of all settings: of their last members, a list of plain values being one. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly string[] {
  if (Array.isArray(value) && value.some((one) => isRecord(one))) {
    return value.flatMap((one, index) => leavesOf(one, [...path, String(index)]))
  }
  if (!isRecord(value) || Object.keys(value).length === 0) return [path.join('.')]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

/** Not spoken of: they name something, or say what is so anyway. */
const QUIET =
  /(?:^|\.)(?:model_name|name|id|custom_llm_provider|model_info\.mode|provider|override_?[pP]arams\.model|litellm_params\.model|cache|targets\.0\.weight)$/

const FILES = (['litellm', 'portkey'] as const).flatMap((from) =>
  readdirSync(join(FOLDER, from)).map((file) => [from, file] as const),
)

describe.each(FILES)('%s %s', (from, file) => {
  const migration = run(from, file)
  const text = readFileSync(join(FOLDER, from, file), 'utf8')

  it('becomes a file that weir reads', () => {
    const checked = writtenConfig.safeParse(migration.written)
    expect(checked.success ? [] : checked.error.issues).toEqual([])
  })

  it('speaks of every setting', () => {
    const places = migration.findings.map(({ place }) => place.replace(/^[^:]+:\d+: /, ''))
    const silent = leavesOf(parse(text.replaceAll('\t', ' '))).filter(
      (leaf) => !QUIET.test(leaf) && !places.some((place) => leaf === place || leaf.startsWith(`${place}.`)),
    )
    expect(silent).toEqual([])
  })

  it('says each on the line where it stands', () => {
    const lines = text.split('\n')
    for (const { place } of migration.findings) {
      const [, line, path = ''] = /^[^:]+:(\d+): (.*)$/.exec(place) ?? []
      if (line === undefined) continue
      const key = path.split('.').at(-1) ?? ''
      // Of a list's item, and of the whole file, the line has no key to compare.
      if (!/^\d+$|^the configuration$/.test(key)) expect(lines[Number(line) - 1], place).toContain(key)
    }
  })

  it('copies no secret', () => {
    expect(`${migration.yaml}\n${messages(migration)}`).not.toMatch(/canary/i)
  })
})

it('there are at least ten of each', () => {
  for (const from of ['litellm', 'portkey'])
    expect(FILES.filter(([gateway]) => gateway === from).length).toBeGreaterThanOrEqual(10)
})

describe('from LiteLLM', () => {
  it('os.environ/NAME becomes env:NAME', () => {
    const migration = run('litellm', '01-quick-start.yaml')
    expect(models(migration)['gpt-4o']?.['apiKey']).toBe('env:OPENAI_API_KEY')
    expect(models(migration)['claude-sonnet']?.['upstreamModel']).toBe('claude-sonnet-4-5')
    expect(migration.variables).toEqual(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY'])
  })

  it('deployments under one name become its upstreams; another provider becomes a model of its own', () => {
    const migration = run('litellm', '02-azure-and-openai.yaml')
    expect(Object.keys(models(migration))).toEqual(['gpt-4o', 'gpt-4o-2'])
    expect(messages(migration)).toMatch(/changed .*:17: model_list\.2.* stands as the model gpt-4o-2/)
    expect(migration.written).toMatchObject({
      retry: { count: 2 },
      timeouts: { totalMs: 30_000 },
      breaker: { failures: 3, openMs: 30_000 },
    })
    expect(models(migration)['gpt-4o']?.['upstreams']).toEqual([
      {
        baseUrl: 'https://my-endpoint-europe.openai.azure.com',
        apiKey: 'env:AZURE_API_KEY_EU',
        upstreamModel: 'gpt-4o-eu',
      },
      {
        baseUrl: 'https://my-endpoint-canada.openai.azure.com',
        apiKey: 'env:AZURE_API_KEY_CA',
        upstreamModel: 'gpt-4o-ca',
      },
    ])
  })

  it('a key that is written out becomes the name of a variable, and is told', () => {
    const migration = run('litellm', '04-literal-keys.yaml')
    expect(models(migration)['house-model']).toMatchObject({ baseUrl: 'https://llm.example.com/v1' })
    expect(messages(migration)).toMatch(
      /secret .*:5: .*api_key: a key is written out and was not copied; export OPENAI_API_KEY=/,
    )
    expect(migration.findings.filter(({ kind }) => kind === 'secret').length).toBe(6)
  })

  it('prices per token become prices per million', () => {
    const { house } = models(run('litellm', '06-prices.yaml'))
    expect(house).toMatchObject({
      inputUsdPerMTok: 0.15,
      outputUsdPerMTok: 0.6,
      cachedInputUsdPerMTok: 0.075,
    })
  })

  it('what weir cannot ask is left out and told', () => {
    const migration = run('litellm', '09-wildcards-and-alias.yaml')
    expect(Object.keys(models(migration))).toEqual(['mistral-large'])
    expect(messages(migration)).toMatch(/not_covered .*:2: model_list\.0: a wildcard/)
    expect(messages(migration)).toMatch(/not_covered .*guardrails/)
  })

  it('the settings of the router go before those of the library', () => {
    const migration = run('litellm', '10-everything.yaml')
    const retry = migration.written['retry'] as { count: number } | undefined
    expect(retry?.count ?? 1).toBe(1)
    expect(migration.written['maxBodyBytes']).toBe(10 * 1024 * 1024)
  })
})

describe('from Portkey', () => {
  it('targets of a fallback become models', () => {
    const migration = run('portkey', '02-fallback.json')
    expect(Object.keys(models(migration))).toEqual(['gpt-4o', 'claude-sonnet-4-5'])
    expect(messages(migration)).toMatch(/not_covered .*:8: targets\.1\.override_params\.max_tokens/)
  })

  it('a virtual key stays at Portkey: its variable is named', () => {
    const migration = run('portkey', '03-loadbalance-keys.json')
    expect(migration.variables).toEqual(['OPENAI_API_KEY'])
    expect(Object.keys(models(migration))).toEqual(['gpt-4o'])
  })

  it('rules on members of the request are not covered, a line each', () => {
    const found = run('portkey', '05-conditional.json').findings.filter(({ kind }) => kind === 'not_covered')
    expect(found.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        '05-conditional.json:5: strategy.conditions.0',
        '05-conditional.json:6: strategy.conditions.1',
      ]),
    )
  })

  it('references in the text stay references', () => {
    expect(run('portkey', '06-nested.json').variables).toEqual(['GROQ_KEY', 'GROQ_KEY_2', 'TOGETHER_API_KEY'])
  })

  it('a target that names no model is told', () => {
    expect(messages(run('portkey', '10-no-models.json'))).toMatch(
      /changed .*: no override_params\.model says which/,
    )
  })
})

describe('weir migrate', () => {
  it('prints the file, and on standard error what became of each line', async () => {
    const { code, out, err } = await weir([
      'migrate',
      'litellm',
      join(FOLDER, 'litellm/04-literal-keys.yaml'),
    ])
    expect(code).toBe(0)
    expect(writtenConfig.safeParse(parse(out)).success).toBe(true)
    expect(err).toMatch(/^Keys and secrets \(never copied\):\n {2}\S+04-literal-keys\.yaml:5: /)
    expect(out + err).not.toMatch(/canary/)
  })

  it('--out writes a new file and never over one that exists; --json prints one object', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-migrate-'))
    try {
      const out = join(folder, 'weir.yaml')
      const args = ['migrate', 'portkey', join(FOLDER, 'portkey/01-single.json'), '--out', out]
      const first = await weir([...args, '--json'])
      expect(first.code).toBe(0)
      expect(JSON.parse(first.out)).toMatchObject({ out, models: 1, variables: ['OPENAI_API_KEY'] })
      expect(await readFile(out, 'utf8')).toContain('apiKey: env:OPENAI_API_KEY')
      const second = await weir(args)
      expect([second.code, second.err]).toEqual([2, expect.stringMatching(/EEXIST.*\[cli\.write\]/)])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('an unknown gateway: exit 2', async () => {
    expect((await weir(['migrate', 'other', 'x.yaml'])).code).toBe(2)
  })
})
