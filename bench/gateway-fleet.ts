/**
 * The processes of the gateway bench: model and load generator on one core, what is measured on another, so that a target's throughput
 * is its own. Without `taskset`, or with one core, they share what there is.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from './gateway-load.ts'
import { startChild, type Child, type ChildOptions } from './gateway-process.ts'
import { writeBenchArtifact } from './gateway-river.ts'

/**
 * `direct`: the model without anything between. `pass`: the least that Node can do. `peer`: Portkey's gateway. Weir: `named` by a model's
 * name, so without a decision; `routed`; `full`: routed, with the virtual key checked, limits counted and rows stored.
 */
export const NAMES = ['direct', 'pass', 'peer', 'named', 'routed', 'full'] as const
export type Name = (typeof NAMES)[number]

/** Rows that the artifact is trained on: neighbours are searched among them, so a decision costs more with more. */
const TRAINING_ROWS = 1000
const LOAD_CORE = 1
const TARGET_CORE = 0

export interface FleetOptions {
  readonly names: readonly Name[]
  /** Flags of Node for the gateways under measurement. */
  readonly flags?: readonly string[]
}

export interface Placed {
  readonly child: Child
  readonly target: Target
}

export interface Fleet {
  readonly upstream: Child
  readonly generator: Child
  readonly targets: ReadonlyMap<Name, Placed>
  stop(): Promise<void>
}

/** Installs what the lock file of bench/peer says, when it is not there yet. */
export function installPeer(): void {
  const folder = fileURLToPath(new URL('peer', import.meta.url))
  if (existsSync(join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js'))) return
  console.error('installing the peer into bench/peer (npm ci, 25 MB)')
  execFileSync('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function isPinnable(): boolean {
  if (cpus().length < 2) return false
  try {
    execFileSync('taskset', ['-c', String(LOAD_CORE), 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export const isPinned: boolean = isPinnable()

function startOn(core: number, file: string, options: ChildOptions = {}): Promise<Child> {
  return startChild(file, isPinned ? { ...options, core } : options)
}

export async function startFleet({ names, flags = [] }: FleetOptions): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const artifact = join(folder, 'bench.weir')
  await writeBenchArtifact(artifact, TRAINING_ROWS)
  const upstream = await startOn(LOAD_CORE, './gateway-upstream.ts')
  const generator = await startOn(LOAD_CORE, './gateway-load.ts')
  const env = { UPSTREAM_PORT: String(upstream.port), ARTIFACT: artifact }
  const children: Child[] = []
  const start = async (file: string, more: Readonly<Record<string, string>> = {}): Promise<Child> => {
    const child = await startOn(TARGET_CORE, file, { env: { ...env, ...more }, flags })
    children.push(child)
    return child
  }
  const targets = new Map<Name, Placed>()
  const place = (name: Name, child: Child, target: Omit<Target, 'port'>): void => {
    targets.set(name, { child, target: { headers: child.headers, ...target, port: child.port } })
  }
  const has = (name: Name): boolean => names.includes(name)
  if (has('direct')) place('direct', upstream, { model: 'small' })
  if (has('pass')) place('pass', await start('./gateway-pass.ts'), { model: 'small' })
  if (has('peer')) place('peer', await start('./gateway-peer.ts'), peerTarget(upstream.port))
  if (has('named') || has('routed')) {
    const plain = await start('./gateway-weir.ts')
    if (has('named')) place('named', plain, { model: 'small' })
    if (has('routed')) place('routed', plain, { model: 'weir' })
  }
  if (has('full')) place('full', await start('./gateway-weir.ts', { FULL: 'on' }), { model: 'weir' })
  return {
    upstream,
    generator,
    targets,
    async stop() {
      for (const child of [generator, ...children, upstream]) await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Named by header, as its documentation says for a server of one's own. */
function peerTarget(upstreamPort: number): Omit<Target, 'port'> {
  return {
    model: 'small',
    headers: {
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
    },
  }
}
