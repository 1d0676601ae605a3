/**
 * Rules that keep whole classes of incidents out, read from the sources and lock files themselves: what is never written here needs no
 * input to be tried against it. A rule that a file must break names that file and says why.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

interface Source {
  readonly path: string
  readonly text: string
}

function list(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

const sources: readonly Source[] = ['packages/core/src', 'packages/weir/src', 'packages/weir/bin']
  .flatMap(list)
  .filter((path) => /\.(?:ts|js)$/.test(path) && !path.includes('.test.') && !path.includes('/dist/'))
  .map((path) => ({ path, text: withoutComments(readFileSync(join(ROOT, path), 'utf8')) }))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

function filesWith(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
}

it('reads the sources', () => {
  expect(sources.length).toBeGreaterThan(200)
  expect(filesWith(/from 'undici'/)).not.toHaveLength(0)
})

describe('CVE-2026-30623, CVE-2026-47101: no shell and no code from data', () => {
  it.each([
    ['a shell', /\b(?:exec|execSync|spawnSync|execFile|execFileSync)\(|shell: *true/],
    ['code made of text', /\bnew Function\b|\beval\(|from 'node:vm'|\bvm\.run/],
    ['a module named by data', /\bimport\((?!['"`])(?!.*(?:OPTIONAL|import\.meta|source))/],
  ])('%s', (_, pattern) => {
    // `.exec(` of a regular expression and of a database is another thing.
    const found = sources.filter(({ text }) => pattern.test(text.replaceAll(/\.exec\(/g, '')))
    expect(found.map(({ path }) => path).filter((path) => !NAMED_HERE.includes(path))).toEqual([])
  })
})

/**
 * Import by a constant of their own: the sources or the built files beside it; the OpenTelemetry SDK and the ONNX runtime where
 * the operator installed them. Run a constant
 * script: the operator's patterns under a time limit.
 */
const NAMED_HERE: readonly string[] = [
  'packages/weir/bin/weir.js',
  'packages/weir/src/encoder/onnx-runtime.ts',
  'packages/weir/src/record/redact.ts',
  'packages/weir/src/telemetry/otlp.ts',
]

describe('CVE-2026-42208, CVE-2026-25591: statements are constants', () => {
  it('no value is written into SQL', () => {
    const statements = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\.(?:prepare|exec)\(\s*(`[^`]*`)/g)].map(([, sql = '']) => ({ path, sql })),
    )
    const built = statements.flatMap(({ sql }) =>
      [...sql.matchAll(/\$\{((?:[^{}]|\{[^}]*\})+)\}/g)].map(([, part = '']) => part),
    )
    expect(built.filter((part) => !/^[A-Z_]+$/.test(part) && !CONSTANT_PARTS.includes(part))).toEqual([])
  })

  it('nothing is searched by pattern', () => {
    expect(filesWith(/\b(?:SELECT|WHERE|AND)\b[^;`']*\b(?:LIKE|GLOB|REGEXP)\b/)).toEqual([])
  })
})

/** Statements and numbers of weir's own, and places for values. */
const CONSTANT_PARTS: readonly string[] = [
  'maxPages',
  'insert',
  'name',
  "Array(MANY).fill('(?, ?)').join(', ')",
]

describe('Portkey #1718: one way out', () => {
  it('only the dispatch files know an HTTP client, so that no call can go round its guards', () => {
    expect(filesWith(/from 'undici'|\bfetch\(/).toSorted()).toEqual(WAYS_OUT)
  })
})

/** Dispatch with its guard is the way out. The others run without a caller, with what the operator configured: `weir doctor`, the demo's look for local servers. */
const WAYS_OUT: readonly string[] = [
  'packages/weir/src/demo/local-servers.ts',
  'packages/weir/src/upstream/dispatch.ts',
  'packages/weir/src/upstream/probe.ts',
]

describe('CVE-2026-25591: regular expressions on what callers write', () => {
  const literals = sources.flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /(?<=[=(,:!&|?[{;]\s*|return )\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/[dgimsuvy]*/g,
      ),
    ].map(([, body = '']) => ({ path, body })),
  )

  it('are found', () => {
    expect(literals.length).toBeGreaterThan(30)
  })

  it('never repeat what repeats: that is what takes exponential time', () => {
    // A group with an open quantifier inside and one behind it. Classes are taken out first: a + in them is a plus sign.
    const nested = literals.filter(({ body }) =>
      /\((?:[^()\\]|\\.)*(?:[*+]|\{\d+,\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,\})/.test(
        body.replaceAll(/\[(?:[^\]\\]|\\.)*\]/g, 'x'),
      ),
    )
    expect(nested.filter(({ body }) => !DELIMITED.includes(body))).toEqual([])
  })
})

/** Each repetition begins with a character that what it repeats cannot hold, so there is one way to read a text. */
const DELIMITED: readonly string[] = [
  String.raw`\d+(?:[.,]\d+)*`,
  String.raw`\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}`,
  // The demo's own models, which read nothing but the demo's questions.
  String.raw`\b[A-Z]\w+ (?:has|likes|owns|knows|bought|plays|speaks) (?:the )?(?:[\w ]*(?:numbers|colou?rs|cards|fruits?)\s)?([\w-]+(?:, [\w-]+)* and [\w-]+)\.`,
  String.raw`-?\d+(?:, -?\d+){2,}`,
]

function dependenciesOf(path: string): Readonly<Record<string, string>> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  return dependencies
}

describe('LiteLLM 1.82.7: what an install brings', () => {
  const locks = ['package-lock.json', 'bench/peer/package-lock.json']

  it.each(locks)('%s pins every package by hash and names no other place', (path) => {
    const lock = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as {
      packages: Record<string, { integrity?: string; resolved?: string; link?: boolean; version?: string }>
    }
    const installed = Object.entries(lock.packages).filter(
      ([name, { link = false }]) => name.includes('node_modules/') && !link,
    )
    expect(installed.length).toBeGreaterThan(50)
    for (const [name, { integrity, resolved }] of installed) {
      expect(integrity, name).toMatch(/^sha512-/)
      if (resolved !== undefined) expect(resolved, name).toMatch(/^https:\/\/registry\.npmjs\.org\//)
    }
  })

  it('runs no install script but that of the Node it brings', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>
    }
    const scripted = Object.entries(lock.packages)
      .filter(([, { hasInstallScript = false, optional = false }]) => hasInstallScript && !optional)
      .map(([name]) => name)
    expect(scripted).toEqual(['node_modules/node'])
  })

  it('has few direct dependencies, and the library none', () => {
    expect(Object.keys(dependenciesOf('packages/core/package.json'))).toEqual([])
    expect(Object.keys(dependenciesOf('packages/weir/package.json')).length).toBeLessThanOrEqual(12)
  })
})

describe('one-api, new-api: secrets that everybody knows', () => {
  it('no credential stands in the sources', () => {
    expect(
      filesWith(/['"`](?:sk-[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{20,}|eyJ[A-Za-z0-9_-]{20,})/),
    ).toEqual([])
    expect(filesWith(/\b(?:password|secret|token)\b\s*[:=]\s*['"][^'"$]{3,}['"]/i)).toEqual([])
  })
})
