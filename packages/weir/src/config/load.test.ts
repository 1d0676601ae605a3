import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { buildScorers, checkPolicy } from './scorers.ts'
import { knownKeys, loadConfig, parseConfig, type Config } from './load.ts'
import { DEFAULT_FAULTS } from '../upstream/faults.ts'
import { editDistance, suggest } from './suggest.ts'

const ENV = { SMALL_KEY: 'sk-canary-1', EMPTY: ' ', BAD: 'two words' }

function parse(text: string): Config {
  return parseConfig({ text, path: '/etc/weir/weir.yaml', env: ENV })
}

function messageOf(text: string): string {
  try {
    parse(text)
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`
  }
  return 'no error'
}

const FULL = `
listen: { host: 0.0.0.0, port: 8080, open: true }
artifact: router.weir.json
quality: 0.9
onEstimatorFailure: small
small: tiny
large: org/huge
models:
  tiny:
    baseUrl: http://localhost:11434
    images: false
  org/huge:
    baseUrl: https://api.example.com/v1
    apiKey: env:SMALL_KEY
    upstreamModel: huge-2
    inputUsdPerMTok: 2.5
    outputUsdPerMTok: 10
timeouts: { connectMs: 100, firstByteMs: 200, idleMs: 300 }
retry: { count: 1 }
record: { path: data/outcomes.sqlite }
maxBodyBytes: 4096
`

/** What a model is taken to give when nothing is stated. */
const UNSTATED = {
  logprobs: false,
  topLogprobs: 0,
  nativeSamples: false,
  streamUsage: true,
  json: true,
  jsonSchema: true,
}

describe('parseConfig', () => {
  it('resolves what is written', () => {
    const config = parse(FULL)
    const { apiKey, ...huge } = config.models[1] ?? {}
    expect(apiKey?.reveal()).toBe('sk-canary-1')
    expect({ ...config, models: [config.models[0], huge] }).toEqual({
      listen: { host: '0.0.0.0', port: 8080, open: true },
      artifactPath: '/etc/weir/router.weir.json',
      quality: 0.9,
      mode: 'promise',
      onUnfamiliar: 'large',
      onEstimatorFailure: 'small',
      small: 'tiny',
      large: 'org/huge',
      models: [
        {
          model: 'tiny',
          place: 'local',
          baseUrl: 'http://localhost:11434',
          images: false,
          tools: true,
          ...UNSTATED,
        },
        {
          model: 'org/huge',
          place: 'cloud',
          baseUrl: 'https://api.example.com/v1',
          upstreamModel: 'huge-2',
          inputUsdPerMTok: 2.5,
          outputUsdPerMTok: 10,
          images: true,
          tools: true,
          ...UNSTATED,
        },
      ],
      policy: 'route',
      caps: {},
      onScorerFailure: 'escalate',
      scorers: [],
      doubtCut: null,
      external: null,
      abstain: { status: 422 },
      keepAliveMs: 10_000,
      timeouts: { connectMs: 100, firstByteMs: 200, idleMs: 300, totalMs: 600_000 },
      faults: { ...DEFAULT_FAULTS, retry: { ...DEFAULT_FAULTS.retry, count: 1 } },
      record: { path: '/etc/weir/data/outcomes.sqlite', storeText: false, spoolBytes: 268_435_456 },
      metrics: null,
      cache: null,
      encoder: null,
      telemetry: { semconv: '1.41', content: false, otlp: null },
      log: { level: 'info', format: 'auto', requests: 'none' },
      auth: null,
      admin: null,
      session: { cacheMs: 300_000, entries: 10_000 },
      maxBodyBytes: 4096,
    })
  })

  it('fills in the defaults', () => {
    expect(parse('artifact: /a.json\nmodels: { m: { baseUrl: "http://h" } }')).toMatchObject({
      listen: { host: '127.0.0.1', port: 4000, open: false },
      quality: 0.95,
      mode: 'promise',
      onUnfamiliar: 'large',
      onEstimatorFailure: 'large',
      small: null,
      large: null,
      timeouts: { connectMs: 5000, firstByteMs: 120_000, idleMs: 60_000 },
      record: null,
      cache: null,
      maxBodyBytes: 33_554_432,
    })
  })

  it('prints references, never secrets', () => {
    const config = parse(FULL)
    for (const text of [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.models[1]?.apiKey),
    ]) {
      expect(text).not.toContain('canary')
      expect(text).toContain('env:SMALL_KEY')
    }
  })

  const at = '/etc/weir/weir.yaml'
  const model = 'models:\n  m:\n    baseUrl: http://h'
  it.each([
    [
      'misspelt',
      `artifcat: x\n${model}`,
      `config.key ${at}:1: artifcat: unknown key; did you mean artifact?`,
    ],
    [
      'misspelt inside',
      'artifact: x\nmodels:\n  m:\n    baseURL: http://h',
      `config.key ${at}:4: models.m.baseURL: unknown key; did you mean baseUrl?`,
    ],
    [
      'unknown',
      `artifact: x\nlisten: { zzzzzz: 1 }\n${model}`,
      `config.key ${at}:2: listen.zzzzzz: unknown key; known are host, port, open`,
    ],
    [
      'wrong type',
      `artifact: x\nlisten:\n  port: many\n${model}`,
      `config.value ${at}:3: listen.port: expected number, received string`,
    ],
    ['not YAML', 'models: [', `config.syntax ${at}:1:10: this is not YAML (BAD_INDENT)`],
    [
      'repeated key',
      `artifact: x\nartifact: y\n${model}`,
      `config.syntax ${at}:2:1: this is not YAML (DUPLICATE_KEY)`,
    ],
    ['alias without an anchor', `artifact: *x\n${model}`, `config.syntax ${at}: an alias`],
    [
      'a key itself',
      `artifact: x\n${model}\n    apiKey: sk-canary-9`,
      `config.secret ${at}:5: models.m.apiKey must be a reference such as env:`,
    ],
    [
      'missing variable',
      `artifact: x\n${model}\n    apiKey: env:NOPE`,
      `config.secret ${at}:5: models.m.apiKey refers to the environment variable NOPE, which is not set`,
    ],
    [
      'empty variable',
      `artifact: x\n${model}\n    apiKey: env:EMPTY`,
      `config.secret ${at}:5: models.m.apiKey refers to the environment variable EMPTY`,
    ],
    [
      'unfit variable',
      `artifact: x\n${model}\n    apiKey: env:BAD`,
      `config.secret ${at}:5: models.m.apiKey: the value of BAD has spaces`,
    ],
    [
      'no URL',
      'artifact: x\nmodels: { m: { baseUrl: localhost } }',
      `config.value ${at}:2: models.m.baseUrl must be a URL`,
    ],
    [
      'password in URL',
      'artifact: x\nmodels: { m: { baseUrl: "http://u:canary@h" } }',
      `config.value ${at}:2: models.m.baseUrl must have no user`,
    ],
    [
      'reserved name',
      'artifact: x\nmodels: { weir@1: { baseUrl: "http://h" } }',
      `config.value ${at}:2: models.weir@1: this name asks for routing`,
    ],
    [
      'unknown side',
      `artifact: x\nsmall: n\n${model}`,
      `config.value ${at}:2: small: there is no model "n"; did you mean m?`,
    ],
    [
      'no artifact',
      'models:\n  a: { baseUrl: http://h }\n  b: { baseUrl: http://h }',
      `config.value ${at}:1: the configuration: artifact is missing, so there is nothing to route with; make one with "weir train --data outcomes.jsonl --small a --large b`,
    ],
    ['nothing', '', `config.value ${at}: models: expected record, received undefined`],
    ['level out of range', `artifact: x\nquality: 95\n${model}`, `config.value ${at}:2: quality: Too big`],
  ])('%s', (_name, text, message) => {
    const said = messageOf(text)
    expect(said.slice(0, message.length)).toBe(message)
    expect(said).not.toContain('canary')
  })

  it('names the file that is not there', async () => {
    await expect(loadConfig('nowhere.yaml', {})).rejects.toMatchObject({
      code: 'config.unreadable',
      message: 'nowhere.yaml cannot be read (ENOENT); give the file with --config',
    })
  })
})

const CASCADE = `
artifact: /a.json
policy: cascade
caps: { calls: 4, usd: 0.05, ms: 20000 }
onScorerFailure: accept
abstain: { message: I am not sure. }
scorers:
  logprob: {}
  accumulated: { cut: -4 }
  selfCheck: { reads: samples, samples: 4 }
  judge: { model: big }
  validity: { checks: [{ check: nonEmpty }, { check: notRepeated, times: 4 }] }
  external: { url: 'https://scorer.internal/x?y=1', apiKey: env:SMALL_KEY }
models:
  tiny: { baseUrl: 'http://h', logprobs: true }
  big: { baseUrl: 'http://h' }
`

const EXTRA_CALLS = { ask: () => fail(), askExternal: () => fail() }

function build(text: string, read = ['tiny']): readonly string[] {
  const { scorers: specs, models, policy } = parse(text)
  return buildScorers({ specs, models, read, policy, extraCalls: EXTRA_CALLS }).map(({ signal }) => signal)
}

function fail(): never {
  throw new Error('no call is made while a configuration is loaded')
}

describe('scorers', () => {
  it('are read with their options, and built', () => {
    const config = parse(CASCADE)
    expect(config).toMatchObject({
      policy: 'cascade',
      caps: { calls: 4, usd: 0.05, ms: 20_000 },
      onScorerFailure: 'accept',
      abstain: { status: 422, message: 'I am not sure.' },
      doubtCut: -4,
      external: { url: 'https://scorer.internal/x?y=1', timeoutMs: 2000 },
      scorers: [
        { signal: 'logprob' },
        { signal: 'accumulated' },
        { signal: 'validity', checks: [{ check: 'nonEmpty' }, { check: 'notRepeated', times: 4 }] },
        { signal: 'selfCheck', reads: 'samples', samples: 4 },
        { signal: 'judge', model: 'big' },
        { signal: 'external' },
      ],
    })
    expect(config.external?.apiKey?.reveal()).toBe('sk-canary-1')
    expect(inspect(config, { depth: 9, showHidden: true })).not.toContain('canary')
    expect(build(CASCADE)).toEqual(['logprob', 'accumulated', 'validity', 'selfCheck', 'judge', 'external'])
  })

  it.each([
    // The large model states no log-probabilities: reading its answers is refused.
    ['logprob', CASCADE, ['big'], 'config.signal'],
    ['firstTokenMargin', CASCADE.replace('logprob: {}', 'firstTokenMargin: {}'), ['tiny'], 'config.signal'],
    ['selfCheck', CASCADE.replace('reads: samples, samples: 4', 'model: big'), ['tiny'], 'config.signal'],
    ['agreement', CASCADE.replace('logprob: {}', 'agreement: {}'), ['tiny'], 'config.signal'],
    [
      'expression',
      CASCADE.replace('check: nonEmpty', 'check: regex, pattern: "("'),
      ['tiny'],
      'config.value',
    ],
  ])('%s: what cannot be given is refused before anything is served', (signal, text, read, code) => {
    expect(() => build(text, read)).toThrow(expect.objectContaining({ code }))
    expect(() => build(text, read)).toThrow(signal)
  })

  it.each([
    ['judge: { model: bigg }', 'config.value', 'did you mean big?'],
    ['logprob: { cut: 3 }', 'config.key', 'scorers.logprob.cut'],
    ['loprob: {}', 'config.key', 'did you mean logprob?'],
    ['accumulated: { cut: 3 }', 'config.value', 'scorers.accumulated.cut'],
    ['external: { url: "ftp://x" }', 'config.value', 'scorers.external.url'],
  ])('%s is an error that names the place', (line, code, hint) => {
    const text = CASCADE.replace(/^scorers:[^]*?^models:/m, `scorers:\n  ${line}\nmodels:`)
    expect(messageOf(text)).toMatch(new RegExp(`^${code} `))
    expect(messageOf(text)).toContain(hint)
  })

  it('of a policy that the artifact was not trained for are refused', () => {
    expect(() => checkPolicy('cascade', [], [{ model: 'tiny' }])).toThrow('weir train --policy cascade')
    expect(checkPolicy('cascade', ['cascade'], [])).toBeUndefined()
  })
})

const BOUND = 'models.<name>.longContext.aboveInputTokens'

function isSaid(key: string): boolean {
  return /\.(?:tiers\.\w+|longContext)\./.test(key) && key !== BOUND
}

describe('docs/config.md', () => {
  const page = readFileSync(new URL('../../../../docs/config.md', import.meta.url), 'utf8')
  const documented = [...page.matchAll(/^\| `([\w.<>]+)` \|/gm)].map((match) => match[1] ?? '').toSorted()

  it('has a row for each key, and none besides', () => {
    const sections = knownKeys([])
    const keys = (path: readonly string[], prefix = ''): string[] =>
      knownKeys(path).flatMap((key) => {
        // A model's own `timeouts` has the keys of the section of that name, and a list of upstreams those of one.
        const isKnown = prefix.startsWith('models.') && sections.includes(key)
        return [prefix + key, ...(isKnown ? [] : keys([...path, key], `${prefix}${key}.`))]
      })
    const all = [...keys([]), ...keys(['models', '<name>'], 'models.<name>.')]
    // Tables of prices have the keys of a model's own, which the page says once.
    expect(documented).toEqual(all.filter((key) => !isSaid(key)).toSorted())
  })
})

describe('suggest', () => {
  it('counts edits', () => {
    // kitten -> sitten -> sittin -> sitting
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('', 'abc')).toBe(3)
  })
  it('offers the nearest, or nothing', () => {
    expect(suggest('conectMs', ['idleMs', 'connectMs'])).toBe('connectMs')
    expect(suggest('zzz', ['host', 'port'])).toBeUndefined()
  })
})
