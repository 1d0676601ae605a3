/**
 * weir train: outcome rows in, artifact out. Reads every row once, keeps only what training needs, writes the artifact in one step
 * (a temporary file, then a rename), so that an interrupted run leaves nothing half-written.
 */
import { Option, type Command } from 'commander'
import {
  namePair,
  POLICY_NAMES,
  POOL_METHODS,
  train,
  trainPool,
  WeirError,
  type Artifact,
  type CascadeArtifact,
  type FamilyArtifact,
  type LabelMethod,
  type Outcome,
  type Pair,
  type PolicyName,
  type PoolMethod,
  type TrainPoolOptions,
} from '@weir/core'
import { ENCODER_HELP, openFlagged } from '../encoder/open.ts'
import { checkWritable, writeArtifact } from '../record/artifact-file.ts'
import { readModelRows } from '../record/model-rows.ts'
import { FAMILIES, shownLevels, writeCascade, writeFamily, writeLevels } from '../report/levels-text.ts'
import {
  isPooled,
  shownPoolLevels,
  writeMembers,
  writePoolLevels,
  type PooledArtifact,
} from '../report/pool-text.ts'
import { parseCount, parseDelta, parseModels, parseSeed, today } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface TrainFlags {
  readonly data: readonly string[]
  readonly small?: string
  readonly large?: string
  readonly models?: readonly string[]
  readonly method?: string
  readonly policy: PolicyName
  readonly rows?: number
  readonly encoder?: string
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
    .option('--small <model>', 'the cheaper model, as named in the rows')
    .option('--large <model>', 'the better model, as named in the rows')
    .option('--models <names>', 'instead of a pair: a pool of two or more, separated by commas', parseModels)
    .requiredOption('--out <file>', 'where to write the artifact')
    .addOption(
      new Option(
        '--method <name>',
        'label of Hybrid LLM (trans, prob, det; default for a pair: trans), or a method for pools (default: blend)',
      ).choices([...LABELS, ...POOL_METHODS.map(({ name }) => name)]),
    )
    .addOption(
      new Option(
        '--policy <name>',
        'what to train for: the router alone, or also a policy that reads answers',
      )
        .choices(POLICY_NAMES)
        .default('route'),
    )
    .option('--encoder <place>', ENCODER_HELP)
    .option('--rows <n>', 'train on this many rows, drawn by the seed (default: all)', parseCount)
    .option('--seed <n>', 'seed; the same rows and seed give the same bytes', parseSeed, 0)
    .option('--delta <chance>', 'chance that the promise of a level is broken, in (0, 0.5]', parseDelta, 0.05)
    .option('--skip-bad', 'skip rows that cannot be read, naming each on standard error')
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      '\nExamples:\n  weir train --data outcomes.jsonl.gz --small llama-3.1-8b --large gpt-4o --out router.weir.json\n' +
        '  weir train --data outcomes.jsonl.gz --models llama-3.1-8b,gpt-4o-mini,gpt-4o --out pool.weir.json\n' +
        `\nMethods for pools:\n${POOL_METHODS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}\n`,
    )
    .action(run)
}

async function run(flags: TrainFlags): Promise<void> {
  const plan = toPlan(flags)
  await checkWritable(flags.out)
  const { rows, dataHash } = await readModelRows(flags.data, plan.models, {
    skipBad: flags.skipBad === true,
    onSkip: (error) => process.stderr.write(`skipped: ${error.message}\n`),
    keepsAnswers: flags.policy !== 'route',
    keepsCosts: plan.kind === 'pool',
    onProgress: (count) => showProgress('train', `${count} rows read`),
  })
  const flagged = await openFlagged(flags.encoder)
  const artifact = await learn(plan, rows, {
    ...flagged.option,
    seed: flags.seed,
    dataHash,
    date: today(),
    delta: flags.delta,
    ...(flags.rows === undefined ? {} : { rows: flags.rows }),
    onProgress: async ({ step, done, total }) => {
      showProgress('train', `${done}/${total} ${step}`)
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  await flagged.close()
  await writeArtifact(flags.out, artifact)
  const isJson = flags.json === true
  const text = isPooled(artifact)
    ? isJson
      ? JSON.stringify(summarisePool(artifact, flags.out))
      : poolToText(artifact, flags.out)
    : isJson
      ? JSON.stringify(summarise(artifact, flags.out))
      : toText(artifact, flags.out)
  process.stdout.write(isJson ? `${text}\n` : text)
}

const LABELS: readonly LabelMethod[] = ['trans', 'prob', 'det']

/** What is to be trained: the router of a pair by a label of Hybrid LLM, or that of a pool by a method for pools. */
type Plan =
  | {
      readonly kind: 'pair'
      readonly models: readonly string[]
      readonly pair: Pair
      readonly label: LabelMethod
      readonly policy: PolicyName
    }
  | {
      readonly kind: 'pool'
      readonly models: readonly string[]
      readonly pool: Pick<TrainPoolOptions, 'models' | 'callCosts' | 'reference'>
      readonly method: PoolMethod
    }

/** Throws `cli.usage` for options that do not go together. */
function toPlan(flags: TrainFlags): Plan {
  const { models, method: name, policy } = flags
  const pair = toPair(flags)
  const method = POOL_METHODS.find((one) => one.name === (name ?? 'blend'))
  const isLabel = LABELS.some((label) => label === name)
  if (models !== undefined && isLabel) {
    throw new WeirError(
      'cli.usage',
      `--method ${name} is for a pair, --small and --large; for a pool there are ${POOL_METHODS.map((one) => one.name).join(', ')}`,
    )
  }
  if (pair !== undefined && (name === undefined || isLabel))
    return { kind: 'pair', models: [pair.small, pair.large], pair, label: toLabel(name), policy }
  if (policy !== 'route') {
    throw new WeirError(
      'cli.usage',
      `--policy ${policy} is trained for a pair, --small and --large, with --method ${LABELS.join(', ')}; a pool is trained for route`,
    )
  }
  const pool = pair === undefined ? { models: models ?? [] } : namePair(pair)
  return { kind: 'pool', models: pool.models, pool, method: method as PoolMethod }
}

function toLabel(name: string | undefined): LabelMethod {
  return LABELS.find((label) => label === name) ?? 'trans'
}

/** Undefined when a pool is named instead. */
function toPair({ small, large, models }: TrainFlags): Pair | undefined {
  if (models !== undefined) {
    if (small === undefined && large === undefined) return undefined
    throw new WeirError('cli.usage', '--models names all models; leave out --small and --large')
  }
  if (small === undefined || large === undefined)
    throw new WeirError('cli.usage', 'name a pair with --small and --large, or a pool with --models a,b,c')
  if (small !== large) return { small, large }
  throw new WeirError('cli.usage', `--small and --large both name ${small}; name two different models`)
}

function learn(
  plan: Plan,
  rows: readonly Outcome[],
  options: Omit<TrainPoolOptions, 'models' | 'method'>,
): Promise<Artifact> {
  if (plan.kind === 'pool') return trainPool(rows, { ...options, ...plan.pool, method: plan.method })
  const { pair, label, policy } = plan
  return train(rows, { ...options, pair, method: label, policies: policy === 'route' ? [] : [policy] })
}

function summarisePool(artifact: PooledArtifact, out: string): object {
  const { method, metric, training, crossValidation, calibration, pool } = artifact
  const { members, reference, costUnit } = pool
  return {
    out,
    method,
    models: members.map(({ model }) => model),
    metric,
    training,
    pool: { members, reference, costUnit },
    crossValidation,
    calibration: { ...calibration, levels: undefined },
    levels: shownPoolLevels(artifact),
  }
}

function poolToText(artifact: PooledArtifact, out: string): string {
  const { method, training, crossValidation: cv } = artifact
  return [
    `${training.rows} rows, seed ${training.seed}, data ${training.dataHash.slice(0, 12)}, method ${method}`,
    '',
    writeMembers(artifact),
    '',
    `cross-validated over all models: log loss ${cv.logLoss.toFixed(3)}, calibration error ${cv.expectedCalibrationError.toFixed(3)}`,
    '',
    writePoolLevels(artifact),
    '',
    `written to ${out}`,
    '',
  ].join('\n')
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
