import { describe, expect, it } from 'vitest'
import type { Query } from '../contract/query.ts'
import { describeExchange, EXCHANGE_COLUMNS } from './exchange.ts'

const query: Query = {
  turns: [
    { role: 'system', text: 'Be brief.' },
    { role: 'user', text: 'How many apples are 12 apples and 30 pears?' },
  ],
  tools: 0,
  images: 0,
  wantsJson: false,
}

const at = (name: string): number => EXCHANGE_COLUMNS.indexOf(name)

describe('describeExchange', () => {
  it('counts what it says it counts', () => {
    const found = describeExchange(query, { text: 'There are 12 apples.\nThere are 12 apples.\nSo 42' })
    // 48 characters, 3 lines, 3 sentences of which 2 differ, numbers 12 12 42.
    expect(found[at('characters of the answer, log')]).toBeCloseTo(Math.log1p(47), 6)
    expect(found[at('lines, log')]).toBeCloseTo(Math.log1p(3), 6)
    expect(found[at('sentences, log')]).toBeCloseTo(Math.log1p(3), 6)
    expect(found[at('numbers, log')]).toBeCloseTo(Math.log1p(3), 6)
    expect(found[at("share of the answer's numbers that the question holds")]).toBeCloseTo(2 / 3, 6)
    // there are apples there are apples: the question has "are" and "apples".
    expect(found[at("share of the answer's words that the question holds")]).toBeCloseTo(4 / 6, 6)
    // how many apples are and pears: the answer has two of six.
    expect(found[at("share of the question's words that the answer holds")]).toBeCloseTo(2 / 6, 6)
    expect(found[at('share of sentences said before')]).toBeCloseTo(1 / 3, 6)
    expect(found[at('share of words that differ')]).toBeCloseTo(3 / 6, 6)
    expect(found[at('characters of the last line, log')]).toBeCloseTo(Math.log1p(5), 6)
  })

  it('is finite for nothing at all, and knows tool calls and a cut-off answer', () => {
    const empty = describeExchange({ ...query, turns: [] }, { text: '' })
    expect(empty).toHaveLength(EXCHANGE_COLUMNS.length)
    expect([...empty].every((value) => value === 0)).toBe(true)
    const called = describeExchange(query, {
      text: '',
      toolCalls: [{ name: 'f', arguments: '{}' }],
      finishReason: 'length',
    })
    expect(called[at('tool calls, log')]).toBeCloseTo(Math.log(2), 6)
    expect(called[at('cut off by the length limit')]).toBe(1)
  })

  it('looks at head and tail of an answer of millions of characters, and knows how long it is', () => {
    const [long, other] = ['x'.repeat(2_000_000), '12. '.repeat(500_000)].map((middle) =>
      describeExchange(query, { text: `${'apples '.repeat(3000)}${middle}${'pears '.repeat(3000)}` }),
    )
    if (long === undefined) throw new Error('nothing described')
    expect(long).toEqual(other)
    expect(long[at('characters of the answer, log')]).toBeCloseTo(Math.log1p(2_039_000), 5)
  })

  it('reads the last user turn, not the system prompt', () => {
    const other = {
      ...query,
      turns: [{ role: 'system' as const, text: 'Apples, always apples.' }, query.turns[1]!],
    }
    const answer = { text: 'apples' }
    expect(describeExchange(other, answer)).toEqual(describeExchange(query, answer))
  })
})
