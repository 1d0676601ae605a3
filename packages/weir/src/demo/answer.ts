/**
 * Known answers and their grader. An answer text is free English; what counts is its final part: what follows the last
 * "Answer:" (or "answer is"), else the whole text. Numbers, dates, words, sets and lists are each compared in a normal form, so
 * that "1,250.50", "$1250.5" and "The answer is 1250.50 dollars." are the same number.
 */

export type Answer =
  /** `tolerance` is absolute; it covers rounding to the places that the question asks for. */
  | { readonly kind: 'number'; readonly value: number; readonly tolerance: number }
  /** ISO 8601 calendar date. */
  | { readonly kind: 'date'; readonly iso: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Order does not matter, repeats do not count. */
  | { readonly kind: 'set'; readonly items: readonly string[] }
  /** Order matters. */
  | { readonly kind: 'list'; readonly items: readonly string[] }

/** An exact number, or one rounded to `places` decimals by the question. */
export function numberAnswer(value: number, places = 4): Answer {
  return { kind: 'number', value, tolerance: 0.51 * 10 ** -places + 1e-9 }
}

/** 1 when the text gives the known answer, else 0. */
export function gradeAnswer(answer: Answer, text: string): 0 | 1 {
  const final = finalPart(text)
  switch (answer.kind) {
    case 'number': {
      const value = lastNumber(final)
      return value !== undefined && Math.abs(value - answer.value) <= answer.tolerance ? 1 : 0
    }
    case 'date':
      return parseDate(final) === answer.iso ? 1 : 0
    case 'text':
      return normalText(final) === normalText(answer.text) ? 1 : 0
    case 'set':
      return sameItems([...new Set(items(final))].sort(), [...new Set(normalItems(answer.items))].sort())
    case 'list':
      return sameItems(items(final), normalItems(answer.items))
  }
}

function sameItems(given: readonly string[], known: readonly string[]): 0 | 1 {
  return given.length === known.length && given.every((item, index) => item === known[index]) ? 1 : 0
}

const MARK = /\banswer\s*(?:is\b\s*:?|:)\s*/gi

/** What follows the last answer mark, without surrounding space and one closing full stop. */
export function finalPart(text: string): string {
  const mark = [...text.matchAll(MARK)].at(-1)
  const part = mark === undefined ? text : text.slice(mark.index + mark[0].length)
  return part.trim().replace(/\.$/, '')
}

function lastNumber(text: string): number | undefined {
  const found = text
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .match(/-?\d+(?:\.\d+)?/g)
    ?.at(-1)
  return found === undefined ? undefined : Number(found)
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
)

/** The first full date of the text as ISO; undefined when there is none. */
function parseDate(text: string): string | undefined {
  const iso = /\b(\d{4})-(\d{2})-(\d{2})\b/.exec(text)
  if (iso !== null) return iso[0]
  const names = MONTHS.join('|')
  const monthFirst = new RegExp(`\\b(${names})\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})\\b`, 'i').exec(
    text,
  )
  if (monthFirst !== null) return isoDate(monthFirst[3], monthFirst[1], monthFirst[2])
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(${names}),?\\s+(\\d{4})\\b`, 'i').exec(text)
  return dayFirst === null ? undefined : isoDate(dayFirst[3], dayFirst[2], dayFirst[1])
}

function isoDate(year = '', month = '', day = ''): string {
  const number = MONTHS.indexOf(month.toLowerCase()) + 1
  return `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
}

function normalText(text: string): string {
  return (
    text
      .replace(/["'“”‘’`*]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/\.$/, '')
      // Case matters only where the question is about case: an all-capital answer stays as it is.
      .replace(/\b(?=[A-Z]?[a-z])[A-Za-z]+/g, (word) => word.toLowerCase())
  )
}

function items(text: string): readonly string[] {
  const inside = text.replace(/[{}[\]()"“”]/g, ' ').replace(/\band\b/g, ',')
  if (/^\s*(none|nothing|empty( set)?|the empty set)\s*$/i.test(inside)) return []
  return normalItems(inside.split(/[,;]/))
}

function normalItems(parts: readonly string[]): readonly string[] {
  return parts.map((part) => part.trim().toLowerCase()).filter((part) => part !== '')
}
