/**
 * Tables 1 and 3 of Hybrid LLM (arXiv:2404.14618) in form: same labels, same cost advantages, same calibration recipe, on recorded outcomes of
 * other models, with the lexical router in place of DeBERTa.
 *
 *   Table 1   drop = (Q(large) - Q(routed)) / Q(large) on the held-out rows at 10, 20 and 40% cost advantage, ties broken at random
 *   Table 3   on up to 500 validation rows the threshold with the most cost advantage at a drop of at most 1%; its drop on the other rows
 *
 * The paper draws one validation set a router; here each training's held-out rows are divided 100 times.
 */
import {
  costAdvantageAtDrop,
  createQualityCurve,
  createRng,
  isWeirError,
  shuffle,
  toPairOutcome,
  train,
  type Outcome,
  type QualityCurve,
} from '@weir/core'
import { hashOf, orderRows, readPairRows, scoreRows, type Scored } from '../recorded.ts'
import {
  CASES,
  COST_ADVANTAGES,
  DRAWS,
  DROP_LIMIT,
  seedsOf,
  sizesOf,
  type Case,
  type Method,
  type MethodResult,
  type Result,
  type Sizes,
} from './paper-cases.ts'
import { renderPaperTables } from './paper-page.ts'
import { createSection, deviation, mean, type Section } from './section.ts'

interface Drawn {
  readonly validationDrop: number
  readonly validationKept: number
  readonly testDrop: number
  readonly testKept: number
}

interface Trained {
  readonly relaxation: number
  readonly drops: readonly number[]
  readonly draws: readonly Drawn[]
}

/** Quality drop at a cost advantage, on the line between the two nearest points of the curve: queries of equal score at random. */
export function dropAt({ costAdvantage, quality }: QualityCurve, kept: number): number {
  const after = costAdvantage.findIndex((value) => value >= kept)
  const [left, right] = [costAdvantage[after - 1] ?? 0, costAdvantage[after] ?? 0]
  const along = right > left ? (kept - left) / (right - left) : 1
  const [before, behind] = [quality[Math.max(0, after - 1)] ?? 0, quality[after] ?? 0]
  const all = quality[0] ?? 1
  return (all - before - along * (behind - before)) / all
}

function pick({ scores, small, large }: Scored, rows: readonly number[]): Scored {
  const of = (column: readonly number[]): number[] => rows.map((row) => column[row] ?? 0)
  return { scores: of(scores), small: of(small), large: of(large) }
}

/** Routed with a threshold: drop and share kept small. */
function apply({ scores, small, large }: Scored, threshold: number): readonly [drop: number, kept: number] {
  const routed = scores.map((score, i) => (score >= threshold ? small[i] : large[i]) ?? 0)
  const all = mean(large)
  return [(all - mean(routed)) / all, scores.filter((score) => score >= threshold).length / scores.length]
}

function drawRecipe(held: Scored, { validation }: Sizes, seed: number): Drawn {
  const order = shuffle(createRng(seed), [...held.scores.keys()])
  const chosen = pick(held, order.slice(0, validation))
  const curve = createQualityCurve(chosen)
  const kept = costAdvantageAtDrop(curve, DROP_LIMIT)
  const threshold = curve.thresholds[curve.costAdvantage.indexOf(kept)] ?? Number.POSITIVE_INFINITY
  const [validationDrop, validationKept] = apply(chosen, threshold)
  const [testDrop, testKept] = apply(pick(held, order.slice(validation)), threshold)
  return { validationDrop, validationKept, testDrop, testKept }
}

async function trainOnce(
  of: Case,
  rows: readonly Outcome[],
  at: { method: Method; seed: number },
): Promise<Trained> {
  const { method, seed } = at
  const sizes = sizesOf(rows.length)
  const order = orderRows(rows, `paper ${seed}`)
  const training = order.slice(0, sizes.training)
  const artifact = await train(training, { pair: of.pair, method, seed, dataHash: hashOf(training) })
  const held = scoreRows(artifact, order.slice(-sizes.heldOut))
  const curve = createQualityCurve(held)
  return {
    relaxation: artifact.relaxation?.t ?? 0,
    drops: COST_ADVANTAGES.map((kept) => dropAt(curve, kept)),
    draws: Array.from({ length: DRAWS }, (_, draw) => drawRecipe(held, sizes, 1000 * seed + draw)),
  }
}

function summarise(method: Method, trained: readonly Trained[]): MethodResult {
  const draws = trained.flatMap((one) => one.draws)
  const over = (read: (drawn: Drawn) => number): number => mean(draws.map(read))
  return {
    method,
    relaxation: Math.max(...trained.map(({ relaxation }) => relaxation)),
    dropAt: COST_ADVANTAGES.map((_, i) => {
      const drops = trained.map((one) => one.drops[i] ?? Number.NaN)
      return { mean: mean(drops), deviation: deviation(drops) }
    }),
    recipe: {
      validationDrop: over((drawn) => drawn.validationDrop),
      validationKept: over((drawn) => drawn.validationKept),
      testDrop: over((drawn) => drawn.testDrop),
      testKept: over((drawn) => drawn.testKept),
      broken: over(({ testDrop }) => (testDrop > DROP_LIMIT + 1e-12 ? 1 : 0)),
      draws: draws.length,
    },
  }
}

async function trainAll(of: Case, rows: readonly Outcome[], method: Method): Promise<MethodResult> {
  const trained: Trained[] = []
  for (const seed of seedsOf(rows.length)) trained.push(await trainOnce(of, rows, { method, seed }))
  process.stderr.write(`${of.name}: ${method} done\n`)
  return summarise(method, trained)
}

async function measure(name: string): Promise<Result> {
  const of = CASES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  const rows = await readPairRows(of)
  const outcomes = rows.flatMap((row) => toPairOutcome(row, of.pair) ?? [])
  const isSingle = outcomes.every(
    ({ smallScores, largeScores }) => smallScores.length + largeScores.length === 2,
  )
  const methods: MethodResult[] = []
  let failure: string | null = null
  let coincide = { det: false, prob: false }
  try {
    const trans = await trainAll(of, rows, 'trans')
    coincide = { det: isSingle && trans.relaxation === 0, prob: trans.relaxation === 0 }
    // With one answer a model det and prob are the same labels, so one training stands for both.
    if (!coincide.det) methods.push(await trainAll(of, rows, 'det'))
    if (!coincide.prob && !isSingle) methods.push(await trainAll(of, rows, 'prob'))
    methods.push(trans)
  } catch (error) {
    if (!isWeirError(error)) throw error
    failure = `${error.code}: ${error.message}`
  }
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    sizes: sizesOf(rows.length),
    trainings: seedsOf(rows.length).length,
    small: mean(outcomes.map(({ smallQuality }) => smallQuality)),
    large: mean(outcomes.map(({ largeQuality }) => largeQuality)),
    methods,
    coincide,
    failure,
  }
}

export const paperTables: Section = createSection<Result>({
  name: 'paper-tables',
  cases: CASES.map(({ name }) => name),
  measure,
  render: renderPaperTables,
})
