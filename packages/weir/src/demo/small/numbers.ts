/**
 * What the small program does with numbers: the first two of them and one keyword. It works from left to right, without precedence or
 * brackets, and it does not notice a second step.
 */
import { findNumbers, writeNumber } from '../read.ts'

type Answer = string | undefined

const OPERATION = /^\s*(\+|-|\*|x|\/|plus|minus|times|divided by)\s*(\d+(?:\.\d+)?)/i
const APPLY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  plus: (a, b) => a + b,
  '-': (a, b) => a - b,
  minus: (a, b) => a - b,
  '*': (a, b) => a * b,
  x: (a, b) => a * b,
  times: (a, b) => a * b,
  '/': (a, b) => a / b,
  'divided by': (a, b) => a / b,
}

/** "12 + 7 - 3": one operation after the other as they are written. */
export function answerExpression(text: string): Answer {
  const start = /(\d+(?:\.\d+)?)\s*(?:[+*x/]\s*\d|- ?\d|plus|minus|times|divided by)/i.exec(text)
  if (start === null || /[()%]|\d-\d|\bwhich\b/i.test(text)) return undefined
  let value = Number(start[1])
  let rest = text.slice(start.index + (start[1] ?? '').length)
  for (let next = OPERATION.exec(rest); next !== null; next = OPERATION.exec(rest)) {
    value = APPLY[(next[1] ?? '').toLowerCase()]?.(value, Number(next[2])) ?? NaN
    rest = rest.slice(next[0].length)
  }
  return writeNumber(value)
}

/** Wordings of bare arithmetic, each with what it makes of the numbers. */
const WORDED: readonly (readonly [RegExp, (numbers: readonly number[]) => number])[] = [
  [/\bsum of\b/i, (numbers) => numbers.reduce((a, b) => a + b, 0)],
  [/\bproduct of\b/i, ([a = NaN, b = NaN]) => a * b],
  [/\bdifference between\b/i, ([a = NaN, b = NaN]) => a - b],
  [/\bsubtract\b/i, ([a = NaN, b = NaN]) => a - b],
  [/\badd\b/i, ([a = NaN, b = NaN]) => a + b],
  [/\bsquared\b/i, ([a = NaN]) => a * a],
  [/\bdouble\b/i, ([a = NaN]) => a * 2],
]

export function answerWorded(text: string): Answer {
  const found = WORDED.find(([wording]) => wording.test(text))
  return found === undefined ? undefined : finite(found[1](findNumbers(text).slice(0, MEMORY)))
}

/** Numbers of a list that fit into its head. */
const MEMORY = 4

/** Keywords of stories, the first that matches decides. */
const STORY: readonly (readonly [RegExp, (a: number, b: number) => number])[] = [
  [/\bequally\b/i, (a, b) => a / b],
  [/\b(?:each|every)\b/i, (a, b) => a * b],
  [/\bper\b|km\/h/i, (a, b) => a * b],
  [/\btwice as many\b/i, (a) => a * 2],
  [/\bhalf\b/i, (a) => a / 2],
  [/\b(?:gives|loses|sells|uses|eats|spends)\b/i, (a, b) => a - b],
  [/\b(?:buys|finds|gets|receives)\b/i, (a, b) => a + b],
  [/\bfewer\b/i, (a, b) => a - b],
  [/\b(?:more|in total|together|altogether)\b/i, (a, b) => a + b],
  [/\bleft\b/i, (a, b) => a - b],
]

/** A story of two numbers and one keyword. Works on the first two numbers whatever follows. */
export function answerStory(text: string): Answer {
  const [a, b = NaN] = findNumbers(text)
  if (a === undefined || !/\bhow (?:many|much|far)\b/i.test(text)) return undefined
  const price = /\b1 \w+ costs \$(\d+)\D+(\d+)/i.exec(text)
  if (price !== null) return finite(Number(price[1]) * Number(price[2]))
  const found = STORY.find(([keyword]) => keyword.test(text))
  return found === undefined ? undefined : finite(found[1](a, b))
}

export function answerSpeed(text: string): Answer {
  const [a = NaN, b = NaN] = findNumbers(text)
  return /\b(?:average speed|how fast)\b/i.test(text) ? finite(a / b) : undefined
}

export function answerPercent(text: string): Answer {
  const part = /(\d+(?:\.\d+)?) ?(?:%|percent) of \$?(\d+(?:\.\d+)?)/i.exec(text)
  if (part !== null) return writeNumber((Number(part[1]) / 100) * Number(part[2]))
  const named = /\b(half|a quarter) of (\d+)/i.exec(text)
  if (named !== null && !/\bhow many\b/i.test(text))
    return writeNumber(Number(named[2]) / (named[1]?.toLowerCase() === 'half' ? 2 : 4))
  return answerChange(text)
}

/** One change of one amount; of two changes it sees the first. */
function answerChange(text: string): Answer {
  const rate = /(\d+(?:\.\d+)?) ?%/.exec(text)
  const amount = /\$?(\d+(?:\.\d+)?)(?![\d.]*%)\b/.exec(text.replace(/\d+(?:\.\d+)? ?%/g, '#'))
  const direction = /\b(?:increase|goes up|rises by)\b/i.test(text)
    ? 1
    : /\b(?:decrease|discount)/i.test(text)
      ? -1
      : undefined
  if (rate === null || amount === null || direction === undefined) return undefined
  return writeNumber(Number(amount[1]) * (1 + (direction * Number(rate[1])) / 100))
}

/** Lists: it keeps the first four numbers in its head. */
export function answerList(text: string): Answer {
  const list = /\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)+/.exec(text)
  if (list === null) return undefined
  const numbers = findNumbers(list[0]).slice(0, MEMORY)
  if (/\bsecond\b|\bdifference\b|\beven\b|\bmedian\b/i.test(text)) return undefined
  if (/\b(?:largest|maximum|biggest)\b/i.test(text)) return writeNumber(Math.max(...numbers))
  if (/\b(?:smallest of|smallest number|minimum)\b/i.test(text)) return writeNumber(Math.min(...numbers))
  if (/\bsort\b/i.test(text))
    return [...numbers].sort((a, b) => (/descending/i.test(text) ? b - a : a - b)).join(', ')
  return undefined
}

/** The next term goes on with the last step, whatever the rule. */
export function answerSequence(text: string): Answer {
  const list = /-?\d+(?:, -?\d+){2,}/.exec(text)
  if (list === null || !/\b(?:next|continue)\b/i.test(text)) return undefined
  const numbers = findNumbers(list[0])
  const [before = NaN, last = NaN] = numbers.slice(-2)
  return finite(2 * last - before)
}

export function answerLarger(text: string): Answer {
  const [a, b] = findNumbers(text)
  if (
    a === undefined ||
    b === undefined ||
    !/\bwhich\b.*\b(?:larger|greater|smaller|largest|smallest)\b/i.test(text)
  )
    return undefined
  return writeNumber(/\b(?:larger|greater|largest)\b/i.test(text) ? Math.max(a, b) : Math.min(a, b))
}

function finite(value: number): Answer {
  return Number.isFinite(value) ? writeNumber(value) : undefined
}
