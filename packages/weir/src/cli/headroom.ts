/**
 * `weir headroom --data F [F…] --small M --large M`: whether routing between two models is worth it at all, before any router is trained.
 */
import { measureHeadroom, WeirError, type HeadroomReport, type Pair } from '@weir/core'
import { InvalidArgumentError, type Command } from 'commander'
import { readModelRows } from '../record/model-rows.ts'
import { counted } from '../report/format.ts'
import { renderHeadroom } from '../report/headroom-text.ts'
import { parseSeed } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface HeadroomFlags {
  readonly data: readonly string[]
  readonly small: string
  readonly large: string
  readonly seed: number
  readonly delta: number
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('headroom')
    .description(
      'Says whether routing between two models is worth it at all, before any router is trained: a verdict, a test, intervals.',
    )
    .requiredOption(
      '--data <files...>',
      'outcome files: JSON Lines, plain or gzip, a record store, or - for standard input',
    )
    .requiredOption('--small <model>', 'the cheaper model, as named in the rows')
    .requiredOption('--large <model>', 'the better model, as named in the rows')
    .option('--delta <share>', 'level of the tests: chance of a false "worth it"', parseDelta, 0.05)
    .option('--seed <n>', 'seed of folds, permutations and resampling', parseSeed, 1)
    .option('--json', 'print one JSON object instead of the text')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .addHelpText(
      'after',
      '\nExample:\n  weir headroom --data outcomes.jsonl.gz --small llama-3.1-8b --large gpt-4o\n',
    )
    .action(run)
}

async function run(flags: HeadroomFlags): Promise<void> {
  const pair: Pair = { small: flags.small, large: flags.large }
  if (pair.small === pair.large) {
    throw new WeirError('cli.usage', `--small and --large both name ${pair.small}; name two different models`)
  }
  const skipped = { count: 0 }
  const { rows, dataHash } = await readModelRows(flags.data, [pair.small, pair.large], {
    skipBad: flags.skipBad === true,
    onSkip: ({ message }) => {
      skipped.count += 1
      process.stderr.write(`skipped ${message}\n`)
    },
    onProgress: (count) => showProgress('headroom', `${count} rows read`),
  })
  if (skipped.count > 0) process.stderr.write(`skipped ${counted(skipped.count, 'bad row')}\n`)
  const report = await measureHeadroom(rows, {
    pair,
    seed: flags.seed,
    delta: flags.delta,
    onProgress: async ({ step, done, total }) => {
      showProgress('headroom', `${step}, ${done} of ${total}`)
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  process.stdout.write(
    flags.json === true ? `${toJson(report, { flags, dataHash, skipped })}\n` : renderHeadroom(report),
  )
}

interface ReadData {
  readonly flags: HeadroomFlags
  readonly dataHash: string
  readonly skipped: { readonly count: number }
}

function toJson(report: HeadroomReport, { flags, dataHash, skipped }: ReadData): string {
  return JSON.stringify({ ...report, dataHash, files: flags.data, skipped: skipped.count })
}

/** A probability in (0, 0.5]. Above that a test says nothing; below 0.001 it takes minutes. */
function parseDelta(text: string): number {
  const value = Number(text)
  if (value >= 0.001 && value <= 0.5) return value
  throw new InvalidArgumentError('must be a number from 0.001 to 0.5.')
}
