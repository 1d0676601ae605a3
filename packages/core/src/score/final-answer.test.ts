import { describe, expect, it } from 'vitest'
import { finalAnswerOf, type FinalAnswerMode } from './final-answer.ts'

const read = (text: string, mode: FinalAnswerMode): string | undefined => finalAnswerOf({ text }, mode)

describe('finalAnswerOf, number', () => {
  it.each<[string, string | undefined]>([
    ['She has 3 apples and buys 4, so she has 7.', '7'],
    ['… so 5 + 5 = 10.\n#### 10', '10'],
    ['#### 1,234', '1234'],
    ['The answer is \\boxed{42}. That took 3 steps.', '42'],
    ['\\boxed{\\$1{,}000}', '1000'],
    ['The answer is $1,234.50 after 2 years.', '1234.5'],
    ['The final answer is: **-7**', '-7'],
    ['Answer: −7 degrees', '-7'],
    ['Therefore it is 20%.', '20'],
    ['The answer is 3/4', '0.75'],
    ['1e-5', '0.00001'],
    ['.5', '0.5'],
    ['7.0', '7'],
    ['0.30000000000000004', '0.3'],
    ['-0', '0'],
    ['It costs €12', '12'],
    ['The answer is B, with 3 votes', '3'],
    // The mark stands before the reasoning, not before the answer.
    ['Answer: Tom has 3 hens and each lays 2 eggs a day.\nSo he has 3 * 2 = 6 eggs.\nans = 6', '6'],
    ['Answer: Tom has 3 hens and each lays 2 eggs a day, which makes 6.', '6'],
    ['Answer: 6, because Tom has 3 hens and each lays 2 eggs a day', '6'],
    ['ans = hens * eggs', undefined],
  ])('%s', (text, expected) => {
    expect(read(text, 'number')).toBe(expected)
  })

  it('has none without a number', () => {
    expect(read('no idea', 'number')).toBeUndefined()
    expect(read('', 'number')).toBeUndefined()
    expect(read('1/0', 'number')).toBeUndefined()
  })
})

describe('finalAnswerOf, choice', () => {
  it.each<[string, string]>([
    ['B', 'B'],
    ['b', 'B'],
    ['B.', 'B'],
    ['(B)', 'B'],
    ['**B**', 'B'],
    ['B) because of the tides', 'B'],
    ['B: Paris', 'B'],
    ['The answer is (B).', 'B'],
    ['The correct answer is B', 'B'],
    ['the best option is C, not D', 'C'],
    ['Answer: D', 'D'],
    ['**Answer:** D. The sun', 'D'],
    ['A is wrong, and so is (B). Hence (C).', 'C'],
    ['\\boxed{\\text{E}}', 'E'],
    ['\\boxed{J}', 'J'],
    ['Let me think.\n\nC', 'C'],
    ['I think it is B.', 'B'],
    ['A', 'A'],
    ['Answer: B. The other three contradict the second law of thermodynamics.', 'B'],
    ['Answer: We can rule out three of the four options at once.\nC', 'C'],
    ['The answer is A.', 'A'],
  ])('%s', (text, expected) => {
    expect(read(text, 'choice')).toBe(expected)
  })

  it.each(['', 'no idea', 'A man walks in', 'I do not know', "I'm lost", 'The answer is a matter of taste'])(
    'has none: %s',
    (text) => {
      expect(read(text, 'choice')).toBeUndefined()
    },
  )
})

describe('finalAnswerOf, exact', () => {
  it.each<[string, string]>([
    ['  Paris. ', 'Paris'],
    ['The answer is `[1, 2]`', '[1, 2]'],
    ['the  answer\nis  Paris', 'Paris'],
    ["'abc'", "'abc'"],
    ['Hmm...', 'Hmm...'],
    ['x\n#### Paris', 'Paris'],
  ])('%s', (text, expected) => {
    expect(read(text, 'exact')).toBe(expected)
  })

  it('trusts what the source extracted', () => {
    expect(finalAnswerOf({ text: 'the answer is C', extracted: 'B' }, 'choice')).toBe('B')
    expect(finalAnswerOf({ text: 'so 12', extracted: '13' }, 'number')).toBe('13')
  })
})
