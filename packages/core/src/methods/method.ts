/**
 * Method: a way to learn a router, so that several can be trained on the same rows and compared. A method, or a family of them, is one file
 * here and one line in registry.ts.
 */
import type { Artifact, LabelMethod } from '../contract/artifact.ts'
import type { Pair } from '../contract/candidate.ts'
import type { Embedder } from '../contract/embedder.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { River } from '../serve.ts'

export interface Method {
  /** As `weir compare --methods` names it: one word, lower case. */
  readonly name: string
  /** What it is, in half a sentence. */
  readonly summary: string
  /** True when it reads the small model's answer before it is given. Default false. */
  readonly readsAnswers?: boolean
  /** Throws `data.too_few`, `data.one_class` when the rows cannot teach. */
  fit(lesson: Lesson): Promise<FittedMethod>
}

/** What every method of a split learns from. */
export interface Lesson {
  /** Training rows. */
  readonly rows: readonly Outcome[]
  readonly pair: Pair
  readonly seed: number
  /** What is read beside the text; the river is made with it too. Absent: nothing. */
  readonly embedder?: Embedder
  /** What `weir train` makes of these rows; trained once for each label, whoever asks. */
  readonly train: (label: LabelMethod) => Promise<Artifact>
}

export interface FittedMethod {
  /** Decides as it would live; scores are read from its decisions. */
  readonly river: River
  /**
   * Relaxation t under which pSmall is a probability of "small >= large - t", in units of quality; null when pSmall only ranks, so that a
   * calibration error would mean nothing.
   */
  readonly relaxation: number | null
}

/** As an option of what trains and what serves. */
export function embedderOf({ embedder }: Pick<Lesson, 'embedder'>): Pick<Lesson, 'embedder'> {
  return embedder === undefined ? {} : { embedder }
}
