/**
 * Reliability diagrams of pSmall, over all rows and per task type, with a calibration error that can be judged.
 *
 *   ECE = sum over bins of (count / n) * |mean label - mean probability|,   bins of equal mass, at most ten (five per type), of about 20 queries at least
 *
 * A plug-in ECE is never 0: on n rows even a perfectly calibrated forecaster shows about the noise of its bins. So that noise is printed
 * beside it: labels drawn from the very probabilities (y_i ~ Bernoulli(p_i)), binned in the same way, 200 times by the seed. `mean` is what
 * honesty would show here, `high` what it exceeds in 5% of cases; an ECE above `high` is a miscalibration and not luck. Sources: Nguyen and O'Connor,
 * EMNLP 2015 (equal mass); Bröcker and Smith 2007, "Increasing the reliability of reliability diagrams" (consistency resampling). Trap: labels
 * that are shares over several samples vary less than 0/1 labels, so for them the reference is too high and forgives too much.
 */
import { errorOfBins, type ReliabilityBin } from '../math/calibration-error.ts'
import { cutEqualMass, equalMassBins } from '../math/equal-mass-bins.ts'
import { createRng } from '../math/rng.ts'
import { quantile } from './bootstrap.ts'

export interface Reliability {
  readonly rows: number
  /** Equal mass, by rising prediction. */
  readonly bins: readonly ReliabilityBin[]
  /** Mean predicted probability and mean label: their difference is the part of the error that a shift would cure. */
  readonly predicted: number
  readonly observed: number
  readonly expectedCalibrationError: number
  /** The same error of a perfectly calibrated forecaster with these probabilities: its mean, and what it exceeds in 5% of cases. */
  readonly ifCalibrated: { readonly mean: number; readonly high: number }
}

export interface TaskTypeReliability extends Reliability {
  /** Null for the types with few rows, taken together. */
  readonly category: string | null
  /** Types behind it: 1, or how many were taken together. */
  readonly types: number
}

export interface ReliabilityReport extends Reliability {
  readonly binning: 'equal mass'
  readonly simulations: number
  /** By falling number of rows, the group of small types last. Empty when no row has a category. */
  readonly byTaskType: readonly TaskTypeReliability[]
  /** Types with fewer than `leastRows` rows; `shown`: they are enough together to be an entry of byTaskType. */
  readonly smallTypes: {
    readonly leastRows: number
    readonly types: number
    readonly rows: number
    readonly shown: boolean
  }
  readonly rowsWithoutCategory: number
}

/** Columns of equal length, one entry per query. */
export interface Forecasts {
  /** Range [0, 1]. */
  readonly probabilities: readonly number[]
  /** Range [0, 1]; 0 or 1 with one answer each. */
  readonly labels: readonly number[]
  readonly categories: readonly (string | undefined)[]
}

const MOST_BINS = 10
/** Of one task type: its predictions lie close together, and more bins would show noise. */
const MOST_TYPE_BINS = 5
/** Queries a bin should hold: the frequency in it is then known to about 10 points. */
const ROWS_PER_BIN = 20
/** Rows a task type needs for a diagram of its own, of two bins at least. */
const LEAST_ROWS = 50
/** Moves `mean` by under 1% and `high` by a few percent between seeds. */
const SIMULATIONS = 200

/** Needs at least one query. O(rows * simulations). */
export function createReliabilityReport(forecasts: Forecasts, seed: number): ReliabilityReport {
  const { categories } = forecasts
  const measure = (rows: readonly number[], mostBins: number): Reliability =>
    measureReliability(forecasts, rows, { seed, mostBins })
  const rowsOf = groupRows(categories)
  const types = [...rowsOf].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  const large = types.filter(([, rows]) => rows.length >= LEAST_ROWS)
  const small = types.filter(([, rows]) => rows.length < LEAST_ROWS)
  const pooled = small.flatMap(([, rows]) => rows)
  const shown = pooled.length >= LEAST_ROWS
  return {
    binning: 'equal mass',
    simulations: SIMULATIONS,
    ...measure([...categories.keys()], MOST_BINS),
    byTaskType: [
      ...large.map(([category, rows]) => ({
        category,
        types: 1,
        ...measure(rows, MOST_TYPE_BINS),
      })),
      ...(shown ? [{ category: null, types: small.length, ...measure(pooled, MOST_TYPE_BINS) }] : []),
    ],
    smallTypes: { leastRows: LEAST_ROWS, types: small.length, rows: pooled.length, shown },
    rowsWithoutCategory: categories.filter((category) => category === undefined).length,
  }
}

function groupRows(categories: readonly (string | undefined)[]): ReadonlyMap<string, readonly number[]> {
  const rowsOf = new Map<string, number[]>()
  for (const [row, category] of categories.entries()) {
    if (category === undefined) continue
    const rows = rowsOf.get(category)
    if (rows === undefined) rowsOf.set(category, [row])
    else rows.push(row)
  }
  return rowsOf
}

function measureReliability(
  { probabilities, labels }: Forecasts,
  rows: readonly number[],
  { seed, mostBins }: { readonly seed: number; readonly mostBins: number },
): Reliability {
  const p = rows.map((row) => probabilities[row] ?? 0)
  const y = rows.map((row) => labels[row] ?? 0)
  const wanted = Math.max(1, Math.min(mostBins, Math.floor(rows.length / ROWS_PER_BIN)))
  const bins = equalMassBins(p, y, wanted)
  return {
    rows: rows.length,
    bins,
    predicted: mean(p),
    observed: mean(y),
    expectedCalibrationError: errorOfBins(bins),
    ifCalibrated: simulateCalibrated(p, wanted, seed),
  }
}

/** ECE of a forecaster whose probabilities are the truth, over draws of the labels. */
function simulateCalibrated(
  probabilities: readonly number[],
  bins: number,
  seed: number,
): Reliability['ifCalibrated'] {
  const rng = createRng(seed)
  const ascending = Float64Array.from(probabilities).sort()
  const cuts = cutEqualMass(ascending, bins)
  const errors = Array.from({ length: SIMULATIONS }, () => {
    let error = 0
    for (const [start, end] of cuts) {
      let excess = 0
      for (let i = start; i < end; i++) {
        const p = ascending[i] ?? 0
        excess += (rng.next() < p ? 1 : 0) - p
      }
      error += Math.abs(excess)
    }
    return error / ascending.length
  })
  errors.sort((a, b) => a - b)
  return { mean: mean(errors), high: quantile(errors, 0.95) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
