/**
 * Words and letters. The operations named in the question are found in the order in which they are written and applied one after
 * the other, so that "take the first 3 letters, reverse them and write the result in capitals" needs no rule of its own.
 */
import { findQuoted } from '../read.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

interface Operation {
  readonly pattern: RegExp
  apply(text: string, match: RegExpExecArray): string | number
}

const VOWELS = /[aeiou]/gi

function reverse(text: string): string {
  return Array.from(text).reverse().join('')
}

function sortLetters(text: string): string {
  return Array.from(text).sort().join('')
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

function place(match: RegExpExecArray): number {
  const rank = (match[1] ?? '').toLowerCase()
  return /^\d/.test(rank)
    ? Number.parseInt(rank, 10)
    : ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'].indexOf(rank) + 1
}

const RANK = String.raw`(\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth)`

/** Longer wordings first: of two operations that match at the same place the first counts. */
const OPERATIONS: readonly Operation[] = [
  {
    pattern: /\b(?:reverse|invert) the order of the words\b|\bwords? in reverse order\b/i,
    apply: (text) => words(text).toReversed().join(' '),
  },
  {
    pattern: /\bfirst letters? of (?:each|every) word\b/i,
    apply: (text) =>
      words(text)
        .map((word) => word.charAt(0))
        .join(''),
  },
  {
    pattern: /\bhow many words\b|\bcount the words\b|\bnumber of words\b/i,
    apply: (text) => words(text).length,
  },
  {
    pattern: /\blongest word\b/i,
    apply: (text) => words(text).reduce((best, word) => (word.length > best.length ? word : best)),
  },
  {
    pattern: /\bshortest word\b/i,
    apply: (text) => words(text).reduce((best, word) => (word.length < best.length ? word : best)),
  },
  {
    pattern: /\b(?:first alphabetically|alphabetically first|comes first in (?:the )?alphabet\w*)\b/i,
    apply: (text) => [...words(text)].sort()[0] ?? '',
  },
  { pattern: /\bsort\b.*?\bwords\b/i, apply: (text) => [...words(text)].sort().join(' ') },
  {
    pattern:
      /\b(?:sort|order|arrange)\b[^,.]*?\b(?:letters|characters|alphabetic\w*)(?:[^,.]*?\balphabetic\w*)?/i,
    apply: sortLetters,
  },
  {
    pattern: /\bhow many vowels\b|\bcount the vowels\b|\bnumber of vowels\b/i,
    apply: (text) => (text.match(VOWELS) ?? []).length,
  },
  {
    pattern: /\bhow many consonants\b|\bcount the consonants\b|\bnumber of consonants\b/i,
    apply: (text) => (text.match(/[b-df-hj-np-tv-z]/gi) ?? []).length,
  },
  {
    pattern:
      /\bhow many (?:letters|characters)\b|\bhow long is\b|\blength of\b|\bnumber of (?:letters|characters)\b|\bcount (?:the|its) letters\b/i,
    apply: (text) => text.replace(/\s/g, '').length,
  },
  {
    pattern: /\b(?:remove|delete|drop|without)\b[^,.]*?\bvowels\b/i,
    apply: (text) => text.replace(VOWELS, ''),
  },
  {
    pattern: /\b(?:remove|delete|drop)\b[^,.]*?\bconsonants\b/i,
    apply: (text) => text.replace(/[b-df-hj-np-tv-z]/gi, ''),
  },
  {
    pattern: /\b(?:remove|delete|drop|without) (?:the |its )?first (?:letter|character)\b/i,
    apply: (text) => text.slice(1),
  },
  {
    pattern: /\b(?:remove|delete|drop|without) (?:the |its )?last (?:letter|character)\b/i,
    apply: (text) => text.slice(0, -1),
  },
  {
    pattern: /\bfirst (\d+) (?:letters|characters)\b/i,
    apply: (text, match) => text.slice(0, Number(match[1])),
  },
  {
    pattern: /\blast (\d+) (?:letters|characters)\b/i,
    apply: (text, match) => text.slice(-Number(match[1])),
  },
  { pattern: /\blast (?:letter|character)\b/i, apply: (text) => text.slice(-1) },
  {
    pattern: new RegExp(`\\b${RANK} (?:letter|character)\\b`, 'i'),
    apply: (text, match) => text.charAt(place(match) - 1),
  },
  {
    pattern: /\b(?:uppercase|upper case|capitals?|capital letters|capitali[sz]e)\b/i,
    apply: (text) => text.toUpperCase(),
  },
  { pattern: /\b(?:lowercase|lower case|small letters)\b/i, apply: (text) => text.toLowerCase() },
  {
    pattern: /\bpalindrome\b/i,
    apply: (text) => (reverse(text.toLowerCase()) === text.toLowerCase() ? 'yes' : 'no'),
  },
  { pattern: /\b(?:reverse|backwards?|in reverse)\b/i, apply: reverse },
]

export function solveStrings(reading: Reading): readonly Interpretation[] {
  return [counted, replaced, shifted, joined, chained].flatMap((solve) =>
    interpret(reading, solve(reading.text)),
  )
}

interface Found {
  readonly at: number
  readonly end: number
  readonly match: RegExpExecArray
  readonly operation: Operation
}

/** Operations in the order of the text; overlapping ones are found once, the longer wording winning. */
function findOperations(text: string): readonly Found[] {
  const found: Found[] = []
  for (const operation of OPERATIONS) {
    for (const match of text.matchAll(new RegExp(operation.pattern, 'gi'))) {
      const [at, end] = [match.index, match.index + match[0].length]
      if (!found.some((other) => at < other.end && end > other.at)) found.push({ at, end, match, operation })
    }
  }
  return found.sort((a, b) => a.at - b.at)
}

/** The quoted text, else the word after "word" or "of". */
function findSubject(text: string): string | undefined {
  const quoted = findQuoted(text)
  return quoted.length > 0
    ? quoted.join(' ')
    : /\b(?:word|string)\s+([A-Za-z]+)\b(?!s?\s+(?:in|is|has))/i.exec(text)?.[1]
}

function chained(text: string): Solved | undefined {
  const subject = findSubject(text)
  const found = findOperations(text.replace(/["“][^"”]*["”]/g, (quoted) => ' '.repeat(quoted.length)))
  if (subject === undefined || found.length === 0) return undefined
  const steps: string[] = []
  let value: string | number = subject
  for (const { operation, match } of found) {
    value = operation.apply(String(value), match)
    steps.push(`${match[0].trim()}: ${value}`)
  }
  return { answer: value, steps, specific: 0.8, used: 9 }
}

function counted(text: string): Solved | undefined {
  const found =
    /\b(?:letter|character)\s+["'“‘]?([a-z])["'”’]?\s.*?\b(?:in|of)\b/i.exec(text) ??
    /\bhow many ["'“‘]?([a-z])["'”’]?(?:s|'s)?\s+(?:are|is|does)\b/i.exec(text)
  const subject = findQuoted(text).findLast((quoted) => quoted.length > 1)
  if (found === null || subject === undefined) return undefined
  const times = Array.from(subject.toLowerCase()).filter(
    (letter) => letter === found[1]?.toLowerCase(),
  ).length
  return { answer: times, steps: [`Went through ${subject.length} letters.`], specific: 1, used: 9 }
}

function replaced(text: string): Solved | undefined {
  const found =
    /\b(?:replace|change|swap|substitute)\b(?:[^"'“‘]*)["'“‘](\w+)["'”’] (?:with|by|to|for|into) ["'“‘](\w+)["'”’]/i.exec(
      text,
    )
  const subject = findQuoted(text).at(-1)
  if (found === null || subject === undefined) return undefined
  return { answer: subject.replaceAll(found[1] ?? '', found[2] ?? ''), specific: 1, used: 9 }
}

function shifted(text: string): Solved | undefined {
  const found = /\bshift\b.*?\b(?:(forward|backward|back|right|left)\w* )?by (\d+)/i.exec(text)
  const subject = findSubject(text)
  if (found === null || subject === undefined) return undefined
  const by = Number(found[2]) * (/^(?:back|left)/i.test(found[1] ?? '') ? -1 : 1)
  const answer = subject.replace(/[a-z]/gi, (letter) => {
    const base = letter < 'a' ? 65 : 97
    return String.fromCharCode(((((letter.charCodeAt(0) - base + by) % 26) + 26) % 26) + base)
  })
  return { answer, specific: 1, used: 9 }
}

const SEPARATORS: Readonly<Record<string, string>> = {
  hyphens: '-',
  hyphen: '-',
  dashes: '-',
  commas: ',',
  spaces: ' ',
  underscores: '_',
  dots: '.',
}

function joined(text: string): Solved | undefined {
  const found = /\b(?:join|connect|combine|concatenate)\b(?:.*\bwith (?:an? )?(\w+))?/i.exec(text)
  const quoted = findQuoted(text)
  if (found === null || quoted.length < 2) return undefined
  return { answer: quoted.join(SEPARATORS[(found[1] ?? '').toLowerCase()] ?? ''), specific: 0.95, used: 9 }
}
