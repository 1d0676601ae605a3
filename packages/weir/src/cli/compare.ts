/**
 * `weir compare --data F [F…] --small M --large M` or `--models A,B,C`: trains several methods on the same splits of recorded rows, replays the rest through each, and says
 * which differences are real. Nothing is kept between splits but scores.
 */
import { CommanderError, InvalidArgumentError, type Command } from 'commander'
import {
  compare,
  METHODS,
  POOL_METHODS,
  WeirError,
  type CompareProgress,
  type Method,
  type Pair,
  type SplitPlan,
} from '@weir/core'
import { suggest } from '../config/suggest.ts'
import { ENCODER_HELP, openFlagged } from '../encoder/open.ts'
import { readModelRows } from '../record/model-rows.ts'
import { collectWarnings, type ComparisonResult } from '../report/compare-result.ts'
import { checkPlace, writePage } from '../report/page-file.ts'
import { parseCount, parseModels } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

export interface CompareFlags {
  readonly data: readonly string[]
  readonly small?: string
  readonly large?: string
  readonly models?: readonly string[]
  readonly methods?: readonly string[]
  readonly seeds: number
  readonly split?: number
  readonly folds?: number
  readonly encoder?: string
  readonly rows?: number
  readonly labelShares?: readonly number[]
  readonly stability?: boolean
  readonly json?: boolean
  readonly html?: string
  readonly skipBad?: boolean
}

const DEFAULT_METHODS: readonly string[] = ['trans', 'prob', 'det']
/** Share of the questions to train on: half leaves as much to test on, where differences are told apart. */
const DEFAULT_SHARE = 0.5

/** Those of a pair first, each once. */
const ALL_NAMES: readonly string[] = [...new Set([...METHODS, ...POOL_METHODS].map(({ name }) => name))]

function list(methods: readonly Pick<Method, 'name' | 'summary'>[]): string {
  return methods.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')
}

export function register(program: Command): void {
  const command = program
    .command('compare')
    .description(
      'Trains several routers on the same splits of recorded rows and says which differences are real.',
    )
    .requiredOption(
      '--data <files...>',
      'outcome files: JSON Lines, plain or gzip, a record store, or - for standard input',
    )
    .option('--small <model>', 'the cheaper model, as named in the rows')
    .option('--large <model>', 'the better model, as named in the rows')
    .option(
      '--models <names>',
      'instead: a pool of two or more models, separated by commas, compared by what their calls cost',
      parseModels,
    )
    .option(
      '--methods <names>',
      'methods, separated by commas; the others are held against the first (default: trans,prob,det; of a pool: all)',
      parseMethods,
    )
    .option('--seeds <n>', 'number of seeds, 1 to n: each splits the rows anew', parseCount, 5)
    .option(
      '--split <share>',
      'share of the questions to train on, above 0 and below 1 (default: 0.5)',
      parseShare,
    )
    .option(
      '--folds <k>',
      'test each k-th part of the questions once a seed, instead of one split',
      parseFolds,
    )
    .option(
      '--rows <n>',
      'train on this many rows of each split, drawn by the seed (default: all)',
      parseCount,
    )
    .option('--encoder <place>', ENCODER_HELP)
    .option(
      '--label-shares <shares>',
      'with --models: also train on these shares of the rows, separated by commas, for example 0.05,0.13,0.3',
      parseShares,
    )
    .option(
      '--stability',
      'with --models: also see which decisions stay when queries are written differently',
    )
    .option('--json', 'print one JSON object instead of tables')
    .option('--html <file>', 'write the report as one self-contained page')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .option('--list-methods', 'print the names of all methods, one a line, and end')
  command.addHelpText(
    'after',
    `\nMethods for a pair:\n${list(METHODS)}\n\nMethods for a pool:\n${list(POOL_METHODS)}\n`,
  )
  // As --version does: before commander misses the options that are needed otherwise.
  command.on('option:list-methods', () => {
    process.stdout.write(ALL_NAMES.map((name) => `${name}\n`).join(''))
    throw new CommanderError(0, 'weir.listMethods', '')
  })
  command.action((flags: CompareFlags) => run(flags))
}

async function run(flags: CompareFlags): Promise<void> {
  check(flags)
  if (flags.html !== undefined) await checkPlace(flags.html)
  const { small, large, models } = flags
  if (models !== undefined) {
    refuseEncoder(flags)
    const { runPool } = await import('./compare-pool.ts')
    return runPool({ ...flags, models })
  }
  if (small === undefined || large === undefined) {
    throw new WeirError('cli.usage', 'name two models with --small and --large, or a pool with --models')
  }
  const result = await compareFiles(flags, { small, large })
  if (flags.html !== undefined) {
    const { renderComparePage } = await import('../report/compare-page.ts')
    await writePage(flags.html, renderComparePage(result, new Date().toISOString()))
  }
  if (flags.json === true) {
    console.log(JSON.stringify(result))
    return
  }
  const { renderComparison } = await import('../report/compare-text.ts')
  process.stdout.write(renderComparison(result))
}

function check(flags: CompareFlags): void {
  const { small, large, models, split, folds } = flags
  if (models === undefined && (flags.labelShares !== undefined || flags.stability === true))
    throw new WeirError('cli.usage', '--label-shares and --stability need a pool: name it with --models')
  if (small !== undefined && small === large)
    throw new WeirError('cli.usage', `--small and --large both name ${small}; name two different models`)
  if (models !== undefined && (small !== undefined || large !== undefined))
    throw new WeirError('cli.usage', '--models excludes --small and --large; give one or the other')
  if (split !== undefined && folds !== undefined)
    throw new WeirError('cli.usage', '--split and --folds exclude each other; give one of them')
}

/** Never silently left out: a pool is compared on text alone. */
function refuseEncoder({ encoder }: CompareFlags): void {
  if (encoder === undefined) return
  throw new WeirError(
    'cli.usage',
    '--encoder is compared for a pair, --small and --large; leave it out for a pool',
  )
}

/** How the rows are split. */
export function planOf({ split, folds }: CompareFlags): SplitPlan {
  return folds === undefined
    ? { kind: 'share', trainingShare: split ?? DEFAULT_SHARE }
    : { kind: 'folds', folds }
}

/** Methods by name; an error names those that there are. */
export function findMethods<M extends Pick<Method, 'name'>>(
  names: readonly string[],
  known: readonly M[],
  what: string,
): readonly M[] {
  return names.map((name) => {
    const method = known.find((one) => one.name === name)
    if (method !== undefined) return method
    throw new WeirError(
      'cli.usage',
      `method "${name}" is not one for ${what}; those are ${known.map((one) => one.name).join(', ')}`,
    )
  })
}

/** Everything `weir compare --json` prints. */
async function compareFiles(flags: CompareFlags, pair: Pair): Promise<ComparisonResult> {
  const methods = findMethods(flags.methods ?? DEFAULT_METHODS, METHODS, 'a pair')
  let skipped = 0
  const { rows, dataHash } = await readModelRows(flags.data, [pair.small, pair.large], {
    skipBad: flags.skipBad === true,
    onSkip: ({ message }) => {
      skipped += 1
      process.stderr.write(`skipped ${message}\n`)
    },
    keepsAnswers: methods.some(({ readsAnswers }) => readsAnswers === true),
    onProgress: (count) => showProgress('compare', `${count} rows read`),
  })
  const plan = planOf(flags)
  const seeds = Array.from({ length: flags.seeds }, (_, i) => i + 1)
  const flagged = await openFlagged(flags.encoder)
  const comparison = await compare(rows, {
    ...flagged.option,
    pair,
    methods,
    seeds,
    plan,
    dataHash,
    ...(flags.rows === undefined ? {} : { trainingRows: flags.rows }),
    onProgress: async (progress) => {
      showProgress('compare', describe(progress))
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  await flagged.close()
  const warnings = collectWarnings(comparison)
  return { ...comparison, plan, seeds, dataHash, files: flags.data, rowsRead: rows.length, skipped, warnings }
}

export function describe({ split, splits, method, step }: CompareProgress): string {
  return split === splits ? step : `split ${split + 1} of ${splits}, ${method}: ${step}`
}

/** Names separated by commas, each known and named once. */
function parseMethods(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" is named twice.`)
  const unknown = names.find((name) => !ALL_NAMES.includes(name))
  if (unknown === undefined) return names
  const near = suggest(unknown, ALL_NAMES)
  const hint = near === undefined ? `there are ${ALL_NAMES.join(', ')}` : `did you mean "${near}"?`
  throw new InvalidArgumentError(`there is no method "${unknown}"; ${hint}`)
}

/** Above 0 and below 1. */
function parseShare(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value < 1) return value
  throw new InvalidArgumentError('must be a number above 0 and below 1.')
}

/** Shares separated by commas, ascending and each once. */
function parseShares(text: string): readonly number[] {
  const shares = text.split(',').map((one) => parseShare(one))
  return [...new Set(shares)].sort((a, b) => a - b)
}

/** A whole number of at least 2. */
function parseFolds(text: string): number {
  const folds = parseCount(text)
  if (folds >= 2) return folds
  throw new InvalidArgumentError('must be at least 2.')
}
