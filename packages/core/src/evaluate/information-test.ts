/**
 * Information test: does what the probe sees tell anything about the quality gap? A permutation test, exact at any number of rows.
 *
 *   q_v = score of view v (math/ridge-score.ts),  z_v = (q_v - mean q_v) / sd q_v,   T = max( z_1, …, z_V, sum of z_v / sqrt(V) )
 *   p = share of permutations, the data itself among them, whose T is at least that of the data
 *
 * mean and sd over all permutations, the data among them, so that every arrangement is treated alike. Exact when gaps are exchangeable within
 * strata given what the probe sees: one stratum tests "text and category carry no information", categories as strata "text carries none beyond
 * the category". The score uses all pairs of rows at once, where a cross-fitted correlation spends rows on folds and, because predictions
 * of different folds share rows, rejects too often when it is studentised as if they did not.
 *
 * Power: the same T on permuted gaps to which a chance of known size is added, along directions that the probe could see.
 * Source: Good, "Permutation, Parametric and Bootstrap Tests of Hypotheses", 3rd edition, chapter 3; max-T: Westfall and Young 1993.
 */
import type { Rng } from '../math/rng.ts'
import { quantile } from './bootstrap.ts'
import type { Probe } from './headroom-probe.ts'

export interface TestOptions {
  /** Stratum of each row, 0 … strata - 1: gaps are compared and permuted inside strata only. Default: one stratum. */
  readonly strataOf?: ArrayLike<number>
  /** Level of the test. Range (0, 1). */
  readonly delta: number
  /** Permutations; those of `permutationsFor` make the level exact. */
  readonly permutations: number
  readonly rng: Rng
  /** Called now and then; awaited, so that it may let the event loop turn. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>
}

export interface InformationTest {
  /** Range (0, 1]. */
  readonly pValue: number
  /** Per view, the p-value of its own score, not corrected for looking at several. */
  readonly viewPValues: Readonly<Record<string, number>>
  /** Measures power; see PlantedPower. */
  measurePower(chance: number, draws: number): Promise<PlantedPower>
}

export interface PlantedPower {
  /** Share of planted chances that the test finds with these rows. Range [0, 1]. */
  readonly power: number
  /**
   * Factor by which the rows must grow for a power: the scores are squares of sums, so what T has above its null mean grows with the rows.
   * 1 or below when there are enough.
   */
  readonly growthFor: (power: number) => number
}

/** So many that the level is met exactly: (permutations + 1) delta is a whole number, and 20 decide. */
export function permutationsFor(delta: number): number {
  return Math.ceil(20 / delta) - 1
}

/**
 * Signal to noise of a chance: a conditional mean gap spread evenly over mean +- 4 chance gains chance at s = 1/2; its variance is
 * (4 chance)^2 / 3.
 */
export function ratioOf(gaps: ArrayLike<number>, chance: number): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < gaps.length; i++) {
    sum += gaps[i] ?? 0
    squares += (gaps[i] ?? 0) ** 2
  }
  const variance = squares / gaps.length - (sum / gaps.length) ** 2
  return (4 * chance) ** 2 / 3 / Math.max(variance, 1e-6)
}

/** Steps between two calls of onProgress. */
const PROGRESS_STEPS = 20
/** Excess below which a planted chance counts as invisible: it bounds the rows asked for to some thirty times those there are. */
const LEAST_EXCESS = 0.1

/** `gaps`: one per row of the probe. */
export async function testInformation(
  probe: Probe,
  gaps: ArrayLike<number>,
  options: TestOptions,
): Promise<InformationTest> {
  const { permutations, delta, rng, onProgress } = options
  const permuter = createPermuter(gaps, options.strataOf)
  const scoreViews = probe.createScore(permuter.baseline)
  const score = (values: ArrayLike<number>): readonly number[] => scoreViews(values).flat()
  const viewOf = scoreViews(gaps).flatMap((scores, view) => scores.map(() => view))
  const table = [score(gaps)]
  for (let i = 0; i < permutations; i++) {
    if (i % PROGRESS_STEPS === 0) await onProgress?.(i, permutations)
    table.push(score(permuter.permute(rng)))
  }
  const scale = fitScale(table)
  const [observed = 0, ...others] = table.map((values) => largest(values, scale))
  const sorted = [observed, ...others].sort((a, b) => a - b)
  const nullMean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const critical = quantile(sorted, 1 - delta)
  return {
    pValue: shareAtLeast([observed, ...others], observed),
    viewPValues: Object.fromEntries(
      probe.views.map((name, view) => {
        const own = table.map((scores) =>
          Math.max(...standardise(scores, scale).filter((_, j) => viewOf[j] === view)),
        )
        return [name, shareAtLeast(own, own[0] ?? 0)]
      }),
    ),
    async measurePower(chance, draws): Promise<PlantedPower> {
      const values: number[] = []
      for (let i = 0; i < draws; i++) {
        if (i % PROGRESS_STEPS === 0) await onProgress?.(i, draws)
        // Each view alone in turn, then all together: a chance may hide in any of them.
        const view = i % (probe.views.length + 1)
        const signal = probe.drawSignal(rng, view === probe.views.length ? undefined : view)
        values.push(largest(score(plant(permuter.permute(rng), signal, chance)), scale))
      }
      return toPower(values, { critical, nullMean })
    },
  }
}

function toPower(
  values: readonly number[],
  { critical, nullMean }: { readonly critical: number; readonly nullMean: number },
): PlantedPower {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    power: values.filter((value) => value > critical).length / values.length,
    growthFor: (power) =>
      (critical - nullMean) / Math.max(LEAST_EXCESS, quantile(sorted, 1 - power) - nullMean),
  }
}

interface Permuter {
  /** The mean gap of each row's stratum: no permutation changes it. */
  readonly baseline: Float64Array
  /** The gaps in random order within strata; a new array. */
  permute(rng: Rng): Float64Array
}

function createPermuter(gaps: ArrayLike<number>, strataOf?: ArrayLike<number>): Permuter {
  const members = new Map<number, number[]>()
  for (let row = 0; row < gaps.length; row++) {
    const stratum = strataOf?.[row] ?? 0
    const rows = members.get(stratum)
    if (rows === undefined) members.set(stratum, [row])
    else rows.push(row)
  }
  const baseline = new Float64Array(gaps.length)
  for (const rows of members.values()) {
    const mean = rows.reduce((sum, row) => sum + (gaps[row] ?? 0), 0) / rows.length
    for (const row of rows) baseline[row] = mean
  }
  return {
    baseline,
    permute(rng): Float64Array {
      const values = Float64Array.from(gaps)
      for (const rows of members.values()) {
        for (let i = rows.length - 1; i > 0; i--) {
          const [a, b] = [rows[i] ?? 0, rows[rng.int(i + 1)] ?? 0]
          const kept = values[a] ?? 0
          values[a] = values[b] ?? 0
          values[b] = kept
        }
      }
      return values
    },
  }
}

interface Scale {
  readonly means: readonly number[]
  readonly deviations: readonly number[]
}

function fitScale(table: readonly (readonly number[])[]): Scale {
  const columns = table[0] ?? []
  const means = columns.map((_, j) => table.reduce((sum, values) => sum + (values[j] ?? 0), 0) / table.length)
  const deviations = means.map((mean, j) =>
    Math.sqrt(table.reduce((sum, values) => sum + ((values[j] ?? 0) - mean) ** 2, 0) / table.length),
  )
  return { means, deviations }
}

/** The largest standardised score, or the standardised sum of all where that is larger. */
function largest(scores: readonly number[], scale: Scale): number {
  const standardised = standardise(scores, scale)
  const sum = standardised.reduce((total, value) => total + value, 0)
  return Math.max(sum / Math.sqrt(Math.max(1, scores.length)), ...standardised)
}

/** 0 for a score that no permutation changes. */
function standardise(scores: readonly number[], { means, deviations }: Scale): readonly number[] {
  return scores.map((score, j) => {
    const deviation = deviations[j] ?? 0
    return deviation > 1e-12 ? (score - (means[j] ?? 0)) / deviation : 0
  })
}

function shareAtLeast(values: readonly number[], least: number): number {
  // Rounding: equal arrangements of tied gaps must count as equal.
  return values.filter((value) => value >= least - 1e-9).length / values.length
}

/** Adds the signal, scaled so that the best point of a router that knew it would lie `chance` above the random mix. */
function plant(gaps: Float64Array, signal: Float64Array, chance: number): Float64Array {
  const mean = signal.reduce((sum, value) => sum + value, 0) / signal.length
  const best = signal.reduce((sum, value) => sum + Math.max(0, value - mean), 0) / signal.length
  const scale = best > 0 ? chance / best : 0
  return gaps.map((gap, i) => gap + scale * ((signal[i] ?? 0) - mean))
}
