import { describe, expect, it } from 'vitest'
import type { Answer, TokenLogprob } from '../contract/answer.ts'
import type { Attempt } from '../contract/attempt.ts'
import type { ScorerInput } from '../contract/score.ts'
import { checkScorer } from '../suites/check-scorer.ts'
import { createExternalScorer, parseExternalScore } from './external.ts'
import { fillPrompt, type AskModel, type ExternalRequest, type ModelRequest } from './extra-call.ts'
import { createJudgeScorer, parseGrade } from './judge-model.ts'
import { createSelfCheckScorer } from './self-check.ts'
import { yesProbability, yesShare } from './yes-probability.ts'

const INPUT: ScorerInput = {
  query: { turns: [{ role: 'user', text: 'What is {answer}?' }], tools: 0, images: 0, wantsJson: false },
  attempt: { model: 'small', answers: [{ text: 'wrong' }, { text: 'Forty-two.' }], best: 1 },
  earlier: [],
}
const FAILED: Attempt = {
  model: 'small',
  error: { code: 'upstream.first_byte', message: 'too late' },
  costUsd: 0,
}

/** The first token of a reply with the probabilities listed for it. */
function first(...listed: readonly (readonly [string, number])[]): readonly TokenLogprob[] {
  const top = listed.map(([token, p]) => ({ token, logprob: Math.log(p) }))
  return [{ ...top[0]!, top }]
}

function answering(answers: readonly Answer[], seen: ModelRequest[] = []): AskModel {
  return async (request) => {
    seen.push(request)
    return { model: request.model, answers, costUsd: 0.001, latencyMs: 30 }
  }
}

describe('yesProbability', () => {
  it('sums the spellings of each side', () => {
    // yes .5 + .1, no .2 + .1: .6 / .9
    const tokens = first(['Yes', 0.5], [' no', 0.2], ['**YES', 0.1], ['No.', 0.1], ['Maybe', 0.1])
    expect(yesProbability(tokens)).toBeCloseTo(2 / 3, 12)
  })

  it('is one half exactly for a tie', () => {
    expect(yesProbability(first(['Yes', 0.3], ['No', 0.3]))).toBe(0.5)
  })

  it('gives a missing side as much as it can have', () => {
    // Left over .05, least listed .1: no can have .05. .85 / .9
    expect(yesProbability(first(['Yes', 0.85], ['Maybe', 0.1]))).toBeCloseTo(0.85 / 0.9, 12)
    // Left over .2, but no more than the least listed .1: yes can have .1. .1 / .8
    expect(yesProbability(first(['No', 0.7], ['Maybe', 0.1]))).toBeCloseTo(0.1 / 0.8, 12)
    // Nothing left over.
    expect(yesProbability(first(['Yes', 1]))).toBe(1)
    expect(yesProbability(first(['No', 1]))).toBe(0)
    // The token alone, without alternatives.
    expect(yesProbability([{ token: 'Yes', logprob: Math.log(0.9) }])).toBeCloseTo(0.9, 12)
  })

  it('does not lose probabilities that are tiny', () => {
    const tokens = [
      {
        token: 'x',
        logprob: 0,
        top: [
          { token: 'x', logprob: 0 },
          { token: 'yes', logprob: -900 },
          { token: 'no', logprob: -900 - Math.log(3) },
        ],
      },
    ]
    expect(yesProbability(tokens)).toBeCloseTo(0.75, 9)
  })

  it('is absent when neither side is there', () => {
    expect(yesProbability(first(['Maybe', 0.9], ['Perhaps', 0.1]))).toBeUndefined()
    expect(yesProbability([])).toBeUndefined()
  })

  it('skips white space and takes words of your own', () => {
    const tokens = [{ token: '\n', logprob: 0 }, ...first(['<CN>', 0.6], ['<UN>', 0.2])]
    expect(yesProbability(tokens, { yes: ['<cn>'], no: ['<un>'] })).toBeCloseTo(0.75, 12)
  })

  it('is the share of yes where there are only texts', () => {
    const replies = ['Yes.', '**Yes**, it is', 'No, because yes', 'Maybe', ''].map((text) => ({ text }))
    expect(yesShare(replies)).toBeCloseTo(2 / 3, 12)
    expect(yesShare([{ text: 'Maybe' }])).toBeUndefined()
  })
})

describe('createSelfCheckScorer', () => {
  it('asks the model that answered about the given answer, and lists the call', async () => {
    const seen: ModelRequest[] = []
    const tokens = first(['Yes', 0.6], ['No', 0.2])
    const result = await createSelfCheckScorer({ ask: answering([{ text: 'Yes', tokens }], seen) }).score(
      INPUT,
    )
    expect(result.value).toBeCloseTo(0.75, 12)
    expect(result.calls).toMatchObject([{ purpose: 'self-check', costUsd: 0.001, latencyMs: 30 }])
    expect(seen).toMatchObject([{ model: 'small', samples: 1, topLogprobs: 5, temperature: 0 }])
    const [asked] = seen[0]?.messages ?? []
    // What the question says is never taken for a place to fill in.
    expect(asked?.content).toContain('What is {answer}?')
    expect(asked?.content).toContain('Forty-two.')
    expect(asked?.content).not.toContain('wrong')
  })

  it('reads the texts of several replies instead', async () => {
    const seen: ModelRequest[] = []
    const answers = ['Yes', 'No', 'Yes', 'Yes'].map((text) => ({ text }))
    const scorer = createSelfCheckScorer({
      ask: answering(answers, seen),
      reads: 'samples',
      samples: 4,
      model: 'other',
    })
    expect((await scorer.score(INPUT)).value).toBe(0.75)
    expect(seen).toMatchObject([{ model: 'other', samples: 4, topLogprobs: 0, temperature: 1 }])
    expect(scorer.needs).toEqual({ extraCalls: 1 })
  })

  it('pays for a call that failed or said nothing, and gives no signal', async () => {
    for (const reply of [FAILED, { model: 'small', answers: [{ text: 'Hm' }] }, { model: 'small' }]) {
      const result = await createSelfCheckScorer({ ask: async () => reply }).score(INPUT)
      expect(result).toEqual({ calls: [{ ...reply, purpose: 'self-check' }] })
    }
  })

  it('keeps the contract', async () => {
    const tokens = first(['Yes', 0.6], ['No', 0.2])
    await checkScorer(createSelfCheckScorer({ ask: answering([{ text: 'Yes', tokens }]) }), [INPUT])
    await checkScorer(createSelfCheckScorer({ ask: async () => FAILED }), [INPUT])
  })

  it('refuses a prompt that shows no answer', () => {
    expect(() => createSelfCheckScorer({ ask: answering([]), prompt: 'Is it right?' })).toThrow(
      expect.objectContaining({ code: 'config.value' }),
    )
  })
})

describe('fillPrompt', () => {
  it('shows a conversation with its roles and an answer with its tool calls', () => {
    const input: ScorerInput = {
      ...INPUT,
      query: {
        ...INPUT.query,
        turns: [
          { role: 'system', text: 'Be brief.' },
          { role: 'user', text: 'Hi $& $1' },
        ],
      },
      attempt: { model: 'm', answers: [{ text: '', toolCalls: [{ name: 'find', arguments: '{"q":1}' }] }] },
    }
    expect(fillPrompt('{question}|{answer}', input)).toBe(
      '[system]\nBe brief.\n\n[user]\nHi $& $1|find({"q":1})',
    )
  })
})

describe('parseGrade', () => {
  it.each<[string, number | undefined]>([
    ['It is right.\nGrade: 9', 0.9],
    ['**Grade:** 8.5', 0.85],
    ['**Grade: 7/10**', 0.7],
    ['Grade (0-10): 7', 0.7],
    ['{"grade": 7}', 0.7],
    ['I would give it a grade of 6 out of 10.', 0.6],
    ['Score = 10', 1],
    ['Rating - 4/5', 0.8],
    ['Grade: 85/100', 0.85],
    ['Grade: 3 at first. After checking 12 steps, Grade: 8', 0.8],
    ['Step 1 is right, step 2 too: 8/10.', 0.8],
    ['7', 0.7],
    ['0', 0],
    ['I would say 7.', 0.7],
    ['Grade: 11', undefined],
    ['Steps 1 and 2 are right.', undefined],
    ['Grade: excellent', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(parseGrade(text)).toBe(expected)
  })
})

describe('createJudgeScorer', () => {
  it('asks the judge, reads its grade and keeps the contract', async () => {
    const seen: ModelRequest[] = []
    const scorer = createJudgeScorer({ ask: answering([{ text: 'Grade: 8' }], seen), model: 'judge' })
    expect(await scorer.score(INPUT)).toEqual({
      value: 0.8,
      calls: [
        { model: 'judge', answers: [{ text: 'Grade: 8' }], costUsd: 0.001, latencyMs: 30, purpose: 'judge' },
      ],
    })
    expect(seen).toMatchObject([{ purpose: 'judge', model: 'judge', temperature: 0, topLogprobs: 0 }])
    await checkScorer(scorer, [INPUT])
    await checkScorer(createJudgeScorer({ ask: async () => FAILED, model: 'judge' }), [INPUT])
  })
})

describe('createExternalScorer', () => {
  it('sends question and answer, and reads a score', async () => {
    const seen: ExternalRequest[] = []
    const ask = async (request: ExternalRequest): Promise<Attempt> => {
      seen.push(request)
      return { model: 'external', answers: [{ text: '{"score": -1.5, "note": "x"}' }] }
    }
    const scorer = createExternalScorer({ ask })
    expect(await scorer.score(INPUT)).toMatchObject({ value: -1.5, calls: [{ purpose: 'external' }] })
    expect(seen[0]).toEqual({ query: INPUT.query, model: 'small', answer: { text: 'Forty-two.' } })
    await checkScorer(scorer, [INPUT])
    expect((await createExternalScorer({ ask: async () => FAILED }).score(INPUT)).value).toBeUndefined()
  })

  it.each<[string, number | undefined]>([
    ['0.7', 0.7],
    ['{"score": 3}', 3],
    ['{"score": "3"}', undefined],
    ['{"score": null}', undefined],
    ['{"score": 1e999}', undefined],
    ['[0.7]', undefined],
    ['<html>', undefined],
    ['', undefined],
  ])('body %s', (body, expected) => {
    expect(parseExternalScore(body)).toBe(expected)
  })
})
