import { describe, expect, it } from 'vitest'
import type { Answer } from '../contract/answer.ts'
import type { Attempt } from '../contract/attempt.ts'
import type { Turn } from '../contract/query.ts'
import type { ScorerInput } from '../contract/score.ts'
import { checkScorer } from '../suites/check-scorer.ts'
import type { Check, CheckEffects } from './checks.ts'
import { createFailedChecks, createValidityScorer } from './validity.ts'

interface Around {
  readonly turns?: readonly Turn[]
  readonly earlier?: readonly Attempt[]
}

function inputOf(answer: Partial<Answer>, { turns = [], earlier = [] }: Around = {}): ScorerInput {
  return {
    query: { turns, tools: 0, images: 0, wantsJson: false },
    attempt: { model: 'small', answers: [{ text: '', ...answer }] },
    earlier,
  }
}

function passes(check: Check, input: ScorerInput, effects: CheckEffects = {}): boolean {
  return createFailedChecks({ ...effects, checks: [check] })(input).length === 0
}

const text = (given: string): ScorerInput => inputOf({ text: given })
const calling = (given: string): Answer => ({ text: '', toolCalls: [{ name: 'find', arguments: given }] })
const call = (given: string): ScorerInput => inputOf(calling(given))

describe('checks', () => {
  it.each<[Check, ScorerInput, boolean]>([
    [{ check: 'nonEmpty' }, text(' \n '), false],
    [{ check: 'nonEmpty' }, text('x'), true],
    [{ check: 'nonEmpty' }, call('{}'), true],
    [{ check: 'complete' }, inputOf({ text: 'x', finishReason: 'length' }), false],
    [{ check: 'complete' }, inputOf({ text: 'x', finishReason: 'stop' }), true],
    [{ check: 'complete' }, text('x'), true],
    [{ check: 'json' }, text('{"a": 1}'), true],
    [{ check: 'json' }, text('Here it is:\n```json\n{"a": 1}\n```\nDone.'), true],
    [{ check: 'json' }, text('```json\n{"a": 1}\n```\n```json\n{}\n```'), false],
    [{ check: 'json' }, text('{"a": 1'), false],
    [{ check: 'toolCalls' }, call('{"q": "weir"}'), true],
    [{ check: 'toolCalls' }, call('{"q": "we'), false],
    [{ check: 'toolCalls' }, call('[1]'), false],
    [{ check: 'toolCalls' }, call('null'), false],
    [{ check: 'toolCalls' }, call(''), true],
    [{ check: 'toolCalls' }, text('no call'), true],
    [{ check: 'regex', pattern: '^yes|no$', flags: 'gi' }, text('YES, surely'), true],
    [{ check: 'regex', pattern: '^\\d+$' }, text('12a'), false],
    [{ check: 'finalNumber' }, text('so it is 12'), true],
    [{ check: 'finalNumber' }, text('no idea'), false],
    [{ check: 'finalChoice' }, text('(B)'), true],
    [{ check: 'finalChoice' }, text('none of them'), false],
    [{ check: 'jsonSchema', schema: { type: 'object', required: ['a'] } }, text('{"a": 1}'), true],
    [{ check: 'jsonSchema', schema: { type: 'object', required: ['a'] } }, text('{"b": 1}'), false],
    [{ check: 'jsonSchema', schema: {} }, text('no json'), false],
  ])('%j', (check, input, expected) => {
    expect(passes(check, input)).toBe(expected)
    // A global pattern would remember where it stopped.
    expect(passes(check, input)).toBe(expected)
  })

  it('asks the given parser about each fenced block', () => {
    const seen: [string, string][] = []
    const parsesCode = (code: string, language: string): boolean => {
      seen.push([language, code])
      return !code.includes('(')
    }
    const given = 'One:\n```Python title=x\nprint 1\n```\ntwo:\n~~~\nf(\n~~~\n'
    expect(passes({ check: 'code' }, text(given), { parsesCode })).toBe(false)
    expect(seen).toEqual([
      ['python', 'print 1\n'],
      ['', 'f(\n'],
    ])
    expect(passes({ check: 'code' }, text('```js\nx = 1'), { parsesCode })).toBe(true)
    expect(passes({ check: 'code' }, text('no code ('), { parsesCode })).toBe(true)
  })

  it.each<[Check]>([
    [{ check: 'code' }],
    [{ check: 'regex', pattern: '(' }],
    [{ check: 'notRepeated', times: 1 }],
    [{ check: 'jsonSchema', schema: { $ref: '#/x' } }],
  ])('refuses %j', (check) => {
    expect(() => createValidityScorer({ checks: [check] })).toThrow(
      expect.objectContaining({ code: 'config.value' }),
    )
  })
})

describe('notRepeated', () => {
  const check: Check = { check: 'notRepeated' }
  const line = 'I will try again.\n'

  it.each<[string, boolean]>([
    [line.repeat(2), true],
    [line.repeat(3), false],
    [`${line}\n${line}\n  ${line}`, false],
    // Brackets and rulers repeat in sound answers.
    ['}\n}\n}\n}', true],
    ['---\n---\n---\n---', true],
    ['..........................................................', true],
    // A loop without line breaks, cut off anywhere.
    [`First: ${'and then we go on '.repeat(3)}`, false],
    [`First: ${'and then we go on '.repeat(2)}`, true],
    [`${'and then we go on '.repeat(5)}stop`, true],
    [`First: ${'and then we go on '.repeat(3)}...`, false],
    ['1 2 3 4 5 6 7 8 9 10 11 12 13 14 15', true],
    ['', true],
  ])('%j', (given, expected) => {
    expect(passes(check, text(given))).toBe(expected)
  })

  it('finds the third identical action of a conversation, and of this request', () => {
    const said: Turn = { role: 'assistant', text: 'ls  -l' }
    const asked: Turn = { role: 'user', text: 'ls -l' }
    const answer = { text: 'ls -l' }
    expect(passes(check, inputOf(answer, { turns: [asked, said, asked] }))).toBe(true)
    expect(passes(check, inputOf(answer, { turns: [said, asked, said] }))).toBe(false)
    const earlier = ['small', 'small', 'large'].map((model) => ({ model, answers: [answer] }))
    expect(passes(check, inputOf(answer, { earlier }))).toBe(false)
    expect(passes(check, inputOf(answer, { earlier: earlier.slice(1) }))).toBe(true)
    expect(passes({ check: 'notRepeated', times: 2 }, inputOf(answer, { earlier: earlier.slice(2) }))).toBe(
      true,
    )
  })

  it('tells tool calls apart by their arguments', () => {
    const earlier = ['a', 'a'].map((given) => ({ model: 'small', answers: [calling(given)] }))
    expect(passes(check, inputOf(calling('a'), { earlier }))).toBe(false)
    expect(passes(check, inputOf(calling('b'), { earlier }))).toBe(true)
  })
})

describe('createValidityScorer', () => {
  const checks: readonly Check[] = [{ check: 'nonEmpty' }, { check: 'json' }, { check: 'notRepeated' }]

  it('is the share of checks passed, and names the others', async () => {
    expect(await createValidityScorer({ checks }).score(text('{}'))).toEqual({ value: 1 })
    expect((await createValidityScorer({ checks }).score(text(''))).value).toBeCloseTo(1 / 3, 12)
    expect(createFailedChecks({ checks })(text(''))).toEqual(['nonEmpty', 'json'])
  })

  it('keeps the contract', async () => {
    await checkScorer(createValidityScorer({ checks }), [text('{}'), text(''), call('{"a": 1}'), call('{')])
  })

  it('needs a check', () => {
    expect(() => createValidityScorer({ checks: [] })).toThrow(
      expect.objectContaining({ code: 'config.value' }),
    )
  })
})
