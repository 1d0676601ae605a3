import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecret } from '../config/secret.ts'
import { createAdapter, type Prepared } from './adapter.ts'
import { PROVIDER_NAMES, PROVIDERS } from './providers.ts'
import { applyQuirks, createQuirks } from './quirks.ts'
import { createTarget } from './target.ts'

describe('createTarget', () => {
  it.each([
    [{ baseUrl: 'http://localhost:11434' }, '/v1/chat/completions'],
    [{ baseUrl: 'https://api.openai.com/v1', provider: 'openai', dialect: 'responses' }, '/v1/responses'],
    [{ baseUrl: 'https://api.anthropic.com', provider: 'anthropic' }, '/v1/messages'],
    [{ baseUrl: 'https://x.openai.azure.com', provider: 'azure' }, '/openai/v1/chat/completions'],
    [{ baseUrl: 'https://x.openai.azure.com/openai/v1/', provider: 'azure' }, '/openai/v1/chat/completions'],
    [{ baseUrl: 'https://x.openai.azure.com/openai', provider: 'azure' }, '/openai/v1/chat/completions'],
    [
      { baseUrl: 'https://x.openai.azure.com', provider: 'azure', apiVersion: '2024-10-21' },
      '/openai/deployments/m%3A1/chat/completions?api-version=2024-10-21',
    ],
    [
      {
        baseUrl: 'https://x.openai.azure.com/openai',
        provider: 'azure',
        apiVersion: 'preview',
        dialect: 'responses',
      },
      '/openai/responses?api-version=preview',
    ],
    [
      { baseUrl: 'https://g.example', provider: 'gemini' },
      '/v1beta/models/m%3A1:streamGenerateContent?alt=sse',
    ],
    [{ baseUrl: 'https://b.example', provider: 'bedrock' }, '/model/m%3A1/converse-stream'],
  ] as const)('%o', (definition, path) => {
    expect(createTarget({ model: 'm', ...definition }).pathFor('m:1', true)).toBe(path)
  })
})

describe('a provider', () => {
  it.each(PROVIDER_NAMES)('%s has a path, and sends its key in one header only', (name) => {
    const { baseUrl = 'https://host.example' } = PROVIDERS[name]
    const adapter = createAdapter({
      model: 'm',
      provider: name,
      baseUrl,
      apiKey: createSecret('env:K', 'canary'),
    })
    const headers = adapter.headersOf('canary')
    expect(headers.filter((one) => one.includes('canary'))).toHaveLength(1)
    expect(headers.length % 2).toBe(0)
    const prepared = adapter.prepare(
      Buffer.from('{"model":"m","messages":[{"role":"user","content":"x"}]}'),
      undefined,
    )
    expect((prepared as Prepared).path).toMatch(/^\/[\w%/.:-]+$/)
  })

  it('gets no header of the caller that another one would understand', () => {
    const beta = ['anthropic-beta', 'x', 'openai-beta', 'y', 'x-title', 'z', 'traceparent', 't']
    const sent = (provider: (typeof PROVIDER_NAMES)[number]): readonly string[] =>
      createAdapter({ model: 'm', provider, baseUrl: 'https://host.example' }).selectHeaders(beta)
    expect(sent('anthropic')).toEqual(['anthropic-beta', 'x', 'traceparent', 't'])
    expect(sent('bedrock')).toEqual([])
    expect(sent('openrouter')).toEqual(['x-title', 'z', 'traceparent', 't'])
    expect(sent('openai')).toEqual(['openai-beta', 'y', 'traceparent', 't'])
  })
})

/** What a caller may write at the top of a chat request. */
const members = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'max_tokens',
      'max_completion_tokens',
      'seed',
      'user',
      'stop',
      'n',
      'logprobs',
      'temperature',
    ),
    fc.string(),
  ),
  fc.oneof(fc.jsonValue(), fc.constant(null)),
)

describe('quirks', () => {
  const quirks = createQuirks({ max_tokens: 'max_completion_tokens', seed: 'random_seed' }, [
    'user',
    'logprobs',
  ])!

  it('leave every other member as it was, and add none', () => {
    fc.assert(
      fc.property(members, (body) => {
        const sent: unknown = JSON.parse(applyQuirks(Buffer.from(JSON.stringify(body)), quirks).toString())
        const { max_tokens: limit, seed, user: _user, logprobs: _logprobs, ...rest } = body
        const both = 'max_completion_tokens' in rest
        expect(sent).toEqual(
          JSON.parse(
            JSON.stringify({
              ...rest,
              ...(limit === undefined || both ? {} : { max_completion_tokens: limit }),
              ...(seed === undefined || 'random_seed' in rest ? {} : { random_seed: seed }),
            }),
          ),
        )
      }),
    )
  })

  it('do not touch bytes without them', () => {
    const bytes = Buffer.from('{ "model": "m", "temperature":1.0 }')
    expect(applyQuirks(bytes, quirks)).toBe(bytes)
    expect(createQuirks({}, [])).toBeUndefined()
  })

  it('keep numbers as they were written', () => {
    expect(applyQuirks(Buffer.from('{"a":1.0,"max_tokens":1e2,"user":"u"}'), quirks).toString()).toBe(
      '{"a":1.0,"max_completion_tokens":1e2}',
    )
  })
})

describe('docs/providers.md', () => {
  const page = readFileSync(new URL('../../../../docs/providers.md', import.meta.url), 'utf8')

  it.each(PROVIDER_NAMES)('has the row of %s', (name) => {
    const { dialect, baseUrl, renames = {}, omits = [] } = PROVIDERS[name]
    const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(page)?.[0] ?? ''
    const cells = row.split('|').map((cell) => cell.trim())
    expect(cells[2]).toBe(dialect)
    if (baseUrl !== undefined) expect(cells[3]).toBe(`\`${baseUrl}\``)
    const written = Object.entries(renames).map(([from, to]) => `\`${from}\` → \`${to}\``)
    expect(cells[5]).toBe(written.join(', ') || '–')
    expect(cells[6]).toBe(omits.map((one) => `\`${one}\``).join(', ') || '–')
  })
})
