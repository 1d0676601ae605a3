/** Arithmetic questions: one expression, or instructions carried out one after the other. */
import { findNumbers } from '../read.ts'
import { readInstruction, readSum } from './expression.ts'
import { interpret, type Interpretation, type Reading } from './skill.ts'
import { isAtEnd, take, takeOneOf, tokenise, type Cursor } from './tokens.ts'

const LEADS = [
  'what is value of',
  'what is',
  'what s',
  'what number is',
  'what number do get',
  'what do get when',
  'what do get if',
  'calculate',
  'compute',
  'work out',
  'evaluate expression',
  'evaluate',
  'how much is',
  'find',
  'what does',
  'solve',
  'tell',
  'give',
  'result of',
] as const

/** Words that may close a question without changing it. */
const TAILS = ['=', 'equal', 'equals', 'what is result', 'what do get', 'give', 'result'] as const

export function solveArithmetic(reading: Reading): readonly Interpretation[] {
  const used = findNumbers(reading.text).length
  const whole = tokenise(reading.text)
  while (takeOneOf(whole, LEADS) !== undefined);
  const start = whole.at
  const value = readSum(whole)
  if (value !== undefined && closes(whole)) {
    return interpret(reading, {
      answer: value,
      steps: [`The expression comes to ${value}.`],
      specific: 0.9,
      used,
    })
  }
  whole.at = start
  const steps: string[] = []
  const result = readInstructions(whole, steps)
  return interpret(reading, result === undefined ? undefined : { answer: result, steps, specific: 0.9, used })
}

function readInstructions(cursor: Cursor, steps: string[]): number | undefined {
  let value =
    takeOneOf(cursor, ['start with', 'begin with', 'take']) === undefined ? undefined : readSum(cursor)
  // "Take 5" names a start, "take 3 away from 10" is an instruction: without a separator behind it, read it again as one.
  if (value !== undefined && !startsStep(cursor)) {
    value = undefined
    cursor.at = cursor.tokens.indexOf('take')
  }
  do {
    if (closes(cursor)) break
    value = readInstruction(cursor, value)
    if (value === undefined) return undefined
    steps.push(`Step ${steps.length + 1} gives ${value}.`)
  } while (startsStep(cursor))
  return closes(cursor) ? value : undefined
}

function startsStep(cursor: Cursor): boolean {
  const before = cursor.at
  while (takeOneOf(cursor, [',', 'and', 'then', 'next', 'finally']) !== undefined);
  return cursor.at > before
}

function closes(cursor: Cursor): boolean {
  const before = cursor.at
  while (takeOneOf(cursor, TAILS) !== undefined || take(cursor, ','));
  if (isAtEnd(cursor)) return true
  cursor.at = before
  return false
}

const KINDS: Readonly<Record<string, (n: number) => boolean>> = {
  odd: (n) => n % 2 !== 0,
  even: (n) => n % 2 === 0,
  prime: isPrime,
}

/** Counting and testing numbers: "how many odd numbers between 4 and 20", "is 91 prime". */
export function solveNumberFacts(reading: Reading): readonly Interpretation[] {
  const counted = /how many (odd|even|prime) (?:whole )?numbers\b.*\bbetween (\d+) and (\d+)/i.exec(
    reading.text,
  )
  if (counted !== null) {
    const [low, high] = [Number(counted[2]), Number(counted[3])]
    const test = KINDS[(counted[1] ?? '').toLowerCase()]
    const found = Array.from(
      { length: Math.min(1e6, Math.max(0, high - low - 1)) },
      (_, index) => low + 1 + index,
    ).filter((n) => test?.(n))
    return interpret(reading, {
      answer: found.length,
      steps: [`Checked each number between ${low} and ${high}.`],
      specific: 1,
      used: 2,
    })
  }
  const tested = /^is (\d+) (?:an? )?(odd|even|prime)\b/i.exec(reading.text)
  if (tested === null) return []
  const isTrue = KINDS[(tested[2] ?? '').toLowerCase()]?.(Number(tested[1])) === true
  return interpret(reading, { answer: isTrue ? 'yes' : 'no', specific: 1, used: 1 })
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false
  return n > 1
}
