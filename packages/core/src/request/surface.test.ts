import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSurface, SURFACE_NAMES } from './surface.ts'
import { createUnits, readUnits } from './units.ts'

const QUERY = { turns: [], tools: 0, images: 0, wantsJson: false }
const units = createUnits()

function read(text: string): Record<string, number> {
  readUnits(units, text)
  const values = readSurface({ query: QUERY, main: units, contextChars: 0 })
  return Object.fromEntries(SURFACE_NAMES.map((name, i) => [name, values[i] ?? Number.NaN]))
}

const log = (value: number, scale: number): number => Math.log1p(value) / scale

/** The features of the text alone, each by a regular expression of its own. */
function readPlainly(text: string): Record<string, number> {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  const lines = text.split('\n')
  const matching = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length
  const n = Math.max(1, text.length)
  const words = count(/[^\0- ]+/g)
  return {
    chars: log(text.length, 10),
    words: log(words, 8),
    digitFraction: count(/[0-9]/g) / n,
    symbolFraction: count(/[!-/:-@[-`{-\x7f]/g) / n,
    upperFraction: count(/[A-Z]/g) / n,
    nonAsciiFraction: count(/[\x80-\uffff]/g) / n,
    ideographFraction: count(/[\u2e80-\u9fff]/g) / n,
    lines: log(lines.length, 5),
    firstLineChars: log(lines[0]!.length, 8),
    longestLineChars: log(Math.max(...lines.map((line) => line.length)), 8),
    meanWordChars: Math.min(2, (n - count(/[\0- ]/g)) / Math.max(1, words) / 10),
    numbers: log(count(/[0-9]+/g), 4),
    mathSymbols: log(count(/[=+*/^<>\\%]/g), 4),
    dollarSigns: log(count(/\$/g), 3),
    questionMarks: log(count(/\?/g), 2),
    blanks: log(count(/_/g), 3),
    quotes: log(count(/["']/g), 3),
    braces: log(count(/[{}[\]();]/g), 4),
    answerOptions: Math.min(1, matching(/^\s*\(?[A-Ja-j][.):]\s/) / 10),
    listItems: log(matching(/^\s*(?:[-*•]|\d{1,2}[.)])\s/), 3),
    indentedLineFraction: matching(/^(?: {2}|\t)/) / lines.length,
    codeFences: text.includes('```') ? 1 : 0,
    constraints: log(
      count(
        /\b(?:must|should|exactly|at least|at most|only|no more than|less than|each|without|ensure|format)\b/gi,
      ),
      3,
    ),
    negations: log(count(/\b(?:not|except|false|incorrect|never|none|neither)\b/gi), 2),
  }
}

/** Pieces of which lines, lists and phrases are made, in any order. */
const PIECES = [
  ...'must should exactly at least most only no more less than each without ensure format'.split(' '),
  ...'not except false incorrect never none neither At LEAST Must mustn word ſhould Kelvin K'.split(' '),
  ..."    \n\n\t\r\u00a0\u2003\ufeff_'-.(7`$?问é".split(''),
  ...'A. |(b) |c:|K) |- |* |• |1. |12) |123. |``|```|  '.split('|'),
]
const composed = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''))

const phrasesOf = (text: string): number[] => [read(text)['constraints']!, read(text)['negations']!]

describe('readSurface', () => {
  it.each([
    ['composed text', composed],
    ['graphemes', fc.string({ unit: 'grapheme', maxLength: 200 })],
    ['code units', fc.string({ unit: 'binary', maxLength: 200 })],
    ['ASCII', fc.string({ unit: 'binary-ascii', maxLength: 200 })],
  ])('counts what regular expressions count: %s', (_, text) => {
    fc.assert(
      fc.property(text, (one) => {
        // A longer text before this one: what it left behind must not be read.
        read('(a) must not - \n'.repeat(40))
        expect(read(one)).toMatchObject(readPlainly(one))
      }),
      { numRuns: 1000 },
    )
  })

  it('knows each phrase', () => {
    for (const phrase of ['at least', 'AT most', 'no more than', 'less than', 'Only', 'format'])
      expect(phrasesOf(`say ${phrase}!`)).toEqual([Math.log1p(1) / 3, 0])
    for (const phrase of ['not', 'Neither', 'none'])
      expect(phrasesOf(`(${phrase})`)).toEqual([0, Math.log1p(1) / 2])
    for (const other of ['at  least', 'at\nleast', 'no more', 'atleast', 'note', 'not_', '3must'])
      expect(phrasesOf(other)).toEqual([0, 0])
  })
})
