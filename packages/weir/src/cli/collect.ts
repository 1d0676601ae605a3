/**
 * `weir collect`: asks the configured models a file of questions, grades the answers and writes outcome rows: what `weir train` needs and
 * nobody has on the first day. Rows are appended as they come, so a run that was stopped goes on where it was.
 */
import { appendFileSync } from 'node:fs'
import { readFile, truncate } from 'node:fs/promises'
import type { Command } from 'commander'
import { serializeOutcome, WeirError, type Outcome } from '@weir/core'
import type { CollectOptions } from '../record/collect.ts'
import type { Comparison, Grader } from '../record/grade.ts'
import type { Question } from '../record/questions.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import { parseCount, parseUsd } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface CollectFlags {
  readonly config: string
  readonly questions: string
  readonly out: string
  readonly models?: readonly string[]
  readonly grade?: Comparison
  readonly judge?: string
  readonly samples: number
  readonly concurrency: number
  readonly maxOutputTokens?: number
  readonly maxUsd?: number
  readonly dataset?: string
  readonly json?: boolean
}

const COMPARISONS: readonly string[] = ['exact', 'number', 'choice']
/** Questions in a row that may fail before the run ends: then it is not the questions. */
const MOST_FAILURES = 10

export function register(program: Command): void {
  program
    .command('collect')
    .description(
      'Asks your models your questions, grades the answers and writes the rows to train on. Resumable.',
    )
    .requiredOption('--config <file>', 'weir.yaml with the models; it needs no artifact for this')
    .requiredOption(
      '--questions <file>',
      'JSON Lines: prompt or messages, and where known reference and category',
    )
    .requiredOption(
      '--out <file>',
      'outcomes file (.jsonl); when it is there, its questions are not asked again',
    )
    .option('--models <names>', 'comma-separated (default: all of the configuration)', (text) =>
      text.split(','),
    )
    .option('--grade <how>', 'compare final answers with reference: exact, number or choice', parseComparison)
    .option('--judge <model>', 'have this configured model grade the answers from 0 to 10')
    .option('--samples <n>', 'answers of each model to each question', parseCount, 1)
    .option('--concurrency <n>', 'questions asked at the same time', parseCount, 4)
    .option('--max-output-tokens <n>', 'limit of an answer (default: that of the upstream)', parseCount)
    .option('--max-usd <usd>', 'stop when so much was spent in this run, where prices are known', parseUsd)
    .option('--dataset <name>', 'name for the rows')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText(
      'after',
      '\nExample:\n  weir collect --config weir.yaml --questions questions.jsonl --judge gpt-4o --out outcomes.jsonl --max-usd 5\n',
    )
    .action(run)
}

function parseComparison(text: string): Comparison {
  if (COMPARISONS.includes(text)) return text as Comparison
  throw new WeirError('cli.usage', `--grade must be ${COMPARISONS.join(', ')}, got "${text.slice(0, 40)}"`)
}

async function run(flags: CollectFlags): Promise<void> {
  checkFlags(flags)
  const { loadModels } = await import('../config/load.ts')
  const all = await loadModels(flags.config, process.env)
  const models = selectModels(all, flags)
  const { readQuestions } = await import('../record/questions.ts')
  const questions = await readQuestions(flags.questions)
  const known = await readKnown(flags.out, models)
  const grader = await createGrader(flags, { questions, models: all })
  const stop = new AbortController()
  const onSignal = (): void => (stop.signal.aborted ? process.exit(130) : stop.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    report(await collect(flags, { models, questions, known, grader, stop }), flags)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    endProgress()
    await grader.close()
  }
}

function checkFlags({ out, grade, judge }: CollectFlags): void {
  if (!out.endsWith('.jsonl')) {
    throw new WeirError(
      'cli.usage',
      `--out must end in .jsonl: rows are appended to it as they come; got ${out}`,
    )
  }
  if (grade !== undefined && judge !== undefined) {
    throw new WeirError('cli.usage', '--grade and --judge are two ways to grade; give one of them')
  }
}

function selectModels(
  all: readonly UpstreamModel[],
  { models: names, judge }: CollectFlags,
): readonly UpstreamModel[] {
  const has = (name: string): boolean => all.some(({ model }) => model === name)
  const unknown = [...(names ?? []), ...(judge === undefined ? [] : [judge])].find((name) => !has(name))
  if (unknown !== undefined) {
    const known = all.map(({ model }) => model).join(', ')
    throw new WeirError(
      'cli.usage',
      `the configuration has no model "${unknown.slice(0, 80)}"; it has ${known}`,
    )
  }
  return names === undefined ? all : all.filter(({ model }) => names.includes(model))
}

/** Rows of an earlier run. A last line that was cut off is dropped: its question is asked again. */
async function readKnown(out: string, models: readonly UpstreamModel[]): Promise<readonly Outcome[]> {
  const bytes = await readFile(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new WeirError('data.unreadable', `cannot read ${out} (${error.code ?? 'unknown'})`, {
      cause: error,
    })
  })
  if (bytes === undefined || bytes.length === 0) return []
  const whole = bytes.lastIndexOf(0x0a) + 1
  if (whole < bytes.length) await truncate(out, whole)
  if (whole === 0) return []
  const { readOutcomes } = await import('../record/outcome-file.ts')
  const rows: Outcome[] = []
  for await (const row of readOutcomes([out])) rows.push(row)
  const other = rows.find((row) => models.some(({ model }) => row.models[model] === undefined))
  if (other === undefined) return rows
  throw new WeirError(
    'cli.usage',
    `${out} has a row (${other.id.slice(0, 80)}) without all of these models; name a new file for another set of models`,
  )
}

interface Grading {
  readonly questions: readonly Question[]
  readonly models: readonly UpstreamModel[]
}

async function createGrader({ grade, judge }: CollectFlags, { questions, models }: Grading): Promise<Grader> {
  const { createJudgeGrader, createReferenceGrader, NO_GRADER } = await import('../record/grade.ts')
  if (grade !== undefined) return createReferenceGrader(grade, questions)
  const definition = models.find(({ model }) => model === judge)
  return definition === undefined ? NO_GRADER : createJudgeGrader(definition)
}

interface Run {
  readonly models: readonly UpstreamModel[]
  readonly questions: readonly Question[]
  readonly known: readonly Outcome[]
  readonly grader: Grader
  readonly stop: AbortController
}

interface Collected {
  readonly rows: readonly Outcome[]
  readonly known: number
  readonly failed: number
  readonly costUsd: number
  /** True when the money was spent before the questions were. */
  readonly isCapped: boolean
}

async function collect(flags: CollectFlags, { grader, stop, ...run }: Run): Promise<Collected> {
  const { collectOutcomes } = await import('../record/collect.ts')
  const rows = [...run.known]
  let failed = 0
  let failedInRow = 0
  let spentUsd = 0
  let isCapped = false
  const tell = (): void =>
    showProgress(
      'collect',
      `${rows.length} of ${run.questions.length} questions, ${failed} failed, ${usd(spentUsd + grader.costUsd)}`,
    )
  const options: CollectOptions<Question> = {
    ...run,
    ...(grader.metric === '' ? {} : { metric: grader.metric }),
    ...(flags.dataset === undefined ? {} : { dataset: flags.dataset }),
    ...(flags.maxOutputTokens === undefined ? {} : { maxOutputTokens: flags.maxOutputTokens }),
    samples: flags.samples,
    concurrency: flags.concurrency,
    signal: stop.signal,
    grade: (question, text) => grader.grade(question, text),
    onRow(row) {
      appendFileSync(flags.out, `${serializeOutcome(row)}\n`)
      rows.push(row)
      failedInRow = 0
      for (const one of Object.values(row.models)) spentUsd += (one.costUsd ?? 0) * (one.samples?.length ?? 1)
      isCapped = spentUsd + grader.costUsd >= (flags.maxUsd ?? Infinity)
      if (isCapped) stop.abort()
      tell()
    },
    onFailure({ id }, error) {
      failed += 1
      failedInRow += 1
      process.stderr.write(`no row for ${id.slice(0, 80)}: ${error.message} [${error.code}]\n`)
      if (failedInRow >= MOST_FAILURES) throw error
    },
  }
  try {
    await collectOutcomes(options)
  } catch (error) {
    if (!isCapped) throw error
  }
  return { rows, known: run.known.length, failed, costUsd: spentUsd + grader.costUsd, isCapped }
}

function usd(amount: number): string {
  return `${amount.toFixed(amount < 1 ? 4 : 2)} USD`
}

function report({ rows, known, failed, costUsd, isCapped }: Collected, flags: CollectFlags): void {
  endProgress()
  const means = meansOf(rows)
  if (flags.json === true) {
    const summary = {
      out: flags.out,
      rows: rows.length,
      asked: rows.length - known,
      failed,
      costUsd,
      isCapped,
      meanQuality: means,
    }
    process.stdout.write(`${JSON.stringify(summary)}\n`)
    return
  }
  const judged = Object.entries(means).map(
    ([model, mean]) => `  ${model}: ${mean === null ? 'not judged' : mean.toFixed(3)}`,
  )
  const lines = [
    `${rows.length} rows in ${flags.out}, ${rows.length - known} of them new, ${failed} failed, ${usd(costUsd)} where prices are known`,
    ...(isCapped ? ['stopped: --max-usd is spent; the same command with more goes on'] : []),
    'mean quality:',
    ...judged,
    `next: weir headroom --data ${flags.out} --small A --large B, then weir train`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Null where no answer was judged. */
function meansOf(rows: readonly Outcome[]): Readonly<Record<string, number | null>> {
  const names = Object.keys(rows[0]?.models ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const scores = rows.flatMap(({ models }) => models[name]?.score ?? [])
      return [
        name,
        scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
      ]
    }),
  )
}
