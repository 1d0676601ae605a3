/**
 * Tables 1 and 3 of Hybrid LLM (arXiv:2404.14618) in form: same labels, same cost advantages, same calibration recipe, on recorded outcomes of
 * other models: a router taught each label (label-router.ts), and weir's own beside it.
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
  createRiver,
} from '@weir/core'
import { scoreRows, type ScoredRows } from '../../packages/core/src/calibrate.ts'
import { hashOf, orderRows, readPairRows } from '../recorded.ts'
import {
  CASES,
  COST_ADVANTAGES,
  DRAWS,
  DROP_LIMIT,
  METHODS,
  seedsOf,
  sizesOf,
  type Case,
  type Result,
  type RouterResult,
  type Sizes,
} from './paper-cases.ts'
import { scoreByLabels } from './label-router.ts'
import { renderPaperTables } from './paper-page.ts'
import { createSection, deviation, mean, type Section } from './section.ts'

interface Drawn {
  readonly validationDrop: number
  readonly validationKept: number
  readonly testDrop: number
  readonly testKept: number
}

interface Trained {
  readonly drops: readonly number[]
  readonly draws: readonly Drawn[]
}

type Router = RouterResult['router']

/** Quality drop at a cost advantage, on the line between the two nearest points of the curve: queries of equal score at random. */
export function dropAt({ costAdvantage, quality }: QualityCurve, kept: number): number {
  const after = costAdvantage.findIndex((value) => value >= kept)
  const [left, right] = [costAdvantage[after - 1] ?? 0, costAdvantage[after] ?? 0]
  const along = right > left ? (kept - left) / (right - left) : 1
  const [before, behind] = [quality[Math.max(0, after - 1)] ?? 0, quality[after] ?? 0]
  const all = quality[0] ?? 1
  return (all - before - along * (behind - before)) / all
}

function pick({ scores, small, large }: ScoredRows, rows: readonly number[]): ScoredRows {
  const of = (column: readonly number[]): number[] => rows.map((row) => column[row] ?? 0)
  return { scores: of(scores), small: of(small), large: of(large) }
}

/** Routed with a threshold: drop and share kept small. */
function apply(
  { scores, small, large }: ScoredRows,
  threshold: number,
): readonly [drop: number, kept: number] {
  const routed = scores.map((score, i) => (score >= threshold ? small[i] : large[i]) ?? 0)
  const all = mean(large)
  return [(all - mean(routed)) / all, scores.filter((score) => score >= threshold).length / scores.length]
}

function drawRecipe(held: ScoredRows, { validation }: Sizes, seed: number): Drawn {
  const order = shuffle(createRng(seed), [...held.scores.keys()])
  const chosen = pick(held, order.slice(0, validation))
  const curve = createQualityCurve(chosen)
  const kept = costAdvantageAtDrop(curve, DROP_LIMIT)
  const threshold = curve.thresholds[curve.costAdvantage.indexOf(kept)] ?? Number.POSITIVE_INFINITY
  const [validationDrop, validationKept] = apply(chosen, threshold)
  const [testDrop, testKept] = apply(pick(held, order.slice(validation)), threshold)
  return { validationDrop, validationKept, testDrop, testKept }
}

function judge(held: ScoredRows, sizes: Sizes, seed: number): Trained {
  const curve = createQualityCurve(held)
  return {
    drops: COST_ADVANTAGES.map((kept) => dropAt(curve, kept)),
    draws: Array.from({ length: DRAWS }, (_, draw) => drawRecipe(held, sizes, 1000 * seed + draw)),
  }
}

interface TrainedAll {
  readonly relaxation: number
  readonly repeats: Readonly<Record<Router, boolean>>
  readonly routers: Readonly<Record<Router, Trained>>
}

async function trainAll({ pair }: Case, rows: readonly Outcome[], seed: number): Promise<TrainedAll> {
  const sizes = sizesOf(rows.length)
  const order = orderRows(rows, `paper ${seed}`)
  const [training, held] = [order.slice(0, sizes.training), order.slice(-sizes.heldOut)]
  const artifact = await train(training, { pair, seed, dataHash: hashOf(training) })
  const weir = await scoreRows(createRiver(artifact), held)
  const { relaxation, repeats, scores } = scoreByLabels({ pair, training, held, seed })
  const judged = (of: readonly number[]): Trained => judge({ ...weir, scores: of }, sizes, seed)
  return {
    relaxation,
    repeats: { ...repeats, weir: false },
    routers: {
      det: judged(scores.det),
      prob: judged(scores.prob),
      trans: judged(scores.trans),
      weir: judge(weir, sizes, seed),
    },
  }
}

function summarise(router: Router, trainings: readonly TrainedAll[]): RouterResult {
  const trained = trainings.map(({ routers }) => routers[router])
  const draws = trained.flatMap((one) => one.draws)
  const over = (read: (drawn: Drawn) => number): number => mean(draws.map(read))
  return {
    router,
    repeats: trainings.every(({ repeats }) => repeats[router]),
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

async function measure(name: string): Promise<Result> {
  const of = CASES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  const rows = await readPairRows(of)
  const outcomes = rows.flatMap((row) => toPairOutcome(row, of.pair) ?? [])
  const trainings: TrainedAll[] = []
  let failure: string | null = null
  try {
    for (const seed of seedsOf(rows.length)) trainings.push(await trainAll(of, rows, seed))
  } catch (error) {
    if (!isWeirError(error)) throw error
    failure = `${error.code}: ${error.message}`
  }
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    sizes: sizesOf(rows.length),
    trainings: trainings.length,
    small: mean(outcomes.map(({ smallQuality }) => smallQuality)),
    large: mean(outcomes.map(({ largeQuality }) => largeQuality)),
    samples: Math.max(
      ...outcomes.map(({ smallScores, largeScores }) => Math.max(smallScores.length, largeScores.length)),
    ),
    relaxation: Math.max(0, ...trainings.map(({ relaxation }) => relaxation)),
    routers:
      failure === null ? ([...METHODS, 'weir'] as const).map((router) => summarise(router, trainings)) : [],
    failure,
  }
}

export const paperTables: Section = createSection<Result>({
  name: 'paper-tables',
  cases: CASES.map(({ name }) => name),
  measure,
  render: renderPaperTables,
})
