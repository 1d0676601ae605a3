/**
 * `weir migrate`: the configuration of another gateway -> a weir.yaml, and on standard error what became of each of its lines. Keys are never
 * copied: a reference stays one, a key that is written out becomes the name of a variable.
 */
import { Argument, type Command } from 'commander'
import type { Finding } from '../migrate/draft.ts'
import type { GatewayName } from '../migrate/migrate.ts'

interface MigrateOptions {
  readonly out?: string
  readonly json?: boolean
}

export function register(program: Command): void {
  program
    .command('migrate')
    .description('Write a weir.yaml from the configuration of another gateway, and say what is not covered.')
    .addArgument(new Argument('<gateway>', 'what the file belongs to').choices(['litellm', 'portkey']))
    .argument('<file>', "LiteLLM's config.yaml, or Portkey's config as JSON")
    .option('--out <file>', 'write the weir.yaml here; refused when it exists')
    .option('--json', 'print one object: the text, the findings, the variables')
    .action(run)
}

async function run(from: GatewayName, file: string, { out, json = false }: MigrateOptions): Promise<void> {
  const { readConfigText } = await import('../config/load.ts')
  const { migrate } = await import('../migrate/migrate.ts')
  const migration = migrate({ from, path: file, text: await readConfigText(file) })
  const { yaml, findings, variables } = migration
  if (out !== undefined) await write(out, yaml)
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...migration, out: out ?? null }, null, 2)}\n`)
    return
  }
  if (out === undefined) process.stdout.write(yaml)
  process.stderr.write(`${describe(findings, variables).join('\n')}\n`)
}

async function write(out: string, yaml: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  const { WeirError } = await import('@weir/core')
  try {
    await writeFile(out, yaml, { flag: 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new WeirError('cli.write', `cannot write ${out} (${code}); name a file that does not exist yet`, {
      cause: error,
    })
  }
}

const TITLES: readonly (readonly [Finding['kind'], string])[] = [
  ['secret', 'Keys and secrets (never copied)'],
  ['not_covered', 'Not covered'],
  ['changed', 'Done otherwise'],
  ['covered', 'Taken over'],
]

function describe(findings: readonly Finding[], variables: readonly string[]): readonly string[] {
  const groups = TITLES.flatMap(([kind, title]) => {
    const lines = findings.filter((finding) => finding.kind === kind)
    return lines.length === 0
      ? []
      : [`${title}:`, ...lines.map(({ place, message }) => `  ${place}: ${message}`)]
  })
  const needed = variables.length === 0 ? [] : [`Environment variables it needs: ${variables.join(', ')}`]
  return [...groups, ...needed]
}
