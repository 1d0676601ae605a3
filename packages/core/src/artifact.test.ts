/** Artifacts: saved and loaded they decide alike; damaged, foreign or for other models they are refused with the right code. */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from './contract/artifact.ts'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import { isWeirError } from './contract/errors.ts'
import type { Query } from './contract/query.ts'
import { createEstimator } from './estimate/create-estimator.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromOutcome, queryFromPrompt } from './request/query.ts'
import { createRiver } from './river.ts'
import { checkEstimator } from './suites/check-estimator.ts'
import { checkRouter } from './suites/check-router.ts'
import { createPlantedRows, PLANTED_PAIR } from './suites/planted-rows.ts'
import { train } from './train.ts'

const ODD: readonly string[] = [
  '',
  '{',
  'Unseen words only: xylophone quark.',
  '这是问题',
  'a '.repeat(40_000),
  '🎉',
]

let artifact: Artifact
let saved = ''
let queries: readonly Query[] = []

beforeAll(async () => {
  const rows = createPlantedRows({ rows: 150, seed: 1 }).map(({ row }) => row)
  artifact = await train(rows, { pair: PLANTED_PAIR, method: 'trans', seed: 1, dataHash: 'a'.repeat(64) })
  saved = saveArtifact(artifact)
  const fresh = createPlantedRows({ rows: 60, seed: 2 }).flatMap(({ row }) => queryFromOutcome(row) ?? [])
  queries = [...ODD.map(queryFromPrompt), ...fresh]
})

/** Code of what loading, or making a river of, throws. */
function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isWeirError(error)) return error.code
    throw error
  }
  return 'none'
}

const messageOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return String(error)
  }
  return ''
}

const withoutLarge = (): unknown =>
  createRiver(artifact, { candidates: [{ model: 'little' }, { model: 'other' }] })

/** The file with its first line changed. */
function withHead(change: (head: Record<string, unknown>) => void): string {
  const end = saved.indexOf('\n')
  const head = JSON.parse(saved.slice(0, end)) as Record<string, unknown>
  change(head)
  return `${JSON.stringify(head)}${saved.slice(end)}`
}

describe('a saved artifact', () => {
  it('comes back as it was, and keeps the contract of routers, before and after', () => {
    const loaded = loadArtifact(saved)
    expect(loaded).toEqual(artifact)
    expect(saveArtifact(loaded) === saved).toBe(true)
    checkRouter(createRiver(artifact), queries, { reloaded: createRiver(loaded) })
  })

  it('keeps the contract of estimators', () => {
    const encoder = createLexicalEncoder()
    checkEstimator(
      createEstimator(loadArtifact(saved)),
      queries.map((query) => encoder.encode(query)),
    )
  })

  it('is two lines of JSON', () => {
    const lines = saved.trimEnd().split('\n')
    expect(lines.length).toBe(2)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ weir: 'artifact', formatVersion: 1 })
  })

  it('holds no text of the rows', () => {
    expect(/Please|teacher|addition|theorem/.test(saved)).toBe(false)
  })

  it('may have gained keys and line ends on its way', () => {
    const grown = saveArtifact({
      ...artifact,
      novel: { deep: 1 },
      training: { ...artifact.training, more: true },
    } as never)
    expect(codeOf(() => createRiver(loadArtifact(grown)))).toBe('none')
    const head = withHead((h) => {
      h['novel'] = 1
    })
    expect(loadArtifact(head)).toEqual(artifact)
    expect(loadArtifact(`${saved.replaceAll('\n', '\r\n')}\n`)).toEqual(artifact)
  })
})

describe('loadArtifact refuses', () => {
  it.each([
    ['nothing', ''],
    ['text', 'not an artifact'],
    ['other JSON', '{"id":"1","models":{}}\n'],
    ['an array', '[1,2]\n'],
  ])('%s as unreadable', (_, text) => {
    expect(codeOf(() => loadArtifact(text))).toBe('artifact.unreadable')
  })

  it('a newer format', () => {
    const newer = withHead((head) => {
      head['formatVersion'] = 2
    })
    expect(codeOf(() => loadArtifact(newer))).toBe('artifact.format_version')
    expect(messageOf(() => loadArtifact(newer))).toMatch(/version 2, this weir reads 1; upgrade/)
  })

  it('an artifact that lacks a part', () => {
    for (const part of ['pair', 'encoder', 'estimator', 'training', 'trainingCurve', 'calibration']) {
      const lacking = saveArtifact({ ...artifact, [part]: undefined } as never)
      expect(codeOf(() => loadArtifact(lacking))).toBe('artifact.unreadable')
    }
  })

  it('a file cut anywhere', () => {
    const headEnd = saved.indexOf('\n')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: saved.trimEnd().length - 1 }), (length) => {
        const code = codeOf(() => loadArtifact(saved.slice(0, length)))
        expect(code).toBe(length < headEnd ? 'artifact.unreadable' : 'artifact.truncated')
      }),
      { numRuns: 60 },
    )
  })

  it('a file with any character changed', () => {
    fc.assert(
      fc.property(fc.nat(saved.length - 1), fc.constantFrom('x', '0', '"', '}', 'é'), (at, character) => {
        const text = `${saved.slice(0, at)}${character}${saved.slice(at + 1)}`
        if (text !== saved) expect(codeOf(() => loadArtifact(text))).toMatch(/^artifact\./)
      }),
      { numRuns: 60 },
    )
  })

  it('a head with any character changed', () => {
    fc.assert(
      fc.property(fc.nat(saved.indexOf('\n')), fc.constantFrom('x', '0', '"', '}', ' '), (at, character) => {
        const text = `${saved.slice(0, at)}${character}${saved.slice(at + 1)}`
        if (text !== saved) expect(codeOf(() => loadArtifact(text))).toMatch(/^artifact\./)
      }),
    )
  })
})

describe('createRiver refuses', () => {
  it('a model of the pair that is not a candidate, naming those that are', () => {
    expect(codeOf(withoutLarge)).toBe('artifact.pair')
    expect(messageOf(withoutLarge)).toMatch(/large model "big".*\(little, other\)/)
  })

  it.each([
    ['name', { name: 'semantic' }],
    ['version', { version: 99 }],
    ['buckets', { buckets: 1024 }],
    ['channels', { channels: [7, 2 ** 18] }],
    ['surface', { surface: ['chars'] }],
  ])('another encoder: %s', (_, change) => {
    const other = { ...artifact, encoder: { ...artifact.encoder, ...change } }
    expect(codeOf(() => createRiver(other))).toBe('artifact.encoder')
  })

  it('an estimator it does not know', () => {
    const other = { ...artifact, estimator: { name: 'oracle', parameters: {} } }
    expect(codeOf(() => createRiver(other))).toBe('artifact.format_version')
  })

  it('parameters that lack any part', () => {
    const parameters = artifact.estimator.parameters as Record<string, unknown>
    expect(Object.keys(parameters).length).toBeGreaterThan(5)
    for (const part of Object.keys(parameters)) {
      const other = {
        ...artifact,
        estimator: { name: 'blend', parameters: { ...parameters, [part]: undefined } },
      }
      expect(codeOf(() => createRiver(other))).toBe('artifact.truncated')
    }
  })
})
