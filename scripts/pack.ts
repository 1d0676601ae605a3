/**
 * Makes the folders that are published to npm: dist/core (@weir/core) and dist/weir (weir), from what `tsc -b` built.
 *
 *   npm run pack                  writes dist/core and dist/weir
 *   npm run pack -- --built       the same of what is built already
 *   npm run pack -- --install     also packs both, installs the tarballs in an empty folder and runs them there (needs the registry)
 *
 * In the workspace the packages point at their TypeScript sources, so that nothing has to be built to work on them. Node refuses
 * to run TypeScript below node_modules, so what is published is JavaScript with declarations, under a package.json that says so.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
/** What `weir config schema` prints. */
const SCHEMA = 'weir.schema.json'

/** What of a package.json this script reads or changes. */
interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  /** Entry points as the workspace has them: TypeScript sources. */
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

export interface Packed {
  readonly name: string
  readonly folder: string
}

/** Folders of the program that are published as they are: its start, and the price catalogue. */
const PROGRAM: readonly string[] = ['bin', 'prices']

/** Writes one publishable folder, replacing what is there. Needs `tsc -b` to have run. */
export function packPackage(name: 'core' | 'weir', folder: string): Packed {
  const source = join(ROOT, 'packages', name)
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  rmSync(folder, { recursive: true, force: true })
  copyBuilt(source, join(folder, 'dist'))
  if (manifest.bin !== undefined) {
    for (const part of PROGRAM) cpSync(join(source, part), join(folder, part), { recursive: true })
    cpSync(join(ROOT, 'docs', SCHEMA), join(folder, SCHEMA))
  }
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
  writeFileSync(join(folder, 'README.md'), readmeOf(manifest))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(toPublished(manifest), null, 2)}\n`)
  return { name: manifest.name, folder }
}

/** JavaScript and declarations whose source still exists: `tsc -b` leaves the output of deleted files behind. No maps: they need the sources. */
function copyBuilt(source: string, target: string): void {
  const built = join(source, 'dist')
  for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:js|d\.ts)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const place = relative(built, path)
    if (!existsSync(join(source, 'src', place.replace(/(?:\.d\.ts|\.js)$/, '.ts')))) continue
    mkdirSync(dirname(join(target, place)), { recursive: true })
    const text = readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n')
    writeFileSync(join(target, place), text)
  }
}

function toPublished(manifest: Manifest): Readonly<Record<string, unknown>> {
  const { exports, bin } = manifest
  const entries = Object.entries(exports ?? {}).map(([entry, source]) => [entry, toBuilt(source)])
  return {
    ...manifest,
    ...(exports === undefined ? {} : { exports: Object.fromEntries(entries) }),
    files: ['dist', ...(bin === undefined ? [] : [...PROGRAM, SCHEMA])],
    publishConfig: { access: 'public' },
  }
}

/** ./src/index.ts as what `tsc -b` makes of it. */
function toBuilt(source: string): { readonly types: string; readonly default: string } {
  const stem = source.replace('./src/', './dist/').replace(/\.ts$/, '')
  return { types: `${stem}.d.ts`, default: `${stem}.js` }
}

const EMBED = `\`\`\`js
import { createRiver, decide, loadArtifact, queryFromPrompt } from '@weir/core'

const river = createRiver(loadArtifact(text)) // text: a file written by "weir train"
const { model, score, reason } = decide(river, queryFromPrompt('What is 2 + 2?'), { kind: 'quality', quality: 0.95 })
\`\`\``

const COMMANDS = `\`\`\`
npx weir serve                      # the demo: two programs, no key, no network
npx weir serve --config weir.yaml   # your models
\`\`\``

function readmeOf({ name, description, bin }: Manifest): string {
  const example = bin === undefined ? EMBED : COMMANDS
  return `# ${name}\n\n${String(description)}\n\n${example}\n\nApache-2.0. The documentation is in the repository's docs folder.\n`
}

/** Installs the tarballs of both folders in an empty folder and runs them as a stranger would. Needs the registry. */
function tryInstalled(packed: readonly Packed[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'weir-pack-'))
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const tarballs = packed.map((one) => run('npm', 'pack', '--silent', one.folder).trim())
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n')
    run('npm', 'install', '--no-audit', '--no-fund', ...tarballs.map((name) => `./${name}`))
    console.log(
      `weir --version: ${run(process.execPath, 'node_modules/weir/bin/weir.js', '--version').trim()}`,
    )
    writeFileSync(join(folder, 'embed.js'), EMBED_CHECK)
    console.log(`embedded: ${run(process.execPath, 'embed.js').trim()}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Trains on made-up rows, saves, loads, decides: the whole of @weir/core in a dozen lines of plain JavaScript. */
export const EMBED_CHECK = `
import { createRiver, decide, loadArtifact, queryFromPrompt, saveArtifact, train } from '@weir/core'
const rows = Array.from({ length: 120 }, (_, i) => {
  const isHard = i % 3 === 0
  const prompt = isHard ? \`Prove that lemma \${i} holds for every matrix\` : \`Name the colour of thing \${i}\`
  return { id: String(i), prompt, models: { small: { score: isHard ? 0 : 1 }, large: { score: 1 } } }
})
const artifact = await train(rows, { pair: { small: 'small', large: 'large' }, seed: 1, dataHash: '' })
const river = createRiver(loadArtifact(saveArtifact(artifact)))
const ask = { kind: 'quality', quality: 0.95 }
const models = ['Name the colour of snow', 'Prove that the lemma holds for this matrix']
console.log(models.map((prompt) => decide(river, queryFromPrompt(prompt), ask).model).join(' '))
`

if (import.meta.main) {
  if (!process.argv.includes('--built')) execFileSync('tsc', ['-b'], { cwd: ROOT, stdio: 'inherit' })
  const packed = [packPackage('core', join(ROOT, 'dist/core')), packPackage('weir', join(ROOT, 'dist/weir'))]
  for (const { name, folder } of packed) console.log(`${name}: ${relative(ROOT, folder)}`)
  if (process.argv.includes('--install')) tryInstalled(packed)
}
