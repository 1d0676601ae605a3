/**
 * Reading shared by both programs: numbers in digits and in words, sentences, quoted text. What the programs make of it is their own.
 */

/** What a program says to one question. */
export interface Reply {
  readonly text: string
  /** Interpretations of the question that were tried. */
  readonly tried: number
}

export interface Program {
  readonly model: string
  reply(prompt: string): Reply
}

/** Longest question, UTF-16 code units: a few sentences. The patterns of the programs are meant for that and take long on more. */
const MAX_CHARACTERS = 1000
/** Longest number, digits: beyond 15 a double is no longer exact. */
const MAX_DIGITS = 15

/** What both programs say to a text that is too long for them; undefined when it is not. */
export function declineSize(prompt: string): string | undefined {
  if (prompt.length > MAX_CHARACTERS) return `I read questions of up to ${MAX_CHARACTERS} characters.`
  return LONG_NUMBER.test(prompt) ? `I read numbers of up to ${MAX_DIGITS} digits.` : undefined
}

const LONG_NUMBER = new RegExp(`\\d{${MAX_DIGITS + 1}}`)

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const WORD = `(?:${[...UNITS, ...TENS, 'hundred', 'thousand', 'dozen'].join('|')})`
const SPELLED = new RegExp(
  `\\b(?:an? (?=hundred|thousand|dozen))?${WORD}(?:(?:[ -]|(?<=hundred|thousand) and )${WORD})*\\b`,
  'gi',
)
/** "no one", "which one", "one of": not a count. */
const NOT_A_COUNT = /(?:\b(?:which|each|this|that|the|no|every|any|exactly)\s+)$/i

/** Replaces numbers in words by digits: "forty-two" by 42, "a dozen" by 12. Words above `largest` stay as they are. */
export function digitise(text: string, largest: number = Infinity): string {
  return text.replace(SPELLED, (words: string, at: number) => {
    if (words.toLowerCase() === 'one' && NOT_A_COUNT.test(text.slice(0, at))) return words
    const value = spelledValue(words)
    return value > largest ? words : String(value)
  })
}

/** Value of number words, read from left to right as they are spoken. */
function spelledValue(words: string): number {
  let total = 0
  let group = 0
  for (const word of words.toLowerCase().split(/[ -]+/)) {
    if (word === 'hundred') group = Math.max(group, 1) * 100
    else if (word === 'dozen') group = Math.max(group, 1) * 12
    else if (word === 'thousand') {
      total += Math.max(group, 1) * 1000
      group = 0
    } else group += smallValue(word)
  }
  return total + group
}

function smallValue(word: string): number {
  const unit = UNITS.indexOf(word)
  return unit >= 0 ? unit : (TENS.indexOf(word) + 2) * 10 * (TENS.includes(word) ? 1 : 0)
}

const NUMBER = /(?<![\d.\p{L}])-?\d+(?:,\d{3})*(?:\.\d+)?/gu

/** All numbers in digits, in order. A hyphen counts as a minus only where no number or letter stands before it. */
export function findNumbers(text: string): readonly number[] {
  return [...text.matchAll(NUMBER)].map(([written]) => Number(written.replaceAll(',', '')))
}

/** Sentences without their closing mark; a point inside a number does not end one. */
export function splitSentences(text: string): readonly string[] {
  return text
    .split(/[.?!;](?=\s|$)/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Text in double or single quotes, in order. An apostrophe inside a word does not open one. */
export function findQuoted(text: string): readonly string[] {
  return [...text.matchAll(/["“”]([^"“”]+)["“”]|(?<![\p{L}\d])['‘]([^'‘’]+)['’](?![\p{L}\d])/gu)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

/** The decimals that the question asks for; undefined when it does not. */
export function askedPlaces(text: string): number | undefined {
  const found = /\b(?:round(?:ed)?|give)\b[^.?]*?\bto (\d) decimal/i.exec(text)
  if (found !== null) return Number(found[1])
  return /\bnearest (?:whole|integer)/i.test(text) ? 0 : undefined
}

/** Writes a number with at most `places` decimals and no trailing zeros. */
export function writeNumber(value: number, places = 4): string {
  const scale = 10 ** places
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * scale + 1e-7)) / scale
  return String(rounded === 0 ? 0 : rounded)
}
