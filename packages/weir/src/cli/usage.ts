/**
 * `weir usage --store F`: what was asked, answered and paid for, by model, day, key and so on, from the counts that the gateway keeps. As quick
 * for ten million rows as for ten; a running gateway is not disturbed.
 */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { readUsage } from '../record/usage-file.ts'
import { USAGE_GROUPS, type UsageGroup } from '../record/usage-query.ts'
import { renderUsage } from '../report/usage-text.ts'

interface UsageOptions {
  readonly store: string
  readonly by: UsageGroup
  readonly since?: Date
  readonly until?: Date
  readonly model?: string
  readonly key?: string
  readonly json?: boolean
}

export function register(program: Command): void {
  program
    .command('usage')
    .description('Shows what was asked, answered and paid for, by model, day, key and so on.')
    .requiredOption('--store <file>', 'outcome store of a gateway: record.path of weir.yaml')
    .addOption(new Option('--by <group>', 'what to group by').choices([...USAGE_GROUPS]).default('model'))
    .option(
      '--since <time>',
      'from then on: a day, a time (ISO 8601, UTC), or an age such as 7d or 12h',
      parseTime,
    )
    .option('--until <time>', 'before then, likewise', parseTime)
    .option('--model <name>', 'of this model alone')
    .option('--key <name>', 'of this virtual key alone; by model, day, hour or all')
    .option('--json', 'print one JSON object')
    .action(({ store, json, ...query }: UsageOptions) => {
      const report = readUsage(store, query)
      if (json === true) console.log(JSON.stringify(report))
      else process.stdout.write(renderUsage(report))
    })
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

/** A day, a time, or an age before now. */
function parseTime(text: string): Date {
  const [, amount, unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  if (amount !== undefined) return new Date(new Date().getTime() - Number(amount) * (UNITS[unit] ?? 0))
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text) ? new Date(toUtc(text)) : undefined
  if (time !== undefined && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError(
    'must be a day (2026-11-01), a time (2026-11-01T12:00Z) or an age (7d, 12h).',
  )
}

/** A time without a zone would be local, a day is UTC: all of them are UTC here. */
function toUtc(text: string): string {
  return text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text
}
