/**
 * Contract suite of scorers: a known signal on its scale, the same for the same answer in any order of asking, arguments left alone, extra calls
 * stated and listed, and nothing made up where an answer does not carry the signal.
 * Throws an Error that says which rule is broken and for which input (by index, never its text). House section 9.
 */
import {
  SIGNALS,
  type Scorer,
  type ScorerInput,
  type ScorerNeeds,
  type ScorerResult,
} from '../contract/score.ts'
import { isUnit, requireThat, show } from './require.ts'

/** `inputs`: successful attempts with at least one answer each, some of which should carry the signal. Any extra call must be repeatable. */
export async function checkScorer(scorer: Scorer, inputs: readonly ScorerInput[]): Promise<void> {
  requireThat(inputs.length > 0, 'checkScorer needs at least one input')
  requireThat(Object.hasOwn(SIGNALS, scorer.signal), `${show(scorer.signal)} is not a signal that weir knows`)
  checkNeeds(scorer.needs)
  const first: string[] = []
  for (const [i, input] of inputs.entries()) {
    const where = `input ${i}`
    const before = show(input)
    const result = await scorer.score(input)
    requireThat(show(input) === before, `${where}: changes what it was given`)
    checkValue(scorer, result, where)
    checkCalls(scorer, result, where)
    first.push(show(result))
    await checkBare(scorer, input, where)
  }
  for (const [i, input] of [...inputs.entries()].reverse()) {
    const again = show(await scorer.score(input))
    requireThat(again === first[i], `input ${i}: ${first[i] ?? ''} at first, ${again} when asked again`)
  }
}

function checkNeeds({ logprobs = false, topLogprobs = 0, samples = 1, extraCalls = 0 }: ScorerNeeds): void {
  for (const [name, count, least] of [
    ['topLogprobs', topLogprobs, 0],
    ['samples', samples, 1],
    ['extraCalls', extraCalls, 0],
  ] as const) {
    requireThat(
      Number.isInteger(count) && count >= least,
      `needs.${name} must be a whole number of at least ${least}, got ${show(count)}`,
    )
  }
  requireThat(topLogprobs === 0 || logprobs, 'needs.topLogprobs implies needs.logprobs: state both')
}

function checkValue({ signal }: Scorer, { value }: ScorerResult, where: string): void {
  if (value === undefined) return
  requireThat(Number.isFinite(value), `${where}: ${signal} must be finite or absent, got ${show(value)}`)
  const kind = SIGNALS[signal]
  requireThat(
    kind !== 'logprob' || value <= 0,
    `${where}: ${signal} is a log-probability, got ${show(value)}`,
  )
  requireThat(
    kind !== 'probability' || isUnit(value),
    `${where}: ${signal} must be in [0, 1], got ${show(value)}`,
  )
}

function checkCalls(
  { needs: { extraCalls = 0 } }: Scorer,
  { calls = [] }: ScorerResult,
  where: string,
): void {
  requireThat(
    calls.length <= extraCalls,
    `${where}: lists ${calls.length} extra calls, needs.extraCalls says ${extraCalls}`,
  )
  const isMarked = calls.every(({ purpose }) => purpose !== undefined && purpose !== 'answer')
  requireThat(isMarked, `${where}: an extra call must say its purpose, which is not to answer`)
}

/** The same attempt without what the scorer needs of the answer: no signal, and no fault. Needs of extra calls are met by those calls. */
async function checkBare(scorer: Scorer, input: ScorerInput, where: string): Promise<void> {
  const { logprobs = false, samples = 1, extraCalls = 0 } = scorer.needs
  if (extraCalls > 0 || (!logprobs && samples < 2)) return
  const answers = (input.attempt.answers ?? []).slice(0, 1).map(({ text }) => ({ text }))
  const { value } = await scorer.score({ ...input, attempt: { ...input.attempt, answers, best: 0 } })
  requireThat(
    value === undefined,
    `${where}: gives ${scorer.signal} ${show(value)} for one answer without log-probabilities, though it needs more`,
  )
}
