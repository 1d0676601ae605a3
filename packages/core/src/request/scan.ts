/**
 * Scan: one pass over the characters of a text that counts what the surface features (surface.ts) are made of: kinds of characters,
 * words, numbers, phrases. Words are what stands between spaces; characters are UTF-16 code units.
 */
import { createPhrases, hashWord, takeWord, type Phrases } from './phrases.ts'
import type { Units } from './units.ts'

/** Kinds of characters. Up to UNDERSCORE those of which `\w` of a regular expression is made. */
const LOWER = 0
const UPPER = 1
const DIGIT = 2
const UNDERSCORE = 3
const SPACE = 4
const SYMBOL = 5
const MATH = 6
const DOLLAR = 7
const QUESTION = 8
const QUOTE = 9
const BRACE = 10
const IDEOGRAPH = 11
const OTHER = 12
const KINDS = 13

/** Kind of each ASCII character. */
const ASCII: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code <= 32) return SPACE
  if (/[a-z]/.test(character)) return LOWER
  if (/[A-Z]/.test(character)) return UPPER
  if (/[0-9]/.test(character)) return DIGIT
  const groups = ['_', '=+*/^<>\\%', '$', '?', `"'`, '{}[]();']
  const kinds = [UNDERSCORE, MATH, DOLLAR, QUESTION, QUOTE, BRACE]
  return kinds[groups.findIndex((group) => group.includes(character))] ?? SYMBOL
})

const BACKTICK = 96
/** Lengths of words that phrases are made of. */
const SHORTEST = 2
const LONGEST = 9

/** Counts of characters, but where said otherwise. */
export interface Scan {
  readonly spaces: number
  readonly digits: number
  readonly uppers: number
  readonly underscores: number
  readonly math: number
  readonly dollars: number
  readonly questions: number
  readonly quotes: number
  readonly braces: number
  /** Visible ASCII but letters and digits: the kinds above and all others. */
  readonly symbols: number
  readonly ideographs: number
  readonly nonAscii: number
  /** What stands between spaces. */
  readonly words: number
  /** Runs of digits. */
  readonly numbers: number
  /** Whether three backticks stand in a row. */
  readonly hasFence: boolean
  readonly constraints: number
  readonly negations: number
}

/** A scan under way. */
interface Draft {
  readonly kinds: Uint32Array
  readonly phrases: Phrases
  words: number
  numbers: number
  hasFence: boolean
}

export function scan(units: Units): Scan {
  const draft: Draft = {
    kinds: new Uint32Array(KINDS),
    phrases: createPhrases(),
    words: 0,
    numbers: 0,
    hasFence: false,
  }
  scanAll(draft, units)
  const of = (kind: number): number => draft.kinds[kind] ?? 0
  const [underscores, math, dollars] = [of(UNDERSCORE), of(MATH), of(DOLLAR)]
  const [questions, quotes, braces] = [of(QUESTION), of(QUOTE), of(BRACE)]
  return {
    spaces: of(SPACE),
    digits: of(DIGIT),
    uppers: of(UPPER),
    underscores,
    math,
    dollars,
    questions,
    quotes,
    braces,
    symbols: of(SYMBOL) + underscores + math + dollars + questions + quotes + braces,
    ideographs: of(IDEOGRAPH),
    nonAscii: of(IDEOGRAPH) + of(OTHER),
    words: draft.words,
    numbers: draft.numbers,
    hasFence: draft.hasFence,
    constraints: draft.phrases.constraints,
    negations: draft.phrases.negations,
  }
}

function scanAll(draft: Draft, units: Units): void {
  const { codes, size } = units
  const { kinds } = draft
  let isAfterSpace = true
  let i = 0
  while (i < size) {
    const kind = kindOf(codes[i] ?? 0)
    if (isAfterSpace && kind !== SPACE) draft.words += 1
    isAfterSpace = kind === SPACE
    if (kind <= UNDERSCORE) {
      i = scanWord(draft, units, i)
      continue
    }
    kinds[kind] = (kinds[kind] ?? 0) + 1
    if (kind === SYMBOL && !draft.hasFence) draft.hasFence = isFence(units, i)
    i += 1
  }
}

function kindOf(code: number): number {
  if (code < 128) return ASCII[code] ?? SYMBOL
  return code >= 0x2e80 && code <= 0x9fff ? IDEOGRAPH : OTHER
}

/** Scans the run of letters, digits and underscores at `start`; returns its end. */
function scanWord(draft: Draft, { codes, size }: Units, start: number): number {
  const { kinds } = draft
  let hash = 0
  let wasDigit = false
  let i = start
  for (; i < size; i++) {
    const code = codes[i] ?? 0
    const kind = kindOf(code)
    if (kind > UNDERSCORE) break
    hash = hashWord(hash, code)
    if (kind === LOWER) wasDigit = false
    else {
      if (kind === DIGIT && !wasDigit) draft.numbers += 1
      wasDigit = kind === DIGIT
      kinds[kind] = (kinds[kind] ?? 0) + 1
    }
  }
  const length = i - start
  if (length >= SHORTEST && length <= LONGEST) takeWord(draft.phrases, codes, { start, end: i, hash })
  return i
}

function isFence({ codes, size }: Units, at: number): boolean {
  return at + 2 < size && codes[at] === BACKTICK && codes[at + 1] === BACKTICK && codes[at + 2] === BACKTICK
}
