/**
 * Words, sets and orders as the small program sees them: one operation, at most eight letters of a word and four members of a set in
 * its head, and whoever is named first must be the tallest.
 */
import { findQuoted } from '../read.ts'

type Answer = string | undefined

/** Letters of one word that it can work on. */
const LETTERS = 8
/** Members of one set that it keeps. */
const MEMBERS = 4

const OPERATIONS: readonly (readonly [RegExp, (word: string) => string])[] = [
  [/\b(?:reverse the|backwards)\b/i, (word) => Array.from(word.slice(0, LETTERS)).reverse().join('')],
  [/\b(?:capital letters|uppercase)\b/i, (word) => word.toUpperCase()],
  [/\bhow many letters\b/i, (word) => String(word.length)],
  [/\bhow many words\b/i, (word) => String(word.split(' ').length)],
  [/\bfirst letter of\b/i, (word) => word.charAt(0)],
  [/\blast letter of\b/i, (word) => word.slice(-1)],
  [/\bhow many vowels\b/i, (word) => String((word.slice(0, LETTERS).match(/[aeiou]/g) ?? []).length)],
]

export function answerStrings(text: string): Answer {
  const quoted = findQuoted(text)
  const letter = /\bletter ["']([a-z])["']/i.exec(text)
  const word = quoted.at(-1)
  if (word === undefined) return undefined
  if (letter !== null)
    return String(Array.from(word.slice(0, LETTERS)).filter((other) => other === letter[1]).length)
  return OPERATIONS.find(([wording]) => wording.test(text))?.[1](word)
}

export function answerSets(text: string): Answer {
  const [a, b] = [...text.matchAll(/\{([^}]*)\}/g)].map(([, inside = '']) =>
    inside.split(/,\s*/).slice(0, MEMBERS),
  )
  if (a === undefined || b === undefined || /\bhow many\b|\bsymmetric\b|\bexactly\b/i.test(text))
    return undefined
  if (/\bunion\b/i.test(text)) return write([...new Set([...a, ...b])])
  if (/\bintersection\b|\bboth\b/i.test(text)) return write(a.filter((item) => b.includes(item)))
  return /\bminus\b|\bnot in\b/i.test(text) ? write(a.filter((item) => !b.includes(item))) : undefined
}

function write(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ')
}

/** Takes the first name for the most and the last for the least. */
export function answerOrders(text: string): Answer {
  const names = text.match(/\b(?!Who|Is|The|Answer)[A-Z][a-z]+\b/g) ?? []
  if (/\bsecond\b/i.test(text)) return undefined
  if (/\bwho is (?:the )?(?:tallest|oldest|fastest|heaviest)\b/i.test(text)) return names[0]
  return /\bwho is (?:the )?(?:shortest|youngest|slowest|lightest)\b/i.test(text) ? names.at(-1) : undefined
}
