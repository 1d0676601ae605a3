import { describe, expect, it } from 'vitest'
import type { Answer } from '../contract/answer.ts'
import { isSameAnswer } from './same-answer.ts'

const long = (end: string): Answer => ({
  text: `${'step by step, with many words between, '.repeat(4)}#### ${end}`,
})

describe('isSameAnswer', () => {
  it.each<[string, Answer, Answer, boolean | undefined]>([
    ['letters', { text: 'B' }, { text: ' b. ' }, true],
    ['other letters', { text: 'B' }, { text: 'C' }, false],
    ['a letter is in most words', { text: 'A' }, { text: 'Paris' }, false],
    ['names with and without more', { text: 'Paris' }, { text: 'Paris, France.' }, true],
    ['other names', { text: 'Paris' }, { text: 'London' }, false],
    ['numbers at the end of long answers', long('16.0'), long('16'), true],
    ['other numbers', long('16'), long('17'), false],
    ['a long answer against a short one', long('89'), { text: '89' }, true],
    [
      'what the source extracted',
      { text: 'x', extracted: '1,600' },
      { text: 'y', extracted: '1600.0' },
      true,
    ],
    ['extracted words', { text: 'x', extracted: '(B)' }, { text: 'x', extracted: 'C' }, false],
    ['no text', { text: '' }, { text: 'B' }, undefined],
    ['a long answer without a number', { text: 'word '.repeat(40) }, long('1'), undefined],
  ])('%s', (_, a, b, expected) => {
    expect(isSameAnswer(a, b)).toBe(expected)
    expect(isSameAnswer(b, a)).toBe(expected)
  })

  it('cannot tell of an answer that is not known', () => {
    expect(isSameAnswer(undefined, { text: 'B' })).toBeUndefined()
  })
})
