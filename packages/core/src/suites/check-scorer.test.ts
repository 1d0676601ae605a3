/** The suite must fail for what breaks a rule. */
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Scorer, ScorerInput, ScorerResult } from '../contract/score.ts'
import { checkScorer } from './check-scorer.ts'

const INPUTS: readonly ScorerInput[] = ['a', 'bb'].map((text) => ({
  query: { turns: [{ role: 'user', text }], tools: 0, images: 0, wantsJson: false },
  attempt: { model: 'm', answers: [{ text, tokens: [{ token: text, logprob: -1 }] }] },
  earlier: [],
}))

const scorer = (score: Scorer['score'], over: Partial<Scorer> = {}): Scorer => ({
  signal: 'validity',
  needs: {},
  score,
  ...over,
})
const give = (result: ScorerResult) => (): ScorerResult => result
const CALL: Attempt = { model: 'm', purpose: 'judge' }

function fickle(): Scorer['score'] {
  let asked = 0
  return () => ({ value: 1 / (asked += 1) })
}

const reads: Scorer['score'] = ({ attempt }) => {
  const logprob = attempt.answers?.[0]?.tokens?.[0]?.logprob
  return logprob === undefined ? {} : { value: logprob }
}

describe('checkScorer', () => {
  it('passes sound ones', async () => {
    await checkScorer(scorer(give({ value: 1 })), INPUTS)
    await checkScorer(
      scorer(async () => ({})),
      INPUTS,
    )
    await checkScorer(scorer(give({ value: 0.5, calls: [CALL] }), { needs: { extraCalls: 1 } }), INPUTS)
    await checkScorer(scorer(reads, { signal: 'logprob', needs: { logprobs: true } }), INPUTS)
  })

  it.each<[string, Scorer, RegExp]>([
    ['NaN', scorer(give({ value: Number.NaN })), /input 0: validity must be finite/],
    ['above 1', scorer(give({ value: 1.5 })), /must be in \[0, 1\]/],
    ['above 0', scorer(give({ value: 0.5 }), { signal: 'logprob' }), /is a log-probability/],
    ['an unknown signal', scorer(give({}), { signal: 'mood' as 'judge' }), /not a signal/],
    ['half a sample', scorer(give({}), { needs: { samples: 0.5 } }), /needs.samples/],
    ['top without logprobs', scorer(give({}), { needs: { topLogprobs: 5 } }), /implies needs.logprobs/],
    ['a hidden call', scorer(give({ calls: [CALL] })), /lists 1 extra calls/],
    [
      'a call without purpose',
      scorer(give({ calls: [{ model: 'm' }] }), { needs: { extraCalls: 1 } }),
      /must say its purpose/,
    ],
    ['changing its mind', scorer(fickle()), /when asked again/],
    [
      'writing into the answer',
      scorer(({ attempt }) => {
        Object.assign(attempt.answers?.[0] ?? {}, { text: 'mine' })
        return {}
      }),
      /changes what it was given/,
    ],
    [
      'making up log-probabilities',
      scorer(give({ value: -1 }), { signal: 'logprob', needs: { logprobs: true } }),
      /though it needs more/,
    ],
    [
      'agreeing alone',
      scorer(give({ value: 1 }), { signal: 'agreement', needs: { samples: 2 } }),
      /needs more/,
    ],
  ])('fails %s', async (_, broken, message) => {
    const fresh = structuredClone(INPUTS) as readonly ScorerInput[]
    await expect(checkScorer(broken, fresh)).rejects.toThrow(message)
  })

  it('needs an input', async () => {
    await expect(checkScorer(scorer(give({})), [])).rejects.toThrow('at least one input')
  })
})
