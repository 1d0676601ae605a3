/**
 * Load: which of a model's upstreams to call. The one with the least expected work before our answer:
 *
 *   work = (outstanding + 1) * latencyMs / weight
 *
 * with outstanding the calls that have not ended, and latencyMs an average of the latest ones in which a sample counts for exp(-age / 10 s).
 * A failure counts as a slow call: otherwise an upstream that refuses at once would look the quickest and draw everything. One that has not
 * been called yet takes the quickest other's latency, so it is tried. Ties are drawn at random, or all gateways would choose alike.
 *
 * Source: "peak EWMA" of Twitter Finagle, less the peak; outstanding times latency is Little's law read backwards.
 */

/** Age at which a sample counts for 1/e, ms. */
const MEMORY_MS = 10_000
/** A failed call counts as having taken this times the average, and at least FAILED_MS. */
const FAILED_FACTOR = 4
const FAILED_MS = 1_000

export class Load {
  #outstanding = 0
  #latencyMs: number | undefined
  #sampledAtMs = 0

  get outstanding(): number {
    return this.#outstanding
  }

  /** Undefined before the first call has ended. */
  get latencyMs(): number | undefined {
    return this.#latencyMs
  }

  begin(): void {
    this.#outstanding += 1
  }

  end(): void {
    this.#outstanding -= 1
  }

  /** Time from the call to its answer. */
  sample(latencyMs: number, nowMs: number): void {
    const before = this.#latencyMs
    const kept = before === undefined ? 0 : Math.exp((this.#sampledAtMs - nowMs) / MEMORY_MS)
    // Many samples a second would each count for nothing: one counts for at least a tenth.
    const share = Math.max(0.1, 1 - kept)
    this.#latencyMs = before === undefined ? latencyMs : before + share * (latencyMs - before)
    this.#sampledAtMs = nowMs
  }

  fail(latencyMs: number, nowMs: number): void {
    this.sample(Math.max(latencyMs, FAILED_MS, FAILED_FACTOR * (this.#latencyMs ?? 0)), nowMs)
  }
}

export interface Choice {
  readonly outstanding: number
  readonly latencyMs: number | undefined
  /** Share of the work it should take, above 0. */
  readonly weight: number
}

/** Position of the one to call; `random` in [0, 1) decides between equals. Throws for an empty list. */
export function chooseLeastWork(choices: readonly Choice[], random: number): number {
  if (choices.length === 0) throw new RangeError('no upstream to choose from')
  let quickest = Infinity
  for (const { latencyMs } of choices) if (latencyMs !== undefined) quickest = Math.min(quickest, latencyMs)
  const unknownMs = Number.isFinite(quickest) ? quickest : 1
  const work = choices.map(
    ({ outstanding, latencyMs = unknownMs, weight }) => ((outstanding + 1) * Math.max(latencyMs, 1)) / weight,
  )
  const least = Math.min(...work)
  const equal = work.flatMap((one, at) => (one <= least ? [at] : []))
  return equal[Math.min(equal.length - 1, Math.floor(random * equal.length))] ?? 0
}
