/**
 * `weir outcomes F [F…]`: validates outcome files and says what they hold: rows, means per model, headroom of every pair. Reads each file
 * once; memory grows with models, not with rows.
 */
import { createOutcomeSummarizer, WeirError, type OutcomeSummary } from '@weir/core'
import type { Command } from 'commander'
import { createOutcomeHash, readOutcomes } from '../record/outcome-file.ts'
import { counted } from '../report/format.ts'
import { renderOutcomeSummary } from '../report/outcome-summary.ts'

interface OutcomesOptions {
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('outcomes')
    .description(
      'Checks outcome files and shows what they hold: counts, means per model, headroom of every pair.',
    )
    .argument(
      '<files...>',
      'outcome files (JSON Lines, plain or gzip), outcome stores (.sqlite, .db), or - for standard input',
    )
    .option('--json', 'print one JSON object with everything, all pairs included')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .action((files: readonly string[], options: OutcomesOptions) => summarizeFiles(files, options))
}

async function summarizeFiles(files: readonly string[], { json, skipBad }: OutcomesOptions): Promise<void> {
  const summarizer = createOutcomeSummarizer()
  const hash = createOutcomeHash()
  let skipped = 0
  const onSkip = ({ message }: WeirError): void => {
    skipped += 1
    process.stderr.write(`skipped ${message}\n`)
  }
  for await (const row of readOutcomes(files, { skipBad: skipBad === true, onSkip })) {
    summarizer.add(row)
    hash.update(row)
  }
  if (skipped > 0) process.stderr.write(`skipped ${counted(skipped, 'bad row')}\n`)
  const summary = summarizer.summarize()
  if (summary.rows === 0) {
    throw new WeirError(
      'data.empty',
      `no good row in ${files.join(', ')}; a row is one JSON object a line (docs/outcomes.md)`,
    )
  }
  print(summary, { json: json === true, skipped, dataHash: hash.digest() })
}

interface PrintOptions {
  readonly json: boolean
  readonly skipped: number
  readonly dataHash: string
}

function print(summary: OutcomeSummary, { json, skipped, dataHash }: PrintOptions): void {
  if (json) console.log(JSON.stringify({ ...summary, skipped, dataHash }))
  else process.stdout.write(renderOutcomeSummary(summary))
}
