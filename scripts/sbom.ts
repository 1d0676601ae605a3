/**
 * Bill of materials of what `weir` runs on, CycloneDX 1.5, from the lock file: the closure of the runtime dependencies, each with version,
 * licence and hash. The same lock file gives the same bytes.
 *
 *   npm run -s sbom > weir.cdx.json
 *
 * Not `npm sbom --omit dev`: it leaves out what a development dependency needs as well (zod, yaml and undici are of those, npm 11.19).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

interface Locked {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

type Lock = Readonly<Record<string, Locked>>

export interface Component {
  readonly type: 'library'
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly { readonly expression: string }[]
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
}

export interface Bom {
  readonly bomFormat: 'CycloneDX'
  readonly components: readonly Component[]
  readonly [key: string]: unknown
}

const WEIR = 'packages/weir'

export function createBom(): Bom {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Lock }
  const reached = reach(packages)
  const refs = new Map([...reached].map(([path]) => [path, refOf(packages, path)]))
  const components = [...reached.keys()]
    .filter((path) => path !== WEIR)
    .map((path) => toComponent(packages, path))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { ...toComponent(packages, WEIR), type: 'application' } },
    components: components.toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [...reached]
      .map(([path, needs]) => ({
        ref: refs.get(path),
        dependsOn: needs.map((need) => refs.get(need) ?? '').toSorted(),
      }))
      .toSorted((a, b) => (String(a.ref) < String(b.ref) ? -1 : 1)),
  }
}

/** Every package that weir reaches, by its path in the lock file, with what it needs itself. */
function reach(lock: Lock): ReadonlyMap<string, readonly string[]> {
  const reached = new Map<string, readonly string[]>()
  const waiting = [WEIR]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue
    const { dependencies, optionalDependencies, peerDependencies } = lock[path] ?? {}
    const from = path
    const needs = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).flatMap(
      (name) => find(lock, from, name) ?? [],
    )
    reached.set(path, needs)
    waiting.push(...needs)
  }
  return reached
}

/** As Node looks for it: beside the package, then in each folder above. Links lead to the workspace. */
function find(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)[^/]*$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    const found = lock[path]
    if (found !== undefined) return found.link === true ? found.resolved : path
    if (folder === '') return undefined
  }
}

function nameOf(lock: Lock, path: string): string {
  return lock[path]?.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function refOf(lock: Lock, path: string): string {
  return `pkg:npm/${nameOf(lock, path).replace('@', '%40')}@${lock[path]?.version ?? '0.0.0'}`
}

function toComponent(lock: Lock, path: string): Component {
  const { version = '0.0.0', license, integrity } = lock[path] ?? {}
  const [alg = '', base64 = ''] = integrity?.split('-') ?? []
  const purl = refOf(lock, path)
  return {
    type: 'library',
    'bom-ref': purl,
    name: nameOf(lock, path),
    version,
    purl,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(alg === 'sha512'
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] }
      : {}),
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(createBom(), null, 2)}\n`)
