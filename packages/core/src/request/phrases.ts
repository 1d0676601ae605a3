/**
 * Phrases that tell of a constraint ("must", "at least") or a negation ("not", "except"), counted word by word while a text is scanned.
 * A word here is a run of ASCII letters, digits and underscores, as between two `\b` of a regular expression; the words of one phrase
 * stand one space apart. Case does not matter. No phrase can overlap another, so counting them as they end is enough.
 */

/** What the scan of phrases carries from word to word. */
export interface Phrases {
  constraints: number
  negations: number
  /** Beginning of a phrase that the next word may go on with; NOTHING when there is none. */
  begun: number
  /** Where the last word of ROLES ended; a word that is not among them puts the next one further away. */
  end: number
}

const NOTHING = 0
const AT = 1
const NO = 2
const NO_MORE = 3
const LESS = 4

/** What a word does by itself or to what is begun: AT, NO and LESS begin a phrase. */
const CONSTRAINT = 5
const NEGATION = 6
const LEAST_OR_MOST = 7
const MORE = 8
const THAN = 9

const ROLES: Readonly<Record<string, number>> = {
  at: AT,
  no: NO,
  less: LESS,
  least: LEAST_OR_MOST,
  most: LEAST_OR_MOST,
  more: MORE,
  than: THAN,
  must: CONSTRAINT,
  should: CONSTRAINT,
  exactly: CONSTRAINT,
  only: CONSTRAINT,
  each: CONSTRAINT,
  without: CONSTRAINT,
  ensure: CONSTRAINT,
  format: CONSTRAINT,
  not: NEGATION,
  except: NEGATION,
  false: NEGATION,
  incorrect: NEGATION,
  never: NEGATION,
  none: NEGATION,
  neither: NEGATION,
}

const SPACE = 32
/** Bit that parts lower from upper case in ASCII; digits have it set. */
const LOWER_BIT = 32
/** Cells of the table below. With this multiplier of the hash no two of the words share a cell. */
const CELLS = 256
const MULTIPLIER = 37

interface Entry {
  readonly codes: Uint8Array
  readonly role: number
}

/** By the low bits of the word's hash. */
const TABLE: readonly (Entry | undefined)[] = createTable()

function createTable(): (Entry | undefined)[] {
  const table: (Entry | undefined)[] = Array.from({ length: CELLS }, () => undefined)
  for (const [word, role] of Object.entries(ROLES)) {
    const codes = Uint8Array.from(word, (character) => character.charCodeAt(0))
    table[codes.reduce(hashWord, 0) & (CELLS - 1)] = { codes, role }
  }
  return table
}

/** Hash of a word so far, 0 at its start, and its next character: a letter, a digit or an underscore. */
export function hashWord(hash: number, code: number): number {
  return (Math.imul(hash, MULTIPLIER) + (code | LOWER_BIT)) | 0
}

export function createPhrases(): Phrases {
  return { constraints: 0, negations: 0, begun: NOTHING, end: -1 }
}

/** Takes the word of the text `codes` from `start` to `end` (exclusive). Words come in the order of the text. */
export function takeWord(
  phrases: Phrases,
  codes: Uint16Array,
  { start, end, hash }: { readonly start: number; readonly end: number; readonly hash: number },
): void {
  const entry = TABLE[hash & (CELLS - 1)]
  if (entry === undefined || !isAt(entry.codes, codes, { start, end })) return
  const isNext = start === phrases.end + 1 && codes[phrases.end] === SPACE
  const begun = isNext ? phrases.begun : NOTHING
  phrases.begun = goOn(phrases, begun, entry.role)
  phrases.end = end
}

/** Counts what the word ends; returns what it begins. */
function goOn(phrases: Phrases, begun: number, role: number): number {
  if (role === NEGATION) phrases.negations += 1
  else if (isConstraint(begun, role)) phrases.constraints += 1
  else if (role === MORE && begun === NO) return NO_MORE
  return role <= LESS ? role : NOTHING
}

function isConstraint(begun: number, role: number): boolean {
  if (role === CONSTRAINT) return true
  if (role === LEAST_OR_MOST) return begun === AT
  return role === THAN && (begun === NO_MORE || begun === LESS)
}

function isAt(
  word: Uint8Array,
  codes: Uint16Array,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (end - start !== word.length) return false
  for (let i = 0; i < word.length; i++) {
    if (((codes[start + i] ?? 0) | LOWER_BIT) !== word[i]) return false
  }
  return true
}
