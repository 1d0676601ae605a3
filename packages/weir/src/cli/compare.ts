/**
 * `weir compare --data F [F…] --small M --large M`: trains several methods on the same splits of recorded rows, replays the rest through each, and says
 * which differences are real. Nothing is kept between splits but scores.
 */
import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander'
import { compare, METHODS, WeirError, type CompareProgress, type Method, type SplitPlan } from '@weir/core'
import { suggest } from '../config/suggest.ts'
import { readModelRows } from '../record/model-rows.ts'
import { collectWarnings, type ComparisonResult } from '../report/compare-result.ts'
import { checkPlace, writePage } from '../report/page-file.ts'
import { parseCount } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface CompareFlags {
  readonly data: readonly string[]
  readonly small: string
  readonly large: string
  readonly methods: readonly Method[]
  readonly seeds: number
  readonly split?: number
  readonly folds?: number
  readonly rows?: number
  readonly json?: boolean
  readonly html?: string
  readonly skipBad?: boolean
}

const DEFAULT_METHODS = 'trans,prob,det'
/** Share of the questions to train on: half leaves as much to test on, where differences are told apart. */
const DEFAULT_SHARE = 0.5

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
    .requiredOption('--small <model>', 'the cheaper model, as named in the rows')
    .requiredOption('--large <model>', 'the better model, as named in the rows')
    .addOption(
      new Option('--methods <names>', 'methods, separated by commas; the others are held against the first')
        .argParser(parseMethods)
        .default(parseMethods(DEFAULT_METHODS), DEFAULT_METHODS),
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
    .option('--json', 'print one JSON object instead of tables')
    .option('--html <file>', 'write the report as one self-contained page')
    .option('--skip-bad', 'leave bad rows out, list each on standard error, and count them')
    .option('--list-methods', 'print the names of all methods, one a line, and end')
  command.addHelpText(
    'after',
    `\nMethods:\n${METHODS.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join('\n')}\n`,
  )
  // As --version does: before commander misses the options that are needed otherwise.
  command.on('option:list-methods', () => {
    process.stdout.write(METHODS.map(({ name }) => `${name}\n`).join(''))
    throw new CommanderError(0, 'weir.listMethods', '')
  })
  command.action((flags: CompareFlags) => run(flags))
}

async function run(flags: CompareFlags): Promise<void> {
  check(flags)
  if (flags.html !== undefined) await checkPlace(flags.html)
  const result = await compareFiles(flags)
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

function check({ small, large, split, folds }: CompareFlags): void {
  if (small === large)
    throw new WeirError('cli.usage', `--small and --large both name ${small}; name two different models`)
  if (split !== undefined && folds !== undefined)
    throw new WeirError('cli.usage', '--split and --folds exclude each other; give one of them')
}

/** Everything `weir compare --json` prints. */
async function compareFiles(flags: CompareFlags): Promise<ComparisonResult> {
  const pair = { small: flags.small, large: flags.large }
  let skipped = 0
  const { rows, dataHash } = await readModelRows(flags.data, [pair.small, pair.large], {
    skipBad: flags.skipBad === true,
    onSkip: ({ message }) => {
      skipped += 1
      process.stderr.write(`skipped ${message}\n`)
    },
    keepsAnswers: flags.methods.some(({ readsAnswers }) => readsAnswers === true),
    onProgress: (count) => showProgress('compare', `${count} rows read`),
  })
  const plan: SplitPlan =
    flags.folds === undefined
      ? { kind: 'share', trainingShare: flags.split ?? DEFAULT_SHARE }
      : { kind: 'folds', folds: flags.folds }
  const seeds = Array.from({ length: flags.seeds }, (_, i) => i + 1)
  const comparison = await compare(rows, {
    pair,
    methods: flags.methods,
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
  const warnings = collectWarnings(comparison)
  return { ...comparison, plan, seeds, dataHash, files: flags.data, rowsRead: rows.length, skipped, warnings }
}

function describe({ split, splits, method, step }: CompareProgress): string {
  return split === splits ? step : `split ${split + 1} of ${splits}, ${method}: ${step}`
}

/** Names separated by commas, each known and named once. */
function parseMethods(text: string): readonly Method[] {
  const names = text.split(',').map((name) => name.trim())
  const known = METHODS.map(({ name }) => name)
  return names.map((name, at) => {
    const method = METHODS.find((one) => one.name === name)
    if (method === undefined) {
      const near = suggest(name, known)
      const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean "${near}"?`
      throw new InvalidArgumentError(`there is no method "${name}"; ${hint}`)
    }
    if (names.indexOf(name) !== at) throw new InvalidArgumentError(`"${name}" is named twice.`)
    return method
  })
}

/** Above 0 and below 1. */
function parseShare(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value < 1) return value
  throw new InvalidArgumentError('must be a number above 0 and below 1.')
}

/** A whole number of at least 2. */
function parseFolds(text: string): number {
  const folds = parseCount(text)
  if (folds >= 2) return folds
  throw new InvalidArgumentError('must be at least 2.')
}
