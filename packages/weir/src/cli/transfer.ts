/**
 * weir transfer: may an artifact be used for another pair of models, or a cheap quality measure stand for the one that counts? Measures, and
 * answers reuse, recalibrate or retrain. Writes nothing; loading an artifact into another pair stays refused.
 */
import {
  createRiver,
  toPairOutcome,
  WeirError,
  type Artifact,
  type Outcome,
  type Pair,
  type PoolArtifact,
} from '@weir/core'
import type { Command } from 'commander'
import { readArtifact } from '../record/artifact-file.ts'
import { createOutcomeHash, readOutcomes, type OutcomeHash } from '../record/outcome-file.ts'
import { measureTransfer, type TransferRow } from '../report/measure-transfer.ts'
import { renderTransfer, type Transfer } from '../report/transfer-text.ts'
import { parseSeed } from './parse-option.ts'

export interface TransferFlags {
  readonly artifact?: string
  readonly data: readonly string[]
  readonly against?: readonly string[]
  readonly small?: string
  readonly large?: string
  readonly seed: number
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('transfer')
    .description(
      'Tests whether an artifact fits another pair of models, or one quality measure another: reuse, recalibrate or retrain.',
    )
    .option('--artifact <file>', 'artifact written by weir train; may be left out with --against')
    .requiredOption(
      '--data <files...>',
      'outcome files of the new pair; with --against: of the cheap measure',
    )
    .option('--against <files...>', 'the same queries, by id, with scores under the measure that counts')
    .option('--small <model>', "the new cheaper model; with --against default: the artifact's")
    .option('--large <model>', "the new better model; with --against default: the artifact's")
    .option('--seed <n>', 'seed of the resampling', parseSeed, 1)
    .option('--json', 'print one JSON object')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .addHelpText(
      'after',
      '\nExamples:\n  weir transfer --artifact router.weir.json --data new.jsonl.gz --small llama-3.2-3b --large gpt-4o\n' +
        '  weir transfer --data cheap.jsonl --against real.jsonl --small llama-3.1-8b --large gpt-4o\n',
    )
    .action(run)
}

async function run(flags: TransferFlags): Promise<void> {
  const transfer = await transferFiles(flags)
  if (flags.json === true) console.log(JSON.stringify(transfer))
  else process.stdout.write(renderTransfer(transfer))
}

/** Everything `weir transfer --json` prints. */
async function transferFiles(flags: TransferFlags): Promise<Transfer> {
  const artifact = flags.artifact === undefined ? undefined : await readPaired(flags.artifact)
  const pair = choosePair(flags, artifact)
  const tally: Tally = { hash: createOutcomeHash(), skipped: 0, unmatched: 0 }
  const { against } = flags
  const before = against === undefined ? (artifact?.pair ?? pair) : pair
  const rows =
    against === undefined
      ? readPairs(flags, { before, tally })
      : readMeasures(flags, against, { before, tally })
  const { report, ...left } = await measureTransfer(rows, {
    ...(artifact === undefined ? {} : { river: createRiver(artifact) }),
    pair,
    seed: flags.seed,
  })
  const dataHash = tally.hash.digest()
  return {
    ...report,
    kind: against === undefined ? 'pair' : 'measure',
    artifact: flags.artifact ?? null,
    from: { ...before, files: flags.data },
    to: { ...pair, files: against ?? flags.data },
    ...left,
    rowsUnmatched: tally.unmatched,
    skipped: tally.skipped,
    dataHash,
    warnings: dataHash === artifact?.training.dataHash ? [TRAINED_ON] : [],
  }
}

/** Throws `cli.usage` for an artifact of a pool. */
async function readPaired(path: string): Promise<Artifact> {
  const artifact = await readArtifact(path)
  if (artifact.pool === undefined) return artifact
  throw notForPools(artifact.pool)
}

function notForPools({ members }: PoolArtifact): WeirError {
  return new WeirError(
    'cli.usage',
    `the artifact routes a pool of ${members.map(({ model }) => model).join(', ')}; weir transfer is for pairs. Add a model to a pool with weir probe, ` +
      'prove its levels on other rows with weir calibrate',
  )
}

const TRAINED_ON = 'These are the very rows the artifact was trained on: the numbers flatter it.'

/** The pair in question. Throws `cli.usage` for combinations that ask nothing. */
function choosePair(flags: TransferFlags, artifact: Artifact | undefined): Pair {
  const isMeasure = flags.against !== undefined
  if (artifact === undefined && !isMeasure) {
    throw new WeirError('cli.usage', 'name an --artifact to test, or rows of another measure with --against')
  }
  const pair = namePair(flags, isMeasure ? artifact?.pair : undefined)
  if (!isMeasure && pair.small === artifact?.pair.small && pair.large === artifact.pair.large) {
    throw new WeirError(
      'cli.usage',
      "these are the artifact's own models; name another pair, or measure it with weir evaluate",
    )
  }
  return pair
}

function namePair({ small, large }: TransferFlags, otherwise: Pair | undefined): Pair {
  const pair = { small: small ?? otherwise?.small, large: large ?? otherwise?.large }
  if (pair.small === undefined || pair.large === undefined) {
    throw new WeirError('cli.usage', 'name the pair in question with --small and --large')
  }
  if (pair.small === pair.large) {
    throw new WeirError('cli.usage', `--small and --large both name ${pair.small}; name two different models`)
  }
  return { small: pair.small, large: pair.large }
}

interface Tally {
  readonly hash: OutcomeHash
  skipped: number
  unmatched: number
}

interface Reading {
  /** The pair whose gap a row had before. */
  readonly before: Pair
  readonly tally: Tally
}

/** Rows of the new pair; those that also have the old one know their gap of before. */
async function* readPairs(flags: TransferFlags, { before, tally }: Reading): AsyncGenerator<TransferRow> {
  for await (const row of readRows(flags.data, flags, tally)) {
    tally.hash.update(row)
    yield { row, gapBefore: gapOf(row, before) }
  }
}

/** Rows under the measure that counts, joined by id with those under the cheap one, which also lend their text. */
async function* readMeasures(
  flags: TransferFlags,
  against: readonly string[],
  { before, tally }: Reading,
): AsyncGenerator<TransferRow> {
  const cheap = new Map<string, Outcome>()
  for await (const row of readRows(flags.data, flags, tally)) {
    refuseTwice(cheap, row, '--data')
    cheap.set(row.id, row)
  }
  const seen = new Map<string, true>()
  for await (const row of readRows(against, flags, tally)) {
    refuseTwice(seen, row, '--against')
    seen.set(row.id, true)
    tally.hash.update(row)
    const found = cheap.get(row.id)
    if (found === undefined) {
      tally.unmatched += 1
      continue
    }
    yield { row: withText(row, found), gapBefore: gapOf(found, before) }
  }
}

function refuseTwice(seen: ReadonlyMap<string, unknown>, { id }: Outcome, option: string): void {
  if (!seen.has(id)) return
  throw new WeirError(
    'data.field',
    `two rows of ${option} have the id ${id}; rows are joined by id, so give each its own`,
  )
}

function withText(row: Outcome, { prompt, messages }: Outcome): Outcome {
  if (row.prompt !== undefined || row.messages !== undefined) return row
  return {
    ...row,
    ...(prompt === undefined ? {} : { prompt }),
    ...(messages === undefined ? {} : { messages }),
  }
}

function gapOf(row: Outcome, pair: Pair): number | undefined {
  const outcome = toPairOutcome(row, pair)
  return outcome && outcome.smallQuality - outcome.largeQuality
}

async function* readRows(
  files: readonly string[],
  { skipBad }: TransferFlags,
  tally: Tally,
): AsyncGenerator<Outcome> {
  yield* readOutcomes(files, {
    skipBad: skipBad === true,
    onSkip: ({ message }) => {
      tally.skipped += 1
      process.stderr.write(`skipped ${message}\n`)
    },
  })
}
