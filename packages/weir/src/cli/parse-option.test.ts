import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseCount, parseLevel, parseSeed } from './parse-option.ts'

describe('command line options', () => {
  it('read what they should', () => {
    expect(parseCount('1500')).toBe(1500)
    expect([parseSeed('0'), parseSeed('-7')]).toEqual([0, -7])
    expect([parseLevel('0.95'), parseLevel('1')]).toEqual([0.95, 1])
  })

  it.each(['0', '-1', '1.5', '', ' ', 'ten', '1e400', 'NaN'])('a count is not %j', (text) => {
    expect(() => parseCount(text)).toThrow(InvalidArgumentError)
  })

  it.each(['1.5', '', ' ', 'one', '9007199254740992', 'Infinity'])('a seed is not %j', (text) => {
    expect(() => parseSeed(text)).toThrow(InvalidArgumentError)
  })

  it.each(['0', '1.01', '-0.5', '', '95%', 'NaN'])('a level is not %j', (text) => {
    expect(() => parseLevel(text)).toThrow(InvalidArgumentError)
    expect(() => parseLevel(text)).toThrow(/for example 0\.95/)
  })
})
