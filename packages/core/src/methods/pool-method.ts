/**
 * Pool method: a way to learn, from the same rows, how good every model of a pool will be. A method is one file here, which names its serving half
 * (estimate/<name>.ts) and its learning half (learn/fit-<name>.ts), and one line in pool-registry.ts.
 */
import type { FitPredictor } from '../learn/pool-set.ts'

export interface PoolMethod {
  /** As `--method` and `weir compare --methods` name it: one word, lower case; also the name of its predictor. */
  readonly name: string
  /** What it is, in half a sentence. */
  readonly summary: string
  readonly fit: FitPredictor
}
