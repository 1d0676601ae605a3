/**
 * weir train: outcome rows in, artifact out. Reads every row once, keeps only what training needs, writes the artifact in one step
 * (a temporary file, then a rename), so that an interrupted run leaves nothing half-written.
 */
import { Option, type Command } from 'commander'
import {
  POLICY_NAMES,
  train,
  WeirError,
  type Artifact,
  type CascadeArtifact,
  type FamilyArtifact,
  type LabelMethod,
  type Pair,
  type PolicyName,
} from '@weir/core'
import { checkWritable, writeArtifact } from '../record/artifact-file.ts'
import { readPairRows } from '../record/pair-rows.ts'
import { FAMILIES, shownLevels, writeCascade, writeFamily, writeLevels } from '../report/levels-text.ts'
import { parseCount, parseDelta, parseSeed, today } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface TrainFlags {
  readonly data: readonly string[]
  readonly small: string
  readonly large: string
  readonly method: LabelMethod
  readonly policy: PolicyName
  readonly rows?: number
  readonly seed: number
  readonly delta: number
  readonly out: string
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('train')
    .description('Learn from outcome rows when the small model is good enough; writes an artifact.')
    .requiredOption(
      '--data <files...>',
      'outcome files: JSON Lines, plain or gzip, a record store, or - for standard input',
    )
    .requiredOption('--small <model>', 'the cheaper model, as named in the rows')
    .requiredOption('--large <model>', 'the better model, as named in the rows')
    .requiredOption('--out <file>', 'where to write the artifact')
    .addOption(
      new Option('--method <label>', 'label of Hybrid LLM')
        .choices(['trans', 'prob', 'det'])
        .default('trans'),
    )
    .addOption(
      new Option(
        '--policy <name>',
        'what to train for: the router alone, or also a policy that reads answers',
      )
        .choices(POLICY_NAMES)
        .default('route'),
    )
    .option('--rows <n>', 'train on this many rows, drawn by the seed (default: all)', parseCount)
    .option('--seed <n>', 'seed; the same rows and seed give the same bytes', parseSeed, 0)
    .option('--delta <chance>', 'chance that the promise of a level is broken, in (0, 0.5]', parseDelta, 0.05)
    .option('--skip-bad', 'skip rows that cannot be read, naming each on standard error')
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      '\nExample:\n  weir train --data outcomes.jsonl.gz --small llama-3.1-8b --large gpt-4o --out router.weir.json\n',
    )
    .action(run)
}

async function run(flags: TrainFlags): Promise<void> {
  const pair: Pair = { small: flags.small, large: flags.large }
  if (pair.small === pair.large) {
    throw new WeirError('cli.usage', `--small and --large both name ${pair.small}; name two different models`)
  }
  await checkWritable(flags.out)
  const { rows, dataHash } = await readPairRows(flags.data, pair, {
    skipBad: flags.skipBad === true,
    onSkip: (error) => process.stderr.write(`skipped: ${error.message}\n`),
    keepsAnswers: flags.policy !== 'route',
    onProgress: (count) => showProgress('train', `${count} rows read`),
  })
  const artifact = await train(rows, {
    pair,
    method: flags.method,
    seed: flags.seed,
    dataHash,
    date: today(),
    delta: flags.delta,
    policies: flags.policy === 'route' ? [] : [flags.policy],
    ...(flags.rows === undefined ? {} : { rows: flags.rows }),
    onProgress: async ({ step, done, total }) => {
      showProgress('train', `${done}/${total} ${step}`)
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  await writeArtifact(flags.out, artifact)
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(summarise(artifact, flags.out))}\n` : toText(artifact, flags.out),
  )
}

function summarise(artifact: Artifact, out: string): object {
  const { method, pair, metric, training, crossValidation } = artifact
  const t = artifact.relaxation?.t ?? null
  const { cascade } = artifact.services ?? {}
  return {
    out,
    method,
    pair,
    metric,
    training,
    relaxation: t,
    crossValidation,
    calibration: { ...artifact.calibration, levels: undefined },
    levels: shownLevels(artifact.calibration),
    ...(cascade === undefined ? {} : { cascade: summariseCascade(cascade) }),
    ...Object.fromEntries(
      FAMILIES.flatMap((name) => {
        const family = artifact.services?.[name]
        return family === undefined ? [] : [[name, summariseFamily(family)]]
      }),
    ),
  }
}

function summariseCascade({ rows, signals, costs, crossValidation, calibration }: CascadeArtifact): object {
  return {
    rows,
    signals,
    costs,
    crossValidation,
    calibration: { ...calibration, levels: undefined },
    levels: shownLevels(calibration),
  }
}

function summariseFamily({ rows, delta, levels }: FamilyArtifact): object {
  return { rows, delta, levels: shownLevels({ levels }) }
}

function toText(artifact: Artifact, out: string): string {
  const { pair, training, crossValidation: cv, method, relaxation } = artifact
  const { cascade } = artifact.services ?? {}
  const lines = [
    `${training.rows} rows, seed ${training.seed}, data ${training.dataHash.slice(0, 12)}, label ${method}` +
      (relaxation === null ? '' : ` (t* = ${relaxation.t.toFixed(3)})`),
    `small ${pair.small}: mean quality ${training.meanQuality.small.toFixed(3)}`,
    `large ${pair.large}: mean quality ${training.meanQuality.large.toFixed(3)}`,
    `cross-validated: APGR ${show(cv.apgr)} (random 0.5, task-type table ${show(cv.taskTableApgr)}), AUROC ${show(cv.auroc)}, ` +
      `calibration error ${cv.expectedCalibrationError.toFixed(3)}`,
    '',
    writeLevels(artifact),
    '',
    ...(cascade === undefined ? [] : [writeCascade(cascade, pair), '']),
    ...FAMILIES.flatMap((name) => {
      const family = artifact.services?.[name]
      return family === undefined ? [] : [writeFamily(name, family, pair), '']
    }),
    `written to ${out}`,
  ]
  return `${lines.join('\n')}\n`
}

function show(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(3)
}
