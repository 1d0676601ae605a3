import { describe, expect, it } from 'vitest'
import type { AskExternal, AskModel } from './extra-call.ts'
import { createScorers, type ScorersOptions, type ScorerSpec } from './create-scorers.ts'

const ask: AskModel = async ({ model }) => ({ model })
const askExternal: AskExternal = async () => ({ model: 'external' })
const FULL = { model: 'small', logprobs: true, topLogprobs: 20, samples: 5 }
const BARE = { model: 'bare', logprobs: false, topLogprobs: 0 }

const ALL: readonly ScorerSpec[] = [
  { signal: 'logprob' },
  { signal: 'logprobMinimum' },
  { signal: 'firstTokenMargin' },
  { signal: 'entropy' },
  { signal: 'accumulated', perToken: true },
  { signal: 'statedConfidence' },
  { signal: 'selfCheck' },
  { signal: 'agreement', mode: 'number' },
  { signal: 'validity', checks: [{ check: 'nonEmpty' }] },
  { signal: 'judge', model: 'judge' },
  { signal: 'external' },
]

function refusal(specs: readonly ScorerSpec[], options: Partial<ScorersOptions> = {}): unknown {
  try {
    createScorers(specs, { upstreams: [FULL], ask, askExternal, ...options })
  } catch (error) {
    return error
  }
  return undefined
}

describe('createScorers', () => {
  it('makes every signal for an upstream that gives all', () => {
    const scorers = createScorers(ALL, { upstreams: [FULL], ask, askExternal })
    expect(scorers.map(({ signal }) => signal)).toEqual(ALL.map(({ signal }) => signal))
  })

  it.each(['logprob', 'logprobMinimum', 'firstTokenMargin', 'entropy'] as const)(
    'refuses %s for an upstream without log-probabilities, naming signal, model and remedy',
    (signal) => {
      expect(refusal([{ signal }], { upstreams: [FULL, BARE] })).toMatchObject({
        code: 'config.signal',
        message: expect.stringMatching(new RegExp(`${signal}.*model bare.*use a signal that needs none`)),
      })
    },
  )

  it('counts the alternatives and the answers', () => {
    const few = { ...FULL, topLogprobs: 4, samples: 1 }
    expect(refusal([{ signal: 'firstTokenMargin' }], { upstreams: [few] })).toMatchObject({
      message: expect.stringContaining(
        'the 5 likeliest tokens of model small, whose upstream gives at most 4',
      ),
    })
    expect(refusal([{ signal: 'entropy' }], { upstreams: [few] })).toBeUndefined()
    expect(refusal([{ signal: 'agreement' }], { upstreams: [few] })).toMatchObject({
      code: 'config.signal',
      message: expect.stringContaining('ask for more samples'),
    })
  })

  it('lets signals that need nothing pass anywhere', () => {
    const specs = ALL.filter(({ signal }) =>
      ['statedConfidence', 'validity', 'judge', 'external'].includes(signal),
    )
    expect(refusal(specs, { upstreams: [BARE] })).toBeUndefined()
    expect(refusal([{ signal: 'selfCheck', reads: 'samples' }], { upstreams: [BARE] })).toBeUndefined()
  })

  it('holds a self-check against the model that it asks', () => {
    const specs: readonly ScorerSpec[] = [{ signal: 'selfCheck', model: 'small' }]
    expect(refusal(specs, { upstreams: [BARE, FULL] })).toBeUndefined()
    expect(refusal(specs, { upstreams: [BARE] })).toMatchObject({ code: 'config.signal' })
    expect(refusal([{ signal: 'selfCheck' }], { upstreams: [BARE] })).toMatchObject({ code: 'config.signal' })
  })

  it('refuses a signal twice and a call that cannot be made', () => {
    expect(refusal([{ signal: 'logprob' }, { signal: 'logprob' }])).toMatchObject({ code: 'config.signal' })
    const missing: ScorersOptions = { upstreams: [FULL] }
    for (const spec of ALL.filter(({ signal }) => ['selfCheck', 'judge', 'external'].includes(signal))) {
      expect(() => createScorers([spec], missing)).toThrow(expect.objectContaining({ code: 'config.signal' }))
    }
  })
})
