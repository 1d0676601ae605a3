import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUCKETS, CHANNEL_BUCKETS, createNgramList, listNgrams } from './ngrams.ts'
import { createUnits, readLowerCase } from './units.ts'

const SPACE = /[\0- \x7f\u00a0\u2000-\u200b\u3000]/
const WORD = /[a-z0'\u00c0-\u1fff\u200c-\u200f\u2c00-\u2e7f\ua000-\uffff]/

const hash = (text: string): number =>
  [...Array(text.length).keys()].reduce((h, i) => Math.imul(h ^ text.charCodeAt(i), 0x01000193), 0x811c9dc5)

function bucket(h: number): number {
  const first = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  return Math.imul(first ^ (first >>> 13), 0xc2b2ae35) >>> 15
}

/** What ngrams.ts does, as plainly as it can be said: buckets in order, with repetitions. */
function listPlainly(text: string): number[] {
  const folded = text.toLowerCase().replace(/[0-9]/g, '0').replaceAll('\u2019', "'")
  const words: string[] = []
  let isOpen = false
  for (const character of folded.split('')) {
    const isWord = WORD.test(character)
    if (isWord && isOpen) words.push((words.pop() ?? '') + character)
    else if (!SPACE.test(character)) words.push(character)
    isOpen = isWord
  }
  return words.flatMap((word, i) => {
    const before = words[i - 1]
    const pair = before === undefined ? [] : [bucket(Math.imul(hash(before) | 1, 31) ^ (hash(word) | 1))]
    const padded = ` ${word} `
    const grams = Array.from({ length: Math.max(0, padded.length - 3) }, (_, at) => padded.slice(at, at + 4))
    return [bucket(hash(word) | 1), ...pair, ...grams.map((gram) => CHANNEL_BUCKETS + bucket(hash(gram)))]
  })
}

const units = createUnits()
const list = createNgramList()

function listFast(text: string): number[] {
  readLowerCase(units, text)
  listNgrams(list, units)
  return [...list.buckets.subarray(0, list.size)]
}

describe('listNgrams', () => {
  it.each(['grapheme', 'binary', 'binary-ascii', 'grapheme-ascii'] as const)(
    'lists what the plain description lists, in the same order: %s',
    (unit) => {
      fc.assert(
        fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
          expect(listFast(text)).toEqual(listPlainly(text))
        }),
        { numRuns: 300 },
      )
    },
  )

  it.each([
    "Don't PANIC — it’s 42.5%",
    'İstanbul ΟΔΟΣ ﬁ K',
    '这是 a 问题',
    '\u0000\u00a0\u3000\u200b \ud800',
    'x'.repeat(999),
  ])('also of %j', (text) => expect(listFast(text)).toEqual(listPlainly(text)))

  it('stays inside the buckets', () => {
    for (const one of listFast('the cat and the dog')) expect(one).toBeLessThan(BUCKETS)
  })
})
