/**
 * Headroom: is routing between two models worth it, before any router is trained? Puts together the parts, each defined in its own file:
 *
 *   means, oracle (oracle.ts) -> luck in the oracle's lead (label-noise.ts) -> what category and text predict (headroom-probe.ts), tested
 *   (information-test.ts) and measured (headroom-gain.ts) -> intervals (bootstrap.ts) -> verdict (headroom-verdict.ts)
 *
 * Knows no texts: the caller sees them (../headroom.ts) and gives columns. The same input and seed give the same report.
 */
import type { Pair } from '../contract/candidate.ts'
import { createRng, shuffle, type Rng } from '../math/rng.ts'
import { bootstrap, DEFAULT_RESAMPLES, type Draw, type Interval } from './bootstrap.ts'
import { createGain, type Gain } from './headroom-gain.ts'
import { createProbe, sumViews, type Probe, type ProbeBlock, type ProbeWords } from './headroom-probe.ts'
import type { AnythingReport, HeadroomNumbers, HeadroomReport } from './headroom-report.ts'
import { CHANCE, LEAST_POWER, lowerBoundOfMean, MARGIN, selectVerdict } from './headroom-verdict.ts'
import { permutationsFor, ratioOf, testInformation, type InformationTest } from './information-test.ts'
import { createLabelNoise } from './label-noise.ts'
import { createOracleHeadroom } from './oracle-headroom.ts'
import { randomCostAdvantageAtDrop } from './random-router.ts'
import { REPORTED_DROPS } from './report.ts'

/** One question: rows of equal text merged. */
export interface HeadroomQuestion {
  readonly small: number
  readonly large: number
  /** Scores of one row behind the qualities; more than one when the models answered several times. */
  readonly smallScores: readonly number[]
  readonly largeScores: readonly number[]
  readonly category: string | undefined
}

export interface HeadroomInput {
  readonly pair: Pair
  readonly questions: readonly HeadroomQuestion[]
  /** One block per way of seeing the text, rows as in `questions`; none when there is no text. */
  readonly blocks: readonly ProbeBlock[]
  readonly words: ProbeWords
  readonly rowsWithText: number
  /** Default: made from the rest. Given by simulations that see the same texts many times. */
  readonly sight?: Sight
}

export interface HeadroomOptions {
  readonly seed: number
  /** Level of the tests. Default 0.05. */
  readonly delta?: number
  /** Bootstrap resamples. Default 1000. */
  readonly resamples?: number
  /** Called between steps and within long ones; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (progress: HeadroomProgress) => void | Promise<void>
}

export interface HeadroomProgress {
  readonly step: string
  readonly done: number
  readonly total: number
}

export const DEFAULT_DELTA = 0.05
/** Fewest questions for tests and intervals; with fewer, halves and folds say nothing. */
export const LEAST_QUESTIONS = 50
const FOLDS = 5
/** Planted chances behind `power`: its standard error is then at most 0.05. */
const PLANTS = 100

export async function createHeadroom(
  input: HeadroomInput,
  options: HeadroomOptions,
): Promise<HeadroomReport> {
  const { seed, delta = DEFAULT_DELTA, resamples = DEFAULT_RESAMPLES } = options
  const columns = toColumns(input)
  const rng = createRng(seed)
  const sight = columns.n < LEAST_QUESTIONS ? undefined : (input.sight ?? createSight(input, rng))
  const tests = await runTests(sight, columns, { ...options, delta, rng })
  const measure = createMeasure(input, columns, { sight, rng })
  await options.onProgress?.({ step: 'intervals', done: 0, total: 1 })
  const whole = measure(new Uint16Array(columns.n).fill(1))
  const known = toNumbers(whole, input, columns)
  const numbers: HeadroomNumbers = {
    ...known,
    tests,
    nonInferiority: { margin: MARGIN, lowerBound: lowerBoundOfMean(columns.gaps, delta) },
    delta,
    intervals: columns.n < LEAST_QUESTIONS ? {} : measureIntervals(columns.n, measure, { seed, resamples }),
    reasons: explain({ ...known, tests }),
  }
  const permutations = sight === undefined ? 0 : permutationsFor(delta)
  return toReport(input, numbers, { seed, resamples, permutations })
}

type Known = Omit<HeadroomNumbers, 'tests' | 'nonInferiority' | 'delta' | 'intervals' | 'reasons'>

function toNumbers(whole: Measured, { pair }: HeadroomInput, { n }: Columns): Known {
  const { small, large, gap, smallAtLeastLarge, oracle, noise } = whole
  return {
    rows: n,
    leastRows: LEAST_QUESTIONS,
    small: { model: pair.small, quality: small },
    large: { model: pair.large, quality: large },
    gap,
    smallAtLeastLarge,
    oracle,
    noise: noise !== undefined && noise.rows >= LEAST_QUESTIONS ? noise : null,
    random: {
      keptAtDrop: Object.fromEntries(
        REPORTED_DROPS.map((drop) => [drop, randomCostAdvantageAtDrop({ small, large }, drop)]),
      ),
    },
    table: whole.table ?? null,
    probe: whole.probe ?? null,
    beyondTable: whole.beyondTable ?? null,
  }
}

function toReport(
  { pair, questions, rowsWithText }: HeadroomInput,
  numbers: HeadroomNumbers,
  made: Pick<HeadroomReport, 'seed' | 'resamples' | 'permutations'>,
): HeadroomReport {
  const { reasons, leastRows: _, ...shown } = numbers
  return {
    verdict: selectVerdict(numbers),
    pair,
    rowsWithText,
    rowsWithCategory: questions.filter(({ category }) => category !== undefined).length,
    ...shown,
    undefinedBecause: reasons,
    ...made,
  }
}

interface Columns {
  readonly n: number
  readonly small: Float64Array
  readonly large: Float64Array
  readonly gaps: Float64Array
}

function toColumns({ questions }: HeadroomInput): Columns {
  const small = Float64Array.from(questions, (question) => question.small)
  const large = Float64Array.from(questions, (question) => question.large)
  const gaps = small.map((quality, i) => quality - (large[i] ?? 0))
  return { n: questions.length, small, large, gaps }
}

/** What can be seen before an answer, and the folds of cross-fitting. Holds no score. */
export interface Sight {
  readonly all: Probe
  /** Text alone, for the test within categories; undefined without categories. */
  readonly beyond: Probe | undefined
  readonly strataOf: Int32Array
  readonly foldOf: Uint8Array
}

export function createSight(input: HeadroomInput, rng: Rng): Sight | undefined {
  const { questions, blocks, words } = input
  const { n, gaps } = toColumns(input)
  const foldOf = new Uint8Array(n)
  for (const [i, row] of shuffle(rng, [...foldOf.keys()]).entries()) foldOf[row] = i % FOLDS
  const { groupOf, groups } = groupCategories(questions)
  const folds = { rows: n, foldOf, folds: FOLDS, ratio: ratioOf(gaps, CHANCE) }
  const categories = groups > 1 ? { categories: { groupOf, groups } } : {}
  const all = createProbe({ ...folds, ...categories, blocks, words })
  if (all.views.length === 0) return undefined
  const beyond = groups > 1 && blocks.length > 0 ? createProbe({ ...folds, blocks, words }) : undefined
  return { all, beyond: beyond?.views.length === 0 ? undefined : beyond, strataOf: groupOf, foldOf }
}

/** Categories that occur once cannot be learned from; they count as none. */
function groupCategories(questions: readonly HeadroomQuestion[]): {
  readonly groupOf: Int32Array
  readonly groups: number
} {
  const sizes = new Map<string, number>()
  for (const { category } of questions) {
    if (category !== undefined) sizes.set(category, (sizes.get(category) ?? 0) + 1)
  }
  const names = [...sizes].filter(([, size]) => size > 1).map(([name]) => name)
  const indexOf = new Map(names.map((name, i) => [name, i]))
  return {
    groupOf: Int32Array.from(questions, ({ category }) => indexOf.get(category ?? '') ?? -1),
    groups: names.length,
  }
}

interface RunOptions extends HeadroomOptions {
  readonly delta: number
  readonly rng: Rng
}

async function runTests(
  sight: Sight | undefined,
  { gaps }: Columns,
  { delta, rng, onProgress }: RunOptions,
): Promise<HeadroomNumbers['tests']> {
  if (sight === undefined) return { anything: null, beyondTable: null }
  const run = (probe: Probe, step: string, strataOf?: ArrayLike<number>): Promise<InformationTest> =>
    testInformation(probe, gaps, {
      delta,
      permutations: permutationsFor(delta),
      rng,
      ...(strataOf === undefined ? {} : { strataOf }),
      onProgress: (done, total) => onProgress?.({ step, done, total }),
    })
  const anything = await run(sight.all, 'does anything predict the gap')
  const { power, growthFor } = await anything.measurePower(CHANCE, PLANTS)
  const beyond =
    sight.beyond === undefined
      ? undefined
      : await run(sight.beyond, 'does text add to the category', sight.strataOf)
  return {
    anything: {
      pValue: anything.pValue,
      viewPValues: anything.viewPValues,
      power,
      growth: growthFor(LEAST_POWER),
    } satisfies AnythingReport,
    beyondTable: beyond === undefined ? null : { pValue: beyond.pValue, viewPValues: beyond.viewPValues },
  }
}

/** Everything that has an interval, from one draw. */
interface Measured {
  readonly small: number
  readonly large: number
  readonly gap: number
  readonly smallAtLeastLarge: number
  readonly oracle: HeadroomNumbers['oracle']
  readonly noise: ReturnType<ReturnType<typeof createLabelNoise>>
  readonly table: Gain | undefined
  readonly probe: Gain | undefined
  readonly beyondTable: Pick<Gain, 'best' | 'average'> | undefined
}

type Measure = (draw: Draw) => Measured

function createMeasure(
  { questions }: HeadroomInput,
  { n, small, large, gaps }: Columns,
  { sight, rng }: { readonly sight: Sight | undefined; readonly rng: Rng },
): Measure {
  const gains = sight === undefined ? undefined : createGains({ n, small, large, gaps }, sight, rng)
  const readNoise = createLabelNoise(questions, rng)
  const readOracle = createOracleHeadroom({ small, large })
  return (draw) => {
    const sums = { small: 0, large: 0, atLeast: 0 }
    for (let i = 0; i < n; i++) {
      const copies = draw[i] ?? 0
      sums.small += copies * (small[i] ?? 0)
      sums.large += copies * (large[i] ?? 0)
      if ((gaps[i] ?? 0) >= 0) sums.atLeast += copies
    }
    const [table, probe] = [gains?.table?.(draw), gains?.probe(draw)]
    return {
      small: sums.small / n,
      large: sums.large / n,
      gap: (sums.small - sums.large) / n,
      smallAtLeastLarge: sums.atLeast / n,
      oracle: readOracle(draw),
      noise: readNoise(draw),
      table,
      probe,
      beyondTable:
        table === undefined || probe === undefined
          ? undefined
          : { best: probe.best - table.best, average: probe.average - table.average },
    }
  }
}

interface Gains {
  readonly table: ((draw: Draw) => Gain) | undefined
  readonly probe: (draw: Draw) => Gain
}

function createGains({ n, small, large, gaps }: Columns, { all, foldOf }: Sight, rng: Rng): Gains {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n
  // Copies: the probe reuses its arrays.
  const predictions = all.predict(gaps.map((gap) => gap - mean)).map((one) => Float64Array.from(one))
  const ties = Float64Array.from(gaps, () => rng.next())
  const create = (scores: Float64Array): ((draw: Draw) => Gain) =>
    createGain({ scores, small, large, foldOf, folds: FOLDS, ties })
  const table = predictions[all.views.indexOf('category')]
  return { table: table && create(table), probe: create(sumViews(predictions, n)) }
}

function measureIntervals(
  n: number,
  measure: Measure,
  options: { readonly seed: number; readonly resamples: number },
): Readonly<Record<string, Interval>> {
  const intervals = bootstrap(
    n,
    (draw) => {
      const { small, large, ...parts } = measure(draw)
      return { 'small.quality': small, 'large.quality': large, ...flatten(parts) }
    },
    options,
  )
  const known = Object.entries<Interval | undefined>(intervals).filter(
    ([, interval]) => interval !== undefined,
  )
  return Object.fromEntries(known) as Record<string, Interval>
}

/** Numbers under dotted names, as in the report. */
function flatten(values: object, prefix = ''): Record<string, number | undefined> {
  const flat: Record<string, number | undefined> = {}
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    if (typeof value === 'number') flat[prefix + name] = value
    else if (typeof value === 'object' && value !== null)
      Object.assign(flat, flatten(value, `${prefix}${name}.`))
  }
  return flat
}

/** Why a number is null, by dotted name. */
function explain({
  rows,
  noise,
  table,
  probe,
  beyondTable,
  tests,
}: Known & Pick<HeadroomNumbers, 'tests'>): Record<string, string> {
  const reasons: Record<string, string> = {}
  const noSight =
    rows < LEAST_QUESTIONS
      ? `${rows} questions are too few; at least ${LEAST_QUESTIONS} are needed`
      : 'no row holds text (record with storeText) or two categories that repeat: there is nothing to predict from'
  const noTable = rows < LEAST_QUESTIONS ? noSight : 'fewer than two categories that repeat'
  if (noise === null) reasons['noise'] = NO_REPETITION
  else if (noise.luckFraction === undefined)
    reasons['noise.luckFraction'] = 'the oracle has no lead over the best model'
  if (tests.anything === null) reasons['tests.anything'] = noSight
  if (probe === null) reasons['probe'] = noSight
  if (table === null) reasons['table'] = noTable
  if (beyondTable === null) reasons['beyondTable'] = noTable
  if (tests.beyondTable === null) {
    reasons['tests.beyondTable'] = table === null ? noTable : 'no row holds text that varies'
  }
  return reasons
}

const NO_REPETITION =
  `fewer than ${LEAST_QUESTIONS} questions have two judged answers of each model: luck cannot be told from ability by repetition; ` +
  'what category and text predict bounds from below what is ability'
