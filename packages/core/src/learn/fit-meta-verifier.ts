/**
 * Learns the table of a meta-verifier (decide/meta-verifier.ts): which bins of the verifier's value escalate.
 *
 *   threshold   the lowest bins                                     band     a run of neighbouring bins
 *   greedy      prefixes of the bins by the mean gain large - small, smoothed by a Gaussian over neighbouring bins
 *   pomdp       P(class | bin) for NEEDY, GOOD, HOPELESS; the action with the higher expected payoff, for a grid of r
 *   best        the kind whose tables, chosen on the other folds, do best on rows that they have not seen
 *
 * Of a kind's tables the one with the highest lift of incremental benefit per cost (math/benefit-lift.ts) on the rows; of equals the first, and
 * of equal kinds the one named first. Source: AutoMix, arXiv:2310.12963 and its code. Departures: bins of equal mass, since a verifier's values
 * pile up at the ends; a class for every row (learn/answer-classes.ts); kinds are compared on unseen rows, since on the rows themselves the
 * kind with more tables always wins and was then worse on fresh ones (docs/methods/cascade-search.md).
 */
import { binOf, type MetaVerifier } from '../decide/meta-verifier.ts'
import { benefitLift, type CostedQuality } from '../math/benefit-lift.ts'
import { cutEqualMass } from '../math/equal-mass-bins.ts'
import { classifyAnswers, pomdpTables, type ClassShares } from './answer-classes.ts'

/** One query that both models answered. */
export interface VerifiedRow {
  /** What the verifier says of the small model's answer. Finite; higher is better. */
  readonly value: number
  readonly smallQuality: number
  readonly largeQuality: number
  readonly smallCostUsd: number
  readonly largeCostUsd: number
  /** Of the verifier's own calls. Default 0. */
  readonly checkCostUsd?: number
}

export type MetaVerifierKind = 'threshold' | 'band' | 'greedy' | 'pomdp'

export const META_VERIFIERS: readonly MetaVerifierKind[] = ['threshold', 'band', 'greedy', 'pomdp']

export interface MetaVerifierOptions {
  readonly signal: MetaVerifier['signal']
  /** Default 'best'. */
  readonly kind?: MetaVerifierKind | 'best'
  /** At most; equal values share one. Default 8. */
  readonly bins?: number
}

export interface FittedMetaVerifier extends MetaVerifier {
  readonly kind: MetaVerifierKind
  /** On the rows it was chosen by: optimistic. At or below 0 the cascade is not worth its drafts. */
  readonly lift: number
  /** Share of the rows that it escalates. */
  readonly escalated: number
  /** One per bin. */
  readonly classes: readonly ClassShares[]
}

export const META_VERIFIER_BINS: number = 8
export const META_VERIFIER_FOLDS: number = 5
/** Of the Gaussian, in bins. */
export const SMOOTHING: number = 2

/** Undefined when the large model is not both better and dearer on the rows: there is nothing to escalate for. Needs at least one row. */
export function fitMetaVerifier(
  rows: readonly VerifiedRow[],
  { signal, kind = 'best', bins = META_VERIFIER_BINS }: MetaVerifierOptions,
): FittedMetaVerifier | undefined {
  const fit = (some: readonly VerifiedRow[], one: MetaVerifierKind): FittedMetaVerifier | undefined =>
    fitKind(some, one, { signal, bins })
  return fit(rows, kind === 'best' ? bestKind(rows, fit) : kind)
}

type FitKind = (rows: readonly VerifiedRow[], kind: MetaVerifierKind) => FittedMetaVerifier | undefined

/** By lift over all rows, each with the table of the folds that it is not in. */
function bestKind(rows: readonly VerifiedRow[], fit: FitKind): MetaVerifierKind {
  let best: { readonly kind: MetaVerifierKind; readonly lift: number } | undefined
  for (const kind of META_VERIFIERS) {
    const up = Array.from({ length: META_VERIFIER_FOLDS }, (_, fold) => {
      const fitted = fit(
        rows.filter((_, i) => i % META_VERIFIER_FOLDS !== fold),
        kind,
      )
      return rows.filter((row, i) => i % META_VERIFIER_FOLDS === fold && isEscalated(fitted, row))
    }).flat()
    const lift = liftOf(rows, up) ?? Number.NEGATIVE_INFINITY
    if (best === undefined || lift > best.lift) best = { kind, lift }
  }
  return best?.kind ?? 'threshold'
}

/** Without a table (the large model is no better on the other folds) nothing is. */
function isEscalated(fitted: FittedMetaVerifier | undefined, { value }: VerifiedRow): boolean {
  return fitted?.escalates[binOf(fitted.edges, value)] ?? false
}

function fitKind(
  rows: readonly VerifiedRow[],
  kind: MetaVerifierKind,
  { signal, bins }: Pick<Required<MetaVerifierOptions>, 'signal' | 'bins'>,
): FittedMetaVerifier | undefined {
  const edges = edgesOf(rows, bins)
  const binned = Array.from({ length: edges.length + 1 }, (): VerifiedRow[] => [])
  for (const row of rows) binned[binOf(edges, row.value)]?.push(row)
  const classes = classifyAnswers(binned)
  let best: FittedMetaVerifier | undefined
  for (const escalates of TABLES[kind]({ binned, classes })) {
    const up = binned.flatMap((some, bin) => (escalates[bin] === true ? some : []))
    const lift = liftOf(rows, up)
    if (lift === undefined || lift <= (best?.lift ?? Number.NEGATIVE_INFINITY)) continue
    best = { kind, signal, edges, escalates, lift, escalated: up.length / rows.length, classes }
  }
  return best
}

function edgesOf(rows: readonly VerifiedRow[], bins: number): readonly number[] {
  const ascending = Float64Array.from(rows, ({ value }) => value).sort()
  return cutEqualMass(ascending, bins)
    .slice(1)
    .map(([start]) => ascending[start] ?? 0)
}

interface Trial {
  /** One list per bin, lowest values first. */
  readonly binned: readonly (readonly VerifiedRow[])[]
  readonly classes: readonly ClassShares[]
}

type Table = readonly boolean[]

const TABLES: Readonly<Record<MetaVerifierKind, (trial: Trial) => readonly Table[]>> = {
  threshold: ({ binned }) => binned.map((_, t) => binned.map((_, bin) => bin <= t)),
  band: ({ binned }) =>
    binned.flatMap((_, low) => binned.slice(low).map((_, more) => isBetween(binned, low, low + more))),
  greedy: ({ binned }) => {
    const order = gainsOf(binned)
      .map((gain, bin) => ({ gain, bin }))
      .toSorted((a, b) => b.gain - a.gain)
      .map(({ bin }) => bin)
    return order.map((_, i) => binned.map((_, bin) => order.indexOf(bin) <= i))
  },
  pomdp: ({ classes }) => pomdpTables(classes),
}

function isBetween(binned: Trial['binned'], low: number, high: number): Table {
  return binned.map((_, bin) => bin >= low && bin <= high)
}

/** Mean of large - small per bin, smoothed; at the ends the bins are mirrored. */
function gainsOf(binned: Trial['binned']): readonly number[] {
  const raw = binned.map((rows) => mean(rows, (row) => row.largeQuality - row.smallQuality))
  const reach = Math.round(4 * SMOOTHING)
  return raw.map((_, bin) => {
    let [sum, weights] = [0, 0]
    for (let step = -reach; step <= reach; step++) {
      const weight = Math.exp(-(step * step) / (2 * SMOOTHING * SMOOTHING))
      sum += weight * (raw[mirror(bin + step, raw.length)] ?? 0)
      weights += weight
    }
    return sum / weights
  })
}

/** … 1 0 | 0 1 2 … n-1 | n-1 n-2 … */
function mirror(at: number, n: number): number {
  const folded = ((at % (2 * n)) + 2 * n) % (2 * n)
  return folded < n ? folded : 2 * n - 1 - folded
}

/** Of escalating the rows `up`. */
function liftOf(rows: readonly VerifiedRow[], up: readonly VerifiedRow[]): number | undefined {
  const share = up.length / rows.length
  const small = of(rows, ({ smallQuality, smallCostUsd }) => [smallQuality, smallCostUsd])
  const large = of(rows, ({ largeQuality, largeCostUsd }) => [largeQuality, largeCostUsd])
  const gained = of(up, (row) => [row.largeQuality - row.smallQuality, row.largeCostUsd])
  const system: CostedQuality = {
    quality: small.quality + share * gained.quality,
    costUsd: small.costUsd + mean(rows, ({ checkCostUsd = 0 }) => checkCostUsd) + share * gained.costUsd,
  }
  return benefitLift(system, { small, large })
}

function of(
  rows: readonly VerifiedRow[],
  read: (row: VerifiedRow) => readonly [number, number],
): CostedQuality {
  return { quality: mean(rows, (row) => read(row)[0]), costUsd: mean(rows, (row) => read(row)[1]) }
}

/** 0 of none. */
function mean(rows: readonly VerifiedRow[], read: (row: VerifiedRow) => number): number {
  return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + read(row), 0) / rows.length
}
