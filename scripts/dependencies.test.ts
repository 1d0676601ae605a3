/** What weir runs on: a page and a record for each direct dependency, none in core, and a bill of materials of the rest. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createBom } from './sbom.ts'

const ROOT = join(import.meta.dirname, '..')

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly allowScripts?: Readonly<Record<string, boolean>>
}

const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest
const direct = Object.keys(manifestOf('packages/weir/package.json').dependencies ?? {})

describe('docs/dependencies.md', () => {
  const rows = [
    ...readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').matchAll(
      /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm,
    ),
  ]

  it('lists each direct dependency of weir, at most 12, with what it is for', () => {
    expect(rows.map(([, name]) => name)).toEqual(direct.toSorted())
    expect(direct.length).toBeLessThanOrEqual(12)
    for (const [, name, reason = ''] of rows) expect(reason.length, name).toBeGreaterThan(10)
  })

  it('names a record that speaks of it', () => {
    for (const [, name = '', , record = ''] of rows) {
      if (name === '@weir/core') continue
      const file = /\((decisions\/[^)]+)\)/.exec(record)?.[1]
      expect(file, name).toBeDefined()
      const text = readFileSync(join(ROOT, 'docs', file ?? ''), 'utf8').toLowerCase()
      expect(text, name).toContain(name.split('/').at(-1))
    }
  })

  it('core has none', () => {
    expect(Object.keys(manifestOf('packages/core/package.json').dependencies ?? {})).toEqual([])
  })
})

describe('the lock file', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<
      string,
      { dev?: boolean; resolved?: string; integrity?: string; hasInstallScript?: boolean; link?: boolean }
    >
  }
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  )

  it('takes everything from the registry, each with its hash', () => {
    for (const [path, { resolved, integrity }] of installed) {
      // Without an address it is the registry's.
      expect(resolved ?? 'https://registry.npmjs.org/', path).toMatch(/^https:\/\/registry\.npmjs\.org\//)
      expect(integrity, path).toMatch(/^sha512-/)
    }
  })

  it('runs no code of a package at install but of those allowed by name, and none at run time', () => {
    const allowed = Object.keys(manifestOf('package.json').allowScripts ?? {})
    expect(allowed).toEqual(['node'])
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    expect(scripted.filter(([, { dev }]) => dev !== true).map(([path]) => path)).toEqual([])
  })
})

describe('npm run sbom', () => {
  const { bomFormat, components, dependencies } = createBom()
  const names = components.map(({ name }) => name)

  it('is CycloneDX, and names what runs with version, licence and hash', () => {
    expect(bomFormat).toBe('CycloneDX')
    for (const name of direct) expect(names, name).toContain(name)
    for (const { name, version, licenses, hashes } of components) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+/)
      if (name === '@weir/core') continue
      expect(licenses?.length, name).toBe(1)
      expect(hashes?.[0]?.content, name).toMatch(/^[0-9a-f]{128}$/)
    }
  })

  it('names nothing of development, and everything that each one needs', () => {
    for (const name of ['vitest', 'typescript', 'oxlint', 'openai', 'node']) expect(names).not.toContain(name)
    const refs = new Set(components.map((component) => component['bom-ref']))
    expect(refs.size).toBe(components.length)
    const edges = dependencies as readonly { dependsOn: readonly string[] }[]
    for (const { dependsOn } of edges) for (const ref of dependsOn) expect(refs).toContain(ref)
    // What fastify needs is reached through it.
    expect(names).toContain('find-my-way')
  })
})

it('what the pages name is there', () => {
  for (const path of ['.ci/run', 'CHANGELOG.md', 'deploy/helm/weir/Chart.yaml'])
    expect(existsSync(join(ROOT, path)), path).toBe(true)
})
