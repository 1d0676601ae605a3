/** What would be published runs as plain JavaScript under node_modules, without the workspace. No network: dependencies are linked. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMBED_CHECK, packPackage } from './pack.ts'

const ROOT = join(import.meta.dirname, '..')
let folder = ''

beforeAll(() => {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-b'], { cwd: ROOT })
  folder = mkdtempSync(join(tmpdir(), 'weir-pack-'))
  const modules = join(folder, 'node_modules')
  packPackage('core', join(modules, '@weir/core'))
  packPackage('weir', join(modules, 'weir'))
  for (const name of Object.keys(readManifest('weir').dependencies)) {
    if (name === '@weir/core') continue
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

function readManifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as Manifest
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim()
}

describe('what is published', () => {
  it('runs the command line', () => {
    expect(node('node_modules/weir/bin/weir.js', '--version')).toBe(readManifest('weir').version)
    expect(node('node_modules/weir/bin/weir.js', 'serve', '--help')).toContain('--config')
  })

  it('trains, saves, loads and decides when embedded', () => {
    writeFileSync(join(folder, 'embed.js'), EMBED_CHECK)
    expect(node('embed.js')).toBe('small large')
  })

  it('holds every file that its package.json names, and no source or test', () => {
    const entries = readManifest('@weir/core').exports ?? {}
    expect(Object.keys(entries['.'] ?? {})).toEqual(['types', 'default'])
    for (const path of Object.values(entries).flatMap((entry) => Object.values(entry))) {
      expect(existsSync(join(folder, 'node_modules/@weir/core', path)), path).toBe(true)
    }
    for (const name of ['@weir/core', 'weir']) {
      const at = join(folder, 'node_modules', name)
      for (const path of [...readManifest(name).files, 'LICENSE', 'README.md']) {
        expect(existsSync(join(at, path))).toBe(true)
      }
      expect(existsSync(join(at, 'src'))).toBe(false)
      expect(existsSync(join(at, 'e2e'))).toBe(false)
    }
  })
})
