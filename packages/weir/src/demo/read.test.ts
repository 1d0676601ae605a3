import { describe, expect, it } from 'vitest'
import { askedPlaces, digitise, findNumbers, findQuoted, splitSentences, writeNumber } from './read.ts'
import { splitTokens } from './tokens.ts'

describe('digitise', () => {
  it.each([
    ['seventeen plus four', '17 plus 4'],
    ['forty-two apples', '42 apples'],
    ['two hundred and five', '205'],
    ['three thousand two hundred', '3200'],
    ['a dozen eggs and half a dozen more', '12 eggs and half 12 more'],
    ['which one is one of the best', 'which one is 1 of the best'],
  ])('%s', (text, digits) => expect(digitise(text)).toBe(digits))

  it('leaves words above the largest known', () =>
    expect(digitise('twelve and thirteen', 12)).toBe('12 and thirteen'))
})

it('finds numbers with thousands and decimals, and minus only in front of a number', () => {
  expect(findNumbers('From 1,250 to -3.5, then 10-4 and B2')).toEqual([1250, -3.5, 10, 4])
})

it('finds quoted words and no apostrophes', () => {
  expect(findQuoted(`Tom's "river" isn't 'lemon'`)).toEqual(['river', 'lemon'])
})

it('splits sentences, not decimals', () => {
  expect(splitSentences('It costs 3.50. How much? Say!')).toEqual(['It costs 3.50', 'How much', 'Say'])
})

it('reads and writes decimals', () => {
  expect(askedPlaces('Round to 2 decimals.')).toBe(2)
  expect(askedPlaces('What is 2 decimals?')).toBeUndefined()
  expect([writeNumber(1 / 3), writeNumber(0.1 + 0.2), writeNumber(-0), writeNumber(2.675, 2)]).toEqual([
    '0.3333',
    '0.3',
    '0',
    '2.68',
  ])
})

it('splits into tokens that join to the same text', () => {
  const text = 'Answer: 1234.5 naïve words\nand "more"  🌊 end'
  expect(splitTokens(text).join('')).toBe(text)
  expect(splitTokens('The extraordinary 12345').map((token) => token.trim())).toEqual([
    'The',
    'extrao',
    'rdinar',
    'y',
    '123',
    '45',
  ])
})
