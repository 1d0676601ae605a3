/**
 * The demo fleet: a small and a large program, each a process of its own with an OpenAI-shaped endpoint on a free loopback port. The
 * processes end with their parent, also when it is killed: they watch the channel to it.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isRecord, WeirError, type Pair } from '@weir/core'
import type { UpstreamModel } from '../upstream/definition.ts'
import { LARGE_MODEL, largeProgram } from './large/program.ts'
import { startModelServer } from './model-server.ts'
import type { Program } from './read.ts'
import { SMALL_MODEL, smallProgram } from './small/program.ts'

export const DEMO_PAIR: Pair = { small: SMALL_MODEL, large: LARGE_MODEL }

export interface DemoModel {
  readonly program: Program
  /** Made-up list prices, in the range of a small and a large hosted model of 2024, so that a saving can be shown. Nobody is billed. */
  readonly inputUsdPerMTok: number
  readonly outputUsdPerMTok: number
  /** Pace of output, ms a token: the large program writes at a quarter of the small one's speed. */
  readonly msPerToken: number
}

export const DEMO_MODELS: readonly DemoModel[] = [
  { program: smallProgram, inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6, msPerToken: 0.5 },
  { program: largeProgram, inputUsdPerMTok: 2.5, outputUsdPerMTok: 10, msPerToken: 2 },
]

export interface Fleet {
  /** Small first. */
  readonly models: readonly UpstreamModel[]
  /** Process ids of the programs; empty for a fleet inside this process. */
  readonly pids: readonly number[]
  close(): Promise<void>
}

/** Both programs inside this process: for tests. `msPerToken` replaces their pace. */
export async function startFleetInProcess(options: { readonly msPerToken?: number } = {}): Promise<Fleet> {
  const servers = await Promise.all(
    DEMO_MODELS.map((model) =>
      startModelServer(model.program, { msPerToken: options.msPerToken ?? model.msPerToken }),
    ),
  )
  return {
    models: DEMO_MODELS.map((model, index) => toUpstream(model, servers[index]?.url ?? '')),
    pids: [],
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  }
}

/** Both programs as child processes. Throws `internal.bug` when one does not come up. */
export async function startFleet(): Promise<Fleet> {
  const children = DEMO_MODELS.map(({ program }) => startChild(program.model))
  try {
    const urls = await Promise.all(children.map(readUrl))
    return {
      models: DEMO_MODELS.map((model, index) => toUpstream(model, urls[index] ?? '')),
      pids: children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
      close: async () => void (await Promise.all(children.map(stopChild))),
    }
  } catch (error) {
    await Promise.all(children.map(stopChild))
    throw error
  }
}

function toUpstream(
  { program, inputUsdPerMTok, outputUsdPerMTok }: DemoModel,
  baseUrl: string,
): UpstreamModel {
  return { model: program.model, baseUrl, inputUsdPerMTok, outputUsdPerMTok, images: false, tools: false }
}

function startChild(model: string): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const entry = fileURLToPath(new URL(`./child.${extension}`, import.meta.url))
  // No inherited flags: a debugger's port or a test runner's loader is the parent's alone.
  return fork(entry, [model], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

async function readUrl(child: ChildProcess): Promise<string> {
  const ended = once(child, 'exit').then(([code]): never => {
    throw new WeirError('internal.bug', `a demo program ended with code ${String(code)} before it was ready`)
  })
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
  ended.catch(() => undefined)
  if (isRecord(message) && typeof message['url'] === 'string') return message['url']
  throw new WeirError('internal.bug', 'a demo program sent no address')
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
