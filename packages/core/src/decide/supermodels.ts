/**
 * Supermodels: sets of models that could be run on a query, the answer with the best estimate being given. The value of a set M when A has run:
 *
 *   value(M) = E[max over M of q] - weight * (cost of M without A),      q ~ Normal(estimates, covariance of their errors given A)
 *
 * Search over all supersets of A of at most `maxDepth` models, in order of rising cost. A model that adds less to a set than it costs adds
 * no more to any larger one (the expected maximum is submodular), so it is dropped from the branch; this is the pruning lemma of the
 * paper. Source: A Unified Approach to Routing and Cascading, arXiv:2410.10347, section 4.
 */
import {
  DRAWS,
  drawNormals,
  expectedMaxOfTwo,
  MAX_DRAWN,
  meanOfMax,
  raiseDraws,
} from '../math/expected-max.ts'

export interface Belief {
  readonly quality: number
  /** Expected cost of running it, USD; 0 once it has run. Infinity when unknown. */
  readonly costUsd: number
  readonly hasRun: boolean
}

export interface SupermodelInput {
  /** In the pool's order. */
  readonly beliefs: readonly Belief[]
  /** Of the beliefs' errors: beliefs x beliefs, row-major. */
  readonly covariance: ArrayLike<number>
  /** Quality that one USD must bring. */
  readonly weight: number
  /** Most models in a set, those that have run among them. */
  readonly maxDepth: number
  /** Positions of the beliefs in the order in which alone they may be added; absent: any. */
  readonly order?: readonly number[]
  /** Of equally good sets: the cheaper (default) or the dearer one. */
  readonly prefersDearer?: boolean
}

export interface Supermodel {
  readonly value: number
  /** Position of the model to run next: the cheapest of those to be added, or the next of the order. */
  readonly next: number
  /** Expected cost of the added models, USD. */
  readonly costUsd: number
}

export interface Weighed {
  /** Value of what has run already; undefined when nothing has. */
  readonly stop: number | undefined
  /** The best of the larger sets; undefined when there is none. */
  readonly best: Supermodel | undefined
}

/** At most this many models that have not run are searched; of more, those of the highest value each on its own. */
const BEAM = 8
/** Quality below which a gain is none: the draws themselves err by more. Only matters where money hardly does. */
const LEAST_GAIN = 2e-4

export function weighSupermodels(input: SupermodelInput): Weighed {
  const { beliefs, maxDepth } = input
  const run = [...beliefs.keys()].filter((i) => beliefs[i]?.hasRun === true)
  const free = selectFree(input, run.length)
  // What is out of the beam needs no draws.
  const members = [...run, ...free].slice(0, MAX_DRAWN)
  const search: Search = {
    ...input,
    draws: drawAll(input, members),
    rowOf: new Map(members.map((i, row) => [i, row])),
    rooms: [],
    found: undefined,
  }
  const base = {
    ...run.reduce((set, i) => keep(search, set, join(search, set, i)), EMPTY),
    costUsd: 0,
    next: -1,
  }
  const stop = run.length === 0 ? undefined : base.expected
  if (run.length < maxDepth) grow(search, base, input.order === undefined ? free : free.slice(0, 1))
  return { stop, best: search.found }
}

/** Those that can be added, cheapest first, or as the order says; within the beam. */
function selectFree({ beliefs, weight, order }: SupermodelInput, run: number): readonly number[] {
  const isFree = (i: number): boolean =>
    beliefs[i]?.hasRun === false && priceOf(beliefs[i], weight) < Infinity
  if (order !== undefined) return order.filter(isFree).slice(0, MAX_DRAWN - run)
  const free = [...beliefs.keys()].filter(isFree)
  const byCost = (a: number, b: number): number => (beliefs[a]?.costUsd ?? 0) - (beliefs[b]?.costUsd ?? 0)
  if (free.length <= BEAM) return free.sort(byCost)
  const valueOf = (i: number): number => (beliefs[i]?.quality ?? 0) - priceOf(beliefs[i], weight)
  return free
    .sort((a, b) => valueOf(b) - valueOf(a))
    .slice(0, Math.max(1, Math.min(BEAM, MAX_DRAWN - run)))
    .sort(byCost)
}

function priceOf(belief: Belief | undefined, weight: number): number {
  // 0 times an unknown cost is 0: where money does not matter, prices need not be known.
  return weight === 0 ? 0 : weight * (belief?.costUsd ?? Infinity)
}

interface Search extends SupermodelInput {
  readonly draws: Float64Array
  /** Row of `draws` by position. */
  readonly rowOf: ReadonlyMap<number, number>
  /** By size of a set: where its maximum in each draw lies while its supersets are searched. */
  readonly rooms: Float64Array[]
  found: Supermodel | undefined
}

/** A set of models with what is known of its maximum. */
interface ModelSet {
  readonly members: readonly number[]
  /** Largest mean. */
  readonly top: number
  /** E[max]. */
  readonly expected: number
  /** E[max] by draws: compared with other means of draws, never with the closed forms. */
  readonly drawn: number
  readonly costUsd: number
  /** The first model added. */
  readonly next: number
}

/** Of which the maximum in each draw is at hand: in the room of its size. */
interface KeptSet extends ModelSet {
  readonly highest: Float64Array
}

const NOTHING = new Float64Array(DRAWS).fill(Number.NEGATIVE_INFINITY)
const EMPTY: KeptSet = {
  members: [],
  top: Number.NEGATIVE_INFINITY,
  expected: Number.NEGATIVE_INFINITY,
  drawn: Number.NEGATIVE_INFINITY,
  costUsd: 0,
  next: -1,
  highest: NOTHING,
}

function grow(search: Search, from: KeptSet, free: readonly number[]): void {
  const { beliefs, weight, maxDepth, order } = search
  const grown = free.map((i) => join(search, from, i))
  for (const set of grown) consider(search, set)
  if (from.members.length + 1 >= maxDepth) return
  // A model that adds less than it costs is dropped. What the empty set gains is always worth it.
  const isWorth = (set: ModelSet, at: number): boolean =>
    order !== undefined ||
    set.drawn - from.drawn >= Math.max(LEAST_GAIN, priceOf(beliefs[free[at] ?? -1], weight))
  const kept = [...free.keys()].filter((at) => isWorth(grown[at] as ModelSet, at))
  kept.forEach((at, position) => {
    const set = grown[at] as ModelSet
    const later = kept.slice(position + 1).map((other) => free[other] ?? -1)
    const rest = order === undefined ? later : nextOf(search, set)
    if (rest.length > 0) grow(search, keep(search, from, set), rest)
  })
}

/** The next of the order. */
function nextOf({ order = [], rowOf }: Search, { members }: ModelSet): readonly number[] {
  return order.filter((i) => rowOf.has(i) && !members.includes(i)).slice(0, 1)
}

/** The set with one more model. */
function join(search: Search, from: KeptSet, i: number): ModelSet {
  const belief = search.beliefs[i] as Belief
  const members = [...from.members, i]
  const top = Math.max(from.top, belief.quality)
  const drawn = meanOfMax({ from: from.highest, draws: search.draws, row: search.rowOf.get(i) ?? 0 }, top)
  return {
    members,
    top,
    expected: expectOf(search, members, drawn),
    drawn,
    costUsd: from.costUsd + belief.costUsd,
    next: from.next < 0 ? i : from.next,
  }
}

function keep({ rooms, draws, rowOf }: Search, from: KeptSet, set: ModelSet): KeptSet {
  const highest = (rooms[set.members.length] ??= new Float64Array(DRAWS))
  raiseDraws(highest, { from: from.highest, draws, row: rowOf.get(set.members.at(-1) ?? -1) ?? 0 })
  return { ...set, highest }
}

function expectOf({ beliefs, covariance }: Search, members: readonly number[], drawn: number): number {
  const [i = 0, j = 0] = members
  const quality = (of: number): number => beliefs[of]?.quality ?? 0
  if (members.length === 1) return quality(i)
  if (members.length > 2) return drawn
  const of = (a: number, b: number): number => covariance[a * beliefs.length + b] ?? 0
  return expectedMaxOfTwo(quality(i), quality(j), of(i, i) + of(j, j) - of(i, j) - of(j, i))
}

function consider(search: Search, { expected, costUsd, next }: ModelSet): void {
  const value = expected - (search.weight === 0 ? 0 : search.weight * costUsd)
  const offered = { value, next, costUsd }
  if (isPreferred(offered, search.found, search.prefersDearer === true)) search.found = offered
}

function isPreferred(offered: Supermodel, than: Supermodel | undefined, prefersDearer: boolean): boolean {
  if (than === undefined || offered.value > than.value) return true
  if (offered.value < than.value) return false
  return prefersDearer ? offered.costUsd > than.costUsd : offered.costUsd < than.costUsd
}

function drawAll({ beliefs, covariance }: SupermodelInput, members: readonly number[]): Float64Array {
  return drawNormals({
    means: members.map((i) => beliefs[i]?.quality ?? 0),
    covariance: members.flatMap((i) => members.map((j) => covariance[i * beliefs.length + j] ?? 0)),
  })
}
