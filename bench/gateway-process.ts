/**
 * What the processes of the gateway bench say to each other, over Node's IPC: a child reports its port, and on request its processor
 * time and memory. Beside the data path, so that asking costs the measurement nothing.
 */
import { fork, type ChildProcess } from 'node:child_process'

export interface Usage {
  /** User and system time of all threads since the start, microseconds. */
  readonly cpuMicros: number
  readonly rssBytes: number
  /** After a full collection when the child was started with --expose-gc. */
  readonly heapBytes: number
  /** Buffers and other memory outside the heap that V8 knows of. */
  readonly externalBytes: number
}

export interface Child {
  readonly pid: number
  /** Headers that its requests need. */
  readonly headers: Readonly<Record<string, string>>
  readonly port: number
  usage(): Promise<Usage>
  /** Sends a message and waits for the next answer. */
  ask(message: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** In a child: tells the port and answers questions about this process. */
export function reportTo(port: number, headers: Readonly<Record<string, string>> = {}): void {
  process.on('message', (message) => {
    if (message !== 'usage') return
    const gc = (globalThis as { gc?: () => void }).gc
    const { user, system } = process.cpuUsage()
    gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    process.send?.({ cpuMicros: user + system, rssBytes: rss, heapBytes: heapUsed, externalBytes: external })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port, headers })
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node. */
  readonly flags?: readonly string[]
  /** Core that the process and its threads stay on. Default: any. */
  readonly core?: number
}

export async function startChild(
  file: string,
  { env = {}, flags = [], core }: ChildOptions = {},
): Promise<Child> {
  const execArgv = ['--disable-warning=ExperimentalWarning', ...flags]
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
    ...(core === undefined
      ? { execArgv }
      : { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...execArgv] }),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { port, headers } = (await nextMessage(child)) as Pick<Child, 'port' | 'headers'>
  const ask = async (message: unknown): Promise<unknown> => {
    const answer = nextMessage(child)
    child.send(message as string)
    return answer
  }
  return {
    port,
    headers,
    pid: child.pid ?? 0,
    ask,
    usage: async () => (await ask('usage')) as Usage,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.disconnect()
      }),
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a bench process ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message)
    })
  })
}
