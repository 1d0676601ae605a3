/**
 * weir assign: one model for each query of a batch, so that the batch is as good as it can be for a sum of money. Decides only; no model is called.
 */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  assignBatch,
  createRiver,
  leastCost,
  listPareto,
  queryFromOutcome,
  WeirError,
  type Artifact,
  type Assignment,
  type BatchEstimates,
  type River,
} from '@weir/core'
import { readArtifact } from '../record/artifact-file.ts'
import { readQuestions, type Question } from '../record/questions.ts'
import { unwritable } from '../record/outcome-file.ts'
import { renderAssignment, type BatchReport } from '../report/assign-text.ts'
import { dollars } from '../report/format.ts'
import { checkPlace } from '../report/page-file.ts'
import { parseCaution, parseCount, parseUsd } from './parse-option.ts'

interface AssignFlags {
  readonly artifact: string
  readonly queries: string
  readonly budget: number
  readonly caution: number
  readonly pareto: number
  readonly out?: string
  readonly json?: boolean
}

export function register(program: Command): void {
  program
    .command('assign')
    .description('Chooses a model for each query of a batch within a budget for all of it. Calls no model.')
    .requiredOption('--artifact <file>', 'artifact of a pool, made by weir train --models')
    .requiredOption('--queries <file>', 'JSON Lines, plain or gzip: "prompt" or "messages", and "id"')
    .requiredOption('--budget <usd>', 'for the whole batch, by predicted costs', parseUsd)
    .option('--caution <deviations>', "taken off each model's quality before choosing", parseCaution, 0)
    .option('--pareto <points>', 'other budgets to list, from the cheapest to the best', parseCount, 10)
    .option('--out <file>', 'write one JSON object a query: id, model, quality, costUsd')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  weir assign --artifact pool.weir.json --queries tonight.jsonl --budget 2.50 --out plan.jsonl\n',
    )
    .action(run)
}

async function run({ artifact, queries, budget, caution, pareto, out, json }: AssignFlags): Promise<void> {
  if (out !== undefined) await checkPlace(out)
  const loaded = await readArtifact(artifact)
  const models = checkPool(loaded)
  const questions = await readQuestions(queries)
  const batch = estimateBatch(createRiver(loaded), questions, models)
  const assignment = assignBatch(batch, { budget, caution })
  if (assignment === undefined) throw tooLittle(budget, leastCost(batch))
  const report = toReport({ batch, assignment, models, questions }, { budget, pareto })
  if (out !== undefined) await writeRows(out, report)
  if (json === true) console.log(JSON.stringify(report))
  else process.stdout.write(renderAssignment(report))
}

/** Models of the artifact's pool, cheap to dear. */
function checkPool({ pool }: Artifact): readonly string[] {
  if (pool?.costUnit === 'usd') return pool.members.map(({ model }) => model)
  throw new WeirError(
    'cli.usage',
    'weir assign weighs money, which this artifact does not know; train one with --models on rows that have costUsd',
  )
}

function tooLittle(budget: number, least: number): WeirError {
  return new WeirError(
    'cli.usage',
    `the cheapest models take ${dollars(least)} for this batch, more than the budget of ${dollars(budget)}; raise --budget, or leave ` +
      'queries out',
  )
}

function estimateBatch(
  { encoder, estimator }: River,
  questions: readonly Question[],
  models: readonly string[],
): BatchEstimates {
  const qualities = new Float64Array(questions.length * models.length)
  const costs = new Float64Array(questions.length * models.length)
  questions.forEach(({ id, prompt, messages }, row) => {
    const query = queryFromOutcome({
      id,
      models: {},
      ...(prompt === undefined ? {} : { prompt }),
      ...(messages === undefined ? {} : { messages }),
    })
    if (query === undefined)
      throw new WeirError('data.field', `the question "${id.slice(0, 80)}" has no text`)
    const { candidates = [] } = estimator.estimate(encoder.encode(query))
    models.forEach((model, j) => {
      const estimate = candidates.find((one) => one.model === model)
      qualities[row * models.length + j] = estimate?.quality ?? 0
      costs[row * models.length + j] = estimate?.costUsd ?? 0
    })
  })
  return { qualities, costs, models: models.length }
}

interface Assigned {
  readonly batch: BatchEstimates
  readonly assignment: Assignment
  readonly models: readonly string[]
  readonly questions: readonly Question[]
}

function toReport(
  { batch, assignment, models, questions }: Assigned,
  { budget, pareto }: { readonly budget: number; readonly pareto: number },
): BatchReport {
  const { chosen, cost, quality, shadowPrice } = assignment
  const size = questions.length
  const assignments = questions.map(({ id }, row) => {
    const at = row * models.length + (chosen[row] ?? 0)
    return {
      id,
      model: models[chosen[row] ?? 0] ?? '',
      quality: batch.qualities[at] ?? 0,
      costUsd: batch.costs[at] ?? 0,
    }
  })
  return {
    queries: size,
    budgetUsd: budget,
    costUsd: cost,
    meanQuality: quality / size,
    qualityPerUsd: shadowPrice,
    models: models.map((model) => {
      const own = assignments.filter((one) => one.model === model)
      return { model, queries: own.length, costUsd: own.reduce((sum, { costUsd }) => sum + costUsd, 0) }
    }),
    pareto: listPareto(batch, pareto).map((point) => ({
      costUsd: point.cost,
      meanQuality: point.quality / size,
    })),
    assignments,
  }
}

async function writeRows(path: string, { assignments }: BatchReport): Promise<void> {
  try {
    await writeFile(path, assignments.map((row) => `${JSON.stringify(row)}\n`).join(''))
  } catch (error) {
    throw unwritable(path, error)
  }
}
