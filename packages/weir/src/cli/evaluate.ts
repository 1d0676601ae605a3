/**
 * `weir evaluate --artifact A --data F [F…]`: replays recorded rows through the artifact's router and measures what it would have kept and saved.
 */
import {
  createRiver,
  fitTaskTable,
  toPairOutcome,
  type Mode,
  type Outcome,
  type Pair,
  type TaskTable,
  WeirError,
} from '@weir/core'
import { Option, type Command } from 'commander'
import { embedAhead, ENCODER_HELP, openFlagged } from '../encoder/open.ts'
import { createOutcomeHash, readOutcomes, type OutcomeHash } from '../record/outcome-file.ts'
import type { Evaluation } from '../report/evaluation.ts'
import { counted } from '../report/format.ts'
import { isPooled, type PooledArtifact } from '../report/pool-text.ts'
import type { PoolEvaluation } from '../report/pool-evaluation-text.ts'
import { checkPlace, writePage } from '../report/page-file.ts'
import { parseModeOption, parseSeed } from './parse-option.ts'

interface EvaluateOptions {
  readonly artifact: string
  readonly data: readonly string[]
  readonly training?: readonly string[]
  readonly seed: number
  readonly mode: Mode
  readonly policy: 'route' | 'cascade'
  readonly encoder?: string
  readonly json?: boolean
  readonly html?: string
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('evaluate')
    .description(
      'Measures an artifact on recorded rows: quality kept, calls saved, intervals, beside simple baselines.',
    )
    .requiredOption('--artifact <file>', 'artifact written by weir train')
    .requiredOption('--data <files...>', 'outcome files that were not trained on; - for standard input')
    .option(
      '--training <files...>',
      'rows that the task-type table baseline is fitted on; default: cross-fitted on --data',
    )
    .option('--mode <mode>', 'how levels are meant: promise or estimate', parseModeOption, 'promise')
    .addOption(
      new Option('--policy <name>', 'what is measured: the router, or the cascade that reads answers')
        .choices(['route', 'cascade'])
        .default('route'),
    )
    .option('--encoder <place>', ENCODER_HELP)
    .option('--seed <n>', 'seed of the resampling', parseSeed, 1)
    .option('--json', 'print one JSON object (docs/metrics.md)')
    .option('--html <file>', 'write the report as one self-contained page')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .action((options: EvaluateOptions) => run(options))
}

async function run(options: EvaluateOptions): Promise<void> {
  if (options.html !== undefined) await checkPlace(options.html)
  const { readArtifact } = await import('../record/artifact-file.ts')
  const artifact = await readArtifact(options.artifact)
  if (isPooled(artifact)) {
    const evaluation = await evaluatePool(artifact, options)
    const { renderPoolEvaluation } = await import('../report/pool-evaluation-text.ts')
    process.stdout.write(
      options.json === true ? `${JSON.stringify(evaluation)}\n` : renderPoolEvaluation(evaluation),
    )
    return
  }
  const evaluation = await evaluateFiles(options)
  if (options.html !== undefined) {
    const { renderPage } = await import('../report/page.ts')
    await writePage(options.html, renderPage(evaluation, new Date().toISOString()))
  }
  if (options.json === true) console.log(JSON.stringify(evaluation))
  else {
    const { renderEvaluation } = await import('../report/evaluation-text.ts')
    process.stdout.write(renderEvaluation(evaluation))
  }
}

/** Everything `weir evaluate --json` prints of a pool. Throws `cli.usage` for options that speak of a pair. */
async function evaluatePool(artifact: PooledArtifact, options: EvaluateOptions): Promise<PoolEvaluation> {
  const { policy, training, html, mode, seed } = options
  if (policy !== 'route' || training !== undefined || html !== undefined) {
    throw new WeirError(
      'cli.usage',
      `${options.artifact} routes a pool: leave out --policy, --training and --html; weir compare --models draws pages`,
    )
  }
  const { measurePool } = await import('../report/measure-pool.ts')
  const { describeArtifact, warnOfRows } = await import('../report/evaluation.ts')
  const flagged = await openFlagged(options.encoder, artifact)
  const skips = { count: 0 }
  const hash = createOutcomeHash()
  const rows = embedAhead(readData(options, { skips, hash }), flagged)
  const river = createRiver(artifact, { mode, ...flagged.option })
  const { report, rowsLeftOut } = await measurePool(river, rows, { pool: artifact.pool, seed })
  await flagged.close()
  const dataHash = hash.digest()
  return {
    ...report,
    mode,
    costUnit: artifact.pool.costUnit,
    rowsLeftOut,
    skipped: skips.count,
    dataHash,
    files: options.data,
    artifact: describeArtifact(options.artifact, artifact),
    warnings: warnOfRows(report.rows, { dataHash, artifact }),
  }
}

/** Everything `weir evaluate --json` prints of a pair. */
export async function evaluateFiles(options: EvaluateOptions): Promise<Evaluation> {
  const { readArtifact } = await import('../record/artifact-file.ts')
  const { measureRiver } = await import('../report/measure.ts')
  const { collectWarnings, describeArtifact } = await import('../report/evaluation.ts')
  const artifact = await readArtifact(options.artifact)
  const { policy } = options
  if (policy === 'cascade' && artifact.services?.cascade === undefined) {
    throw new WeirError(
      'cli.usage',
      `${options.artifact} holds no cascade; train one with weir train --policy cascade`,
    )
  }
  const flagged = await openFlagged(options.encoder, artifact)
  const river = createRiver(artifact, { mode: options.mode, ...flagged.option })
  const skips = { count: 0 }
  const taskTable = options.training && (await fitTable(options.training, artifact.pair))
  const hash = createOutcomeHash()
  const { report, rowsWithoutPair, rowsWithoutText } = await measureRiver(
    river,
    embedAhead(readData(options, { skips, hash }), flagged),
    {
      seed: options.seed,
      policy,
      relaxation: artifact.relaxation?.t ?? 0,
      ...(taskTable === undefined ? {} : { taskTable }),
    },
  )
  await flagged.close()
  const dataHash = hash.digest()
  return {
    ...report,
    dataHash,
    files: options.data,
    rowsWithoutPair,
    rowsWithoutText,
    skipped: skips.count,
    policy,
    artifact: describeArtifact(options.artifact, artifact),
    warnings: collectWarnings(report, { dataHash, artifact }),
  }
}

/** Every row is hashed, also one that cannot be measured: as in training, so that equal hashes mean equal files. */
async function* readData(
  { data, skipBad }: EvaluateOptions,
  { skips, hash }: { readonly skips: { count: number }; readonly hash: OutcomeHash },
): AsyncGenerator<Outcome> {
  const rows = readOutcomes(data, {
    skipBad: skipBad === true,
    onSkip: ({ message }) => {
      skips.count += 1
      process.stderr.write(`skipped ${message}\n`)
    },
  })
  for await (const row of rows) {
    hash.update(row)
    yield row
  }
  if (skips.count > 0) process.stderr.write(`skipped ${counted(skips.count, 'bad row')}\n`)
}

async function fitTable(files: readonly string[], pair: Pair): Promise<TaskTable> {
  const categories: (string | undefined)[] = []
  const gaps: number[] = []
  for await (const row of readOutcomes(files)) {
    const outcome = toPairOutcome(row, pair)
    if (outcome === undefined) continue
    categories.push(row.category)
    gaps.push(outcome.smallQuality - outcome.largeQuality)
  }
  return fitTaskTable({ categories, gaps })
}
