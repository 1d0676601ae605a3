/**
 * Fan: the calls of one request that run one after another or side by side (stages, samples, checks), all tied to the caller's
 * connection: when that closes, every one is dropped.
 */
import type { Failure } from './dispatch.ts'
import type { Lifeline } from './live-attempt.ts'

export class Fan {
  readonly #lifeline: Lifeline
  readonly #branches = new Set<Lifeline>()

  constructor(lifeline: Lifeline) {
    this.#lifeline = lifeline
    lifeline.call = this
  }

  /** A lifeline for one call. */
  branch(): Lifeline {
    const { isGone, deadlineAtMs } = this.#lifeline
    const branch: Lifeline = { isGone, deadlineAtMs, call: undefined }
    this.#branches.add(branch)
    return branch
  }

  /** The caller is gone. */
  drop(failure?: Failure): void {
    for (const branch of this.#branches) cut(branch, failure)
  }
}

/** Ends one call; nothing more is called on this branch. */
export function cut(branch: Lifeline, failure?: Failure): void {
  branch.isGone = true
  branch.call?.drop(failure)
}
