import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWeirError } from './errors.ts'
import { parseOutcome, parseOutcomeLine, serializeOutcome } from './outcome-file.ts'

const place = { file: 'rows.jsonl', line: 7 }

function failure(value: unknown): { code: string; message: string } {
  try {
    parseOutcome(value, place)
  } catch (error) {
    if (isWeirError(error)) return error
    throw error
  }
  throw new Error('accepted')
}

const row = (outcome: unknown): unknown => ({ id: 'a', models: { 'x/y': outcome } })

describe('parseOutcome', () => {
  it('keeps known keys, drops unknown ones, takes null for absent', () => {
    const value = {
      id: 'a',
      category: null,
      prompt: 'hi',
      reference: 'I',
      models: { m: { score: 1, verdict: 'I', costUsd: null, samples: [{ score: 0, verdict: 'x' }] } },
    }
    expect(parseOutcome(value, place)).toEqual({
      id: 'a',
      prompt: 'hi',
      models: { m: { score: 1, samples: [{ score: 0 }] } },
    })
  })

  it('keeps what scorers read of an answer; a signal that nobody knows is dropped', () => {
    const m = {
      score: 1,
      answer: 'I',
      noAnswer: true,
      logprob: -0.5,
      answerProb: 0.6,
      confidence: 0.9,
      signals: { agreement: 0.75 },
      checks: [{ model: 'l', purpose: 'judge' as const, costUsd: 0.5, latencyMs: 9, calls: 2 }],
      samples: [{ score: 0, answer: 'x' }],
    }
    const value = row({ ...m, signals: { agreement: 0.75, mood: 3 } })
    expect(parseOutcome(value, place)).toEqual({ id: 'a', models: { 'x/y': m } })
  })

  it.each([
    ['logprob', { logprob: 0.1 }],
    ['answerProb', { answerProb: 2 }],
    ['checks', { checks: 3 }],
    ['checks[0]', { checks: [{ model: 'm', purpose: 'gossip' }] }],
    ['checks[0].costUsd', { checks: [{ model: 'm', purpose: 'judge', costUsd: -1 }] }],
    ['signals', { signals: 3 }],
    ['signals.judge', { signals: { judge: 'good' } }],
  ])('refuses a wrong %s, naming it', (field, outcome) => {
    expect(() => parseOutcome(row(outcome), place)).toThrow(`models[x/y].${field} must be`)
  })

  it('takes rows without text: live rows may not store it', () => {
    expect(parseOutcome({ id: 'a', models: { m: {} } }, place)).toEqual({ id: 'a', models: { m: {} } })
  })

  it.each([
    ['id', { models: { m: {} } }],
    ['id', { id: 3, models: { m: {} } }],
    ['models', { id: 'a' }],
    ['models', { id: 'a', models: {} }],
    ['models', { id: 'a', models: [] }],
    ['models[x/y]', row(1)],
    ['models[x/y].score', row({ score: 1.2 })],
    ['models[x/y].score', row({ score: '1' })],
    ['models[x/y].score', row({ score: true })],
    ['models[x/y].costUsd', row({ costUsd: -1 })],
    ['models[x/y].latencyMs', row({ latencyMs: Number.POSITIVE_INFINITY })],
    ['models[x/y].inputTokens', row({ inputTokens: 'many' })],
    ['models[x/y].samples', row({ samples: 3 })],
    ['models[x/y].samples[0]', row({ samples: [1] })],
    ['models[x/y].samples[1].score', row({ samples: [{}, { score: -0.1 }] })],
    ['prompt', { id: 'a', prompt: ['secret'], models: { m: {} } }],
    ['messages', { id: 'a', messages: [], models: { m: {} } }],
    ['messages[0]', { id: 'a', messages: [{ role: 'robot', content: 'secret' }], models: { m: {} } }],
    ['decision', { id: 'a', decision: 'small', models: { m: {} } }],
  ])('names file, line and field: %s', (field, value) => {
    const { code, message } = failure(value)
    expect(code).toBe('data.field')
    expect(message).toContain(`rows.jsonl:7: ${field} `)
    expect(message).not.toContain('secret')
  })

  it('refuses what is not an object', () => {
    for (const value of [1, null, 'secret', []]) expect(failure(value).code).toBe('data.json')
  })
})

describe('parseOutcomeLine', () => {
  it('says where JSON breaks without quoting it', () => {
    const cut = '{"id": "a", "prompt": "my secret question'
    expect(() => parseOutcomeLine(cut, place)).toThrow(/rows\.jsonl:7: not valid JSON/)
    expect(() => parseOutcomeLine(cut, place)).not.toThrow(/secret/)
    expect(() => parseOutcomeLine('{"id" "secret"}', place)).toThrow(/at column 7/)
  })

  it('keeps a model called __proto__', () => {
    const parsed = parseOutcomeLine('{"id":"a","models":{"__proto__":{"score":1}}}', place)
    expect(Object.keys(parsed.models)).toEqual(['__proto__'])
  })
})

const amount = fc.double({ min: 0, max: 1e9, noNaN: true })
const score = fc.double({ min: 0, max: 1, noNaN: true })
const outcome = fc.record(
  {
    score,
    response: fc.string(),
    inputTokens: amount,
    costUsd: amount,
    samples: fc.array(fc.record({ score }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
)
const anyRow = fc.record(
  {
    id: fc.string({ minLength: 1 }),
    prompt: fc.string({ unit: 'binary' }),
    category: fc.string(),
    models: fc.dictionary(fc.string({ minLength: 1 }), outcome, { minKeys: 1 }),
  },
  { requiredKeys: ['id', 'models'] },
)

describe('serializeOutcome', () => {
  it('is one line that reads back as the same row', () => {
    fc.assert(
      fc.property(anyRow, (value) => {
        const line = serializeOutcome(value)
        expect(line).not.toContain('\n')
        const again = parseOutcomeLine(line, place)
        expect(serializeOutcome(again)).toBe(line)
      }),
    )
  })

  it('refuses or accepts anything without an error of its own', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseOutcomeLine(text, place)
        } catch (error) {
          expect(isWeirError(error)).toBe(true)
        }
      }),
    )
  })
})
