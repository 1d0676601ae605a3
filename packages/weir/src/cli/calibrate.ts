/**
 * weir calibrate: an artifact and fresh rows in, the same router with the quality levels of those rows out. No training.
 */
import type { Command } from 'commander'
import { calibrate, WeirError, type Artifact, type Pair } from '@weir/core'
import { embedAll, ENCODER_HELP, openFlagged } from '../encoder/open.ts'
import { checkWritable, readArtifact, writeArtifact } from '../record/artifact-file.ts'
import { readModelRows } from '../record/model-rows.ts'
import { FAMILIES, shownLevels, writeCascade, writeLevels } from '../report/levels-text.ts'
import { isPooled, shownPoolLevels, writeMembers, writePoolLevels } from '../report/pool-text.ts'
import { parseDelta, parseSeed, today } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface CalibrateFlags {
  readonly artifact: string
  readonly data: readonly string[]
  readonly small?: string
  readonly large?: string
  readonly encoder?: string
  readonly delta: number
  readonly seed: number
  readonly out: string
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('calibrate')
    .description(
      'Prove the quality levels of an artifact on fresh rows, without training; writes a new artifact.',
    )
    .requiredOption('--artifact <file>', 'artifact made by weir train')
    .requiredOption(
      '--data <files...>',
      'rows that training has not seen: JSON Lines, plain or gzip, a record store, or -',
    )
    .requiredOption('--out <file>', 'where to write the new artifact')
    .option('--small <model>', "bind the router to another pair: its cheaper model (default: the artifact's)")
    .option('--large <model>', "its better model (default: the artifact's)")
    .option('--encoder <place>', ENCODER_HELP)
    .option('--delta <chance>', 'chance that the promise of a level is broken, in (0, 0.5]', parseDelta, 0.05)
    .option('--seed <n>', 'order in which the rows are bet on', parseSeed, 0)
    .option('--skip-bad', 'skip rows that cannot be read, naming each on standard error')
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      '\nExample:\n  weir calibrate --artifact router.weir.json --data fresh.jsonl.gz --out proven.weir.json\n',
    )
    .action(run)
}

async function run(flags: CalibrateFlags): Promise<void> {
  await checkWritable(flags.out)
  const artifact = await readArtifact(flags.artifact)
  const pair = toPair(flags, artifact)
  const models = artifact.pool?.members.map(({ model }) => model) ?? [pair.small, pair.large]
  const { rows, dataHash } = await readModelRows(flags.data, models, {
    skipBad: flags.skipBad === true,
    onSkip: (error) => process.stderr.write(`skipped: ${error.message}\n`),
    keepsAnswers: artifact.services?.cascade !== undefined,
    keepsCosts: artifact.pool !== undefined,
    onProgress: (count) => showProgress('calibrate', `${count} rows read`),
  })
  checkMetric(artifact, rows)
  const flagged = await openFlagged(flags.encoder, artifact)
  await embedAll(rows, flagged)
  const calibrated = await calibrate(artifact, rows, {
    ...flagged.option,
    pair,
    dataHash,
    date: today(),
    seed: flags.seed,
    delta: flags.delta,
    onProgress: async (count) => {
      showProgress('calibrate', `${count} of ${rows.length} rows scored`)
      // Lets Ctrl-C through.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  await flagged.close()
  await writeArtifact(flags.out, calibrated)
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(summarise(calibrated, flags.out))}\n`
      : toText(calibrated, flags.out),
  )
}

function toPair({ small, large }: CalibrateFlags, { pair }: Artifact): Pair {
  const wanted = { small: small ?? pair.small, large: large ?? pair.large }
  if (wanted.small !== wanted.large) return wanted
  throw new WeirError('cli.usage', `--small and --large both name ${wanted.small}; name two different models`)
}

/** A level speaks of one measure: rows scored by another would calibrate something else under the same name. */
function checkMetric({ metric }: Artifact, rows: readonly { readonly metric?: string }[]): void {
  const other = rows.find((row) => (row.metric ?? 'score') !== metric)
  if (other === undefined || metric === 'mixed') return
  throw new WeirError(
    'artifact.metric',
    `the artifact was trained for the measure "${metric}", a row is scored by "${other.metric ?? 'score'}"; give rows of the same measure`,
  )
}

function summarise(artifact: Artifact, out: string): object {
  const { pair, metric, calibration, services } = artifact
  if (isPooled(artifact)) {
    const { members, reference, costUnit } = artifact.pool
    return {
      out,
      models: members.map(({ model }) => model),
      metric,
      pool: { members, reference, costUnit },
      calibration: { ...calibration, levels: undefined },
      levels: shownPoolLevels(artifact),
    }
  }
  const cascade = services?.cascade?.calibration
  return {
    out,
    pair,
    metric,
    calibration: { ...calibration, levels: undefined },
    levels: shownLevels(calibration),
    ...(cascade === undefined
      ? {}
      : { cascade: { calibration: { ...cascade, levels: undefined }, levels: shownLevels(cascade) } }),
  }
}

function toText(artifact: Artifact, out: string): string {
  if (isPooled(artifact))
    return [writeMembers(artifact), '', writePoolLevels(artifact), '', `written to ${out}`, ''].join('\n')
  const { pair, calibration } = artifact
  const { cascade } = artifact.services ?? {}
  return [
    `small ${pair.small}: mean quality ${calibration.meanQuality.small.toFixed(3)}`,
    `large ${pair.large}: mean quality ${calibration.meanQuality.large.toFixed(3)}`,
    writeLevels(artifact),
    '',
    ...(cascade === undefined ? [] : [writeCascade(cascade, pair), '']),
    ...FAMILIES.flatMap((name) =>
      artifact.services?.[name] === undefined ? [] : [`${name}: its levels stay those of training`, ''],
    ),
    `written to ${out}`,
    '',
  ].join('\n')
}
