import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradeAnswer, numberAnswer, type Answer } from './answer.ts'

function gradeAll(answer: Answer, texts: readonly string[]): readonly number[] {
  return texts.map((text) => gradeAnswer(answer, text))
}

describe('numbers', () => {
  it('reads the number that the text ends with, in any usual writing', () => {
    const right = [
      '1250.5',
      '$1,250.50',
      'The answer is 1250.50 dollars.',
      '3 x 4\nAnswer: 1250.5',
      '= 1,250.5',
    ]
    expect(gradeAll(numberAnswer(1250.5), right)).toEqual([1, 1, 1, 1, 1])
  })

  it('is not fooled by other numbers, signs or words', () => {
    expect(
      gradeAll(numberAnswer(12), ['12 apples, then 13', '-12', '12.4', "I don't know.", '', 'twelve']),
    ).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('allows the rounding that the question asks for, and no more', () => {
    expect(gradeAll(numberAnswer(9.33, 2), ['9.333333', '9.33', '9.3'])).toEqual([1, 1, 0])
  })

  it('accepts every number as it is printed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: 0, max: 3 }),
        (whole, places) => {
          const value = whole / 10 ** places
          expect(gradeAnswer(numberAnswer(value), `Answer: ${value}`)).toBe(1)
          expect(gradeAnswer(numberAnswer(value), `Answer: ${value + 1}`)).toBe(0)
        },
      ),
    )
  })
})

describe('dates', () => {
  it('reads ISO and English dates', () => {
    const answer: Answer = { kind: 'date', iso: '2026-03-05' }
    expect(
      gradeAll(answer, [
        '2026-03-05',
        'March 5, 2026',
        '5 March 2026',
        'It is the 5th March 2026.',
        'March 5th, 2026',
      ]),
    ).toEqual([1, 1, 1, 1, 1])
    expect(gradeAll(answer, ['2026-03-06', 'March 5', '5/3/2026', 'May 3, 2026'])).toEqual([0, 0, 0, 0])
  })
})

describe('text', () => {
  it('ignores quotes, a full stop and the case of ordinary words', () => {
    expect(
      gradeAll({ kind: 'text', text: 'Friday' }, ['friday.', '"Friday"', 'Answer: Friday', 'FRI']),
    ).toEqual([1, 1, 1, 0])
  })

  it('keeps capitals where the question is about them', () => {
    expect(gradeAll({ kind: 'text', text: 'RIVER' }, ['RIVER', 'river', 'River'])).toEqual([1, 0, 0])
  })
})

describe('sets and lists', () => {
  it('compares sets without order and lists with it', () => {
    expect(
      gradeAll({ kind: 'set', items: ['3', '1', '2'] }, ['{1, 2, 3}', '1, 2 and 3', '1, 2', '3; 2; 1']),
    ).toEqual([1, 1, 0, 1])
    expect(gradeAll({ kind: 'list', items: ['1', '2', '3'] }, ['1, 2, 3', '[1, 2, 3]', '3, 2, 1'])).toEqual([
      1, 1, 0,
    ])
  })

  it('knows the names of the empty set', () => {
    expect(gradeAll({ kind: 'set', items: [] }, ['none', 'The answer is the empty set.', '{}', '0'])).toEqual(
      [1, 1, 1, 0],
    )
  })
})
