/**
 * Series: counters and histograms in typed arrays, whose number is bounded whatever they are labelled with.
 *
 * Each label keeps its first values, up to its capacity; any further value is counted under "other". A family keeps its first
 * `series` combinations of values; any further one is counted in the series whose labels are all "other". So a metric never grows with
 * traffic, and its sum stays right.
 */

/** Stands for every value past the capacity of a label, and for every series past that of a family. */
export const OTHER = 'other'
/** Longer values are "other". 128: names of models are shorter. */
const VALUE_CHARS = 128

export interface Label {
  readonly name: string
  /** Distinct values kept, besides "other". */
  readonly values: number
}

/** The values of one label, each with a small number. Number 0 is "other". */
class LabelValues {
  readonly name: string
  readonly capacity: number
  readonly #numbers = new Map<string, number>()
  readonly texts: string[] = [OTHER]

  constructor({ name, values }: Label) {
    this.name = name
    this.capacity = values
  }

  /** Below `size`. */
  numberOf(value: string): number {
    const found = this.#numbers.get(value)
    if (found !== undefined) return found
    if (value === OTHER || value.length > VALUE_CHARS || this.texts.length > this.capacity) return 0
    const number = this.texts.length
    this.#numbers.set(value, number)
    this.texts.push(value)
    return number
  }

  get size(): number {
    return this.capacity + 1
  }
}

export interface FamilyOptions {
  /** Without the suffix _total. */
  readonly name: string
  readonly help: string
  readonly labels: readonly Label[]
  /** Combinations of label values kept, besides the one that is "other" throughout. */
  readonly series: number
}

/** Which series there are. Position 0 is the one for all that do not fit. */
class Slots {
  readonly #labels: readonly LabelValues[]
  readonly #limit: number
  readonly #slots = new Map<number, number>()
  /** Per series the number of each label value; row-major, series x labels. */
  readonly #numbers: number[] = []
  #overflowed = 0

  constructor({ labels, series }: FamilyOptions) {
    this.#labels = labels.map((label) => new LabelValues(label))
    const product = this.#labels.reduce((size, label) => size * label.size, 1)
    if (product > Number.MAX_SAFE_INTEGER) throw new RangeError('the labels have too many combinations')
    this.#limit = Math.min(series, product)
    this.#open(
      0,
      this.#labels.map(() => 0),
    )
  }

  /** Series kept, the first included. */
  get count(): number {
    return this.#slots.size
  }

  /** Observations that had no series of their own. */
  get overflowed(): number {
    return this.#overflowed
  }

  reserve(label: string, values: readonly string[]): void {
    for (const one of this.#labels) if (one.name === label) for (const value of values) one.numberOf(value)
  }

  slotOf(values: readonly string[]): number {
    let key = 0
    for (let i = 0; i < this.#labels.length; i += 1) {
      const label = this.#labels[i]
      if (label !== undefined) key = key * label.size + label.numberOf(values[i] ?? '')
    }
    const slot = this.#slots.get(key)
    if (slot !== undefined && slot > 0) return slot
    return slot ?? this.#make(key)
  }

  #make(key: number): number {
    if (this.#slots.size > this.#limit) {
      this.#overflowed += 1
      return 0
    }
    const numbers: number[] = []
    let rest = key
    for (const { size } of this.#labels.toReversed()) {
      numbers.unshift(rest % size)
      rest = Math.floor(rest / size)
    }
    return this.#open(key, numbers)
  }

  #open(key: number, numbers: readonly number[]): number {
    const slot = this.#slots.size
    this.#slots.set(key, slot)
    this.#numbers.push(...numbers)
    return slot
  }

  /** Names and values of a series. */
  labelsOf(slot: number): readonly (readonly [string, string])[] {
    return this.#labels.map(({ name, texts }, i) => {
      const number = this.#numbers[slot * this.#labels.length + i] ?? 0
      return [name, texts[number] ?? OTHER] as const
    })
  }
}

type Numbers = Float64Array<ArrayBuffer>

/** Grows by doubling; the number of series bounds it. */
function withRoom(values: Numbers, length: number): Numbers {
  if (length <= values.length) return values
  const grown = new Float64Array(Math.max(length, values.length * 2))
  grown.set(values)
  return grown
}

/** One series as it stands. */
export interface CounterPoint {
  readonly labels: readonly (readonly [string, string])[]
  readonly value: number
}

abstract class Family {
  readonly name: string
  readonly help: string
  protected readonly slots: Slots

  constructor(options: FamilyOptions) {
    this.name = options.name
    this.help = options.help
    this.slots = new Slots(options)
  }

  /** Series kept, the one for all that do not fit included. */
  get seriesCount(): number {
    return this.slots.count
  }

  /** Observations that went to the series for all that do not fit. */
  get overflowed(): number {
    return this.slots.overflowed
  }

  /** Keeps room for values that are known beforehand, so that others cannot take it. */
  reserve(label: string, values: readonly string[]): void {
    this.slots.reserve(label, values)
  }
}

export class Counter extends Family {
  readonly kind = 'counter'
  #values = new Float64Array(8)

  /** `values`: one per label, in their order. Amounts that are no finite number from 0 are passed over. */
  add(values: readonly string[], amount = 1): void {
    if (!(amount >= 0 && amount < Infinity)) return
    const slot = this.slots.slotOf(values)
    this.#values = withRoom(this.#values, slot + 1)
    this.#values[slot] = (this.#values[slot] ?? 0) + amount
  }

  points(): readonly CounterPoint[] {
    return Array.from({ length: this.slots.count }, (_, slot) => ({
      labels: this.slots.labelsOf(slot),
      value: this.#values[slot] ?? 0,
    })).filter(({ value }, slot) => slot > 0 || value > 0)
  }
}

export interface HistogramOptions extends FamilyOptions {
  /** Upper bounds, rising, the infinite one left out. */
  readonly bounds: readonly number[]
}

export interface HistogramPoint {
  readonly labels: readonly (readonly [string, string])[]
  /** Observations up to each bound and, last, all of them. */
  readonly cumulative: readonly number[]
  readonly sum: number
}

export class Histogram extends Family {
  readonly kind = 'histogram'
  readonly bounds: readonly number[]
  /** Row-major, series x (bounds + 1). */
  #counts = new Float64Array(64)
  #sums = new Float64Array(8)

  constructor(options: HistogramOptions) {
    super(options)
    this.bounds = options.bounds
  }

  /** Values that are no finite number from 0 are passed over. */
  observe(values: readonly string[], value: number): void {
    if (!(value >= 0 && value < Infinity)) return
    const slot = this.slots.slotOf(values)
    const width = this.bounds.length + 1
    this.#counts = withRoom(this.#counts, (slot + 1) * width)
    this.#sums = withRoom(this.#sums, slot + 1)
    let bucket = 0
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket += 1
    const at = slot * width + bucket
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#sums[slot] = (this.#sums[slot] ?? 0) + value
  }

  points(): readonly HistogramPoint[] {
    const width = this.bounds.length + 1
    return Array.from({ length: this.slots.count }, (_, slot) => {
      let seen = 0
      const cumulative = Array.from({ length: width }, (_unused, i) => {
        seen += this.#counts[slot * width + i] ?? 0
        return seen
      })
      return { labels: this.slots.labelsOf(slot), cumulative, sum: this.#sums[slot] ?? 0 }
    }).filter(({ cumulative }, slot) => slot > 0 || (cumulative.at(-1) ?? 0) > 0)
  }
}
