/**
 * `weir config`: what weir.yaml may hold (schema), whether one would be served (check), and what it means with its defaults (show).
 * Nothing is started, called or changed. References stay references: no key is printed.
 */
import type { Command } from 'commander'
import { isWeirError, WeirError, type ErrorCode } from '@weir/core'
import type { Log } from '../telemetry/log.ts'

interface CheckOptions {
  readonly config: string
  readonly withoutKeys?: boolean
  readonly json?: boolean
}

export function register(program: Command): void {
  const config = program
    .command('config')
    .description('The configuration file: its schema, a check, what it means.')
  config
    .command('schema')
    .description('Print the JSON Schema of weir.yaml, which editors complete and check with.')
    .action(printSchema)
  config
    .command('check')
    .description(
      'Check all that weir serve would: keys, values, references, artifact, scorers. Exit 2 when it would not start.',
    )
    .requiredOption('--config <file>', 'weir.yaml')
    .option('--without-keys', 'take references as given: for a machine that has no keys, such as CI')
    .option('--json', 'print one object')
    .action(check)
  config
    .command('show')
    .description('Print the configuration with every default filled in. Keys are shown as references.')
    .requiredOption('--config <file>', 'weir.yaml')
    .action(show)
}

async function printSchema(): Promise<void> {
  const { existsSync, readFileSync } = await import('node:fs')
  const { fileURLToPath } = await import('node:url')
  // Of a published package beside its dist; of the workspace with the documentation.
  const places = ['../../weir.schema.json', '../../../../docs/weir.schema.json']
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = files.find((file) => existsSync(file))
  if (found === undefined) throw new WeirError('internal.bug', 'the package has no weir.schema.json')
  process.stdout.write(readFileSync(found, 'utf8'))
}

/** Every variable is there: the file is checked, not the machine. */
const ALL_GIVEN: Readonly<Record<string, string>> = new Proxy({}, { get: () => 'not-a-key' })

interface Checked {
  readonly small: string
  readonly large: string
  readonly models: number
  readonly warnings: readonly string[]
}

interface Problem {
  readonly code: ErrorCode
  /** Begins with file and line where there is one. */
  readonly message: string
}

async function check({ config: path, withoutKeys = false, json = false }: CheckOptions): Promise<void> {
  if (!json) {
    const { small, large, models, warnings } = await checkFile(path, withoutKeys)
    for (const warning of warnings) process.stderr.write(`${warning}\n`)
    process.stdout.write(
      `${path}: good; ${models} models, ${small} is the small one and ${large} the large one\n`,
    )
    return
  }
  let checked: Checked | undefined
  let problems: readonly Problem[] = []
  try {
    checked = await checkFile(path, withoutKeys)
  } catch (error) {
    if (!isWeirError(error)) throw error
    problems = error.message.split('\n  ').map((message) => ({ code: error.code, message }))
    process.exitCode = 2
  }
  const result = { config: path, ok: checked !== undefined, ...checked, problems }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
}

/** Throws what `weir serve` would. */
async function checkFile(path: string, withoutKeys: boolean): Promise<Checked> {
  const { loadConfig } = await import('../config/load.ts')
  const { loadGatewayOptions } = await import('../config/river.ts')
  const { SILENT } = await import('../telemetry/log.ts')
  const warnings: string[] = []
  const log: Log = {
    ...SILENT,
    warn: (event, fields = {}) => void warnings.push(`${event} ${JSON.stringify(fields)}`),
  }
  const config = await loadConfig(path, withoutKeys ? ALL_GIVEN : process.env)
  const { river, models } = await loadGatewayOptions(config, log)
  return { ...river.pair, models: models.length, warnings }
}

async function show({ config: path }: { readonly config: string }): Promise<void> {
  const { parseConfig, parseWritten, readConfigText } = await import('../config/load.ts')
  const { stringify } = await import('yaml')
  const text = await readConfigText(path)
  // Refuses a key that is written out, before anything is printed.
  parseConfig({ text, path, env: ALL_GIVEN })
  process.stdout.write(stringify(parseWritten(path, text).written))
}
