/**
 * The command line: one file per command, loaded only when it is the one that runs, so that `weir route` does not pay for the gateway.
 * Exit codes: 0 good, 1 our bug, 2 the user's data, configuration or usage, 3 a check failed, 130 interrupted.
 */
import { Command, CommanderError } from 'commander'
import { ERRORS, isWeirError } from '@weir/core'
import { VERSION } from '../version.ts'

/** A command is registered with its options; its action imports what it needs. */
export type Register = (program: Command) => void

export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithReader)
  const program = await createProgram()
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Every command with its options; none has run. */
export async function createProgram(): Promise<Command> {
  const program = new Command('weir')
    .description(
      'Keeps easy queries on a small model and sends the rest to the large one, at a quality level you set.',
    )
    .version(VERSION)
    .showHelpAfterError('(run with --help for the options)')
    .exitOverride()
  const commands = await Promise.all([
    import('./collect.ts').then((m) => m.register),
    import('./train.ts').then((m) => m.register),
    import('./train-encoder.ts').then((m) => m.register),
    import('./calibrate.ts').then((m) => m.register),
    import('./evaluate.ts').then((m) => m.register),
    import('./transfer.ts').then((m) => m.register),
    import('./compare.ts').then((m) => m.register),
    import('./headroom.ts').then((m) => m.register),
    import('./route.ts').then((m) => m.register),
    import('./probe.ts').then((m) => m.register),
    import('./assign.ts').then((m) => m.register),
    import('./outcomes.ts').then((m) => m.register),
    import('./usage.ts').then((m) => m.register),
    import('./serve.ts').then((m) => m.register),
    import('./doctor.ts').then((m) => m.register),
    import('./keys.ts').then((m) => m.register),
    import('./config.ts').then((m) => m.register),
    import('./migrate.ts').then((m) => m.register),
  ])
  for (const register of commands) register(program)
  return program
}

/** Whoever reads a pipe may leave before the end (`weir route … | head`): no fault of anyone, and nothing left to say. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

/** Prints one message to standard error and returns the exit code. The stack is printed for our own bugs only. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (isWeirError(error)) {
    process.stderr.write(`weir: ${error.message} [${error.code}]\n`)
    if (error.code === 'cli.interrupted') return 130
    return ERRORS[error.code].exit
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`weir: a bug in weir, please report it [internal.bug]\n${stack}\n`)
  return 1
}
