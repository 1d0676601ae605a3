/**
 * Arithmetic in signs and in words, by recursive descent:
 *
 *   sum     = product {(+|-|plus|minus) product}        product = power {(*|/|times|divided by) power}
 *   power   = operand [^ operand | squared | to power of operand]
 *   operand = number | ( sum ) | - operand | "sum of" list | "difference between" x and y | "double" x | ...
 *
 * A failed reading gives undefined; the reader never guesses a missing operand.
 */
import { takeNumber, take, takeOneOf, type Cursor } from './tokens.ts'

type Value = number | undefined

const PLUS = ['+', 'plus', 'added to', 'increased by'] as const
const MINUS = ['-', 'minus', 'decreased by', 'less'] as const
const TIMES = ['*', 'x', '×', 'times', 'multiplied by'] as const
const OVER = ['/', '÷', 'divided by', 'over'] as const

export function readSum(cursor: Cursor): Value {
  let value = readProduct(cursor)
  while (value !== undefined) {
    const before = cursor.at
    if (takeOneOf(cursor, PLUS) !== undefined) value = combine(value, readProduct(cursor), (a, b) => a + b)
    else if (take(cursor, 'less than')) value = combine(value, readSum(cursor), (a, b) => b - a)
    else if (takeOneOf(cursor, ['more than', 'greater than']) !== undefined)
      value = combine(value, readSum(cursor), (a, b) => b + a)
    else if (takeOneOf(cursor, MINUS) !== undefined)
      value = combine(value, readProduct(cursor), (a, b) => a - b)
    if (cursor.at === before) return value
  }
  return undefined
}

function readProduct(cursor: Cursor): Value {
  let value = readPower(cursor)
  while (value !== undefined) {
    const before = cursor.at
    if (takeOneOf(cursor, TIMES) !== undefined) value = combine(value, readPower(cursor), (a, b) => a * b)
    else if (takeOneOf(cursor, OVER) !== undefined) value = combine(value, readPower(cursor), (a, b) => a / b)
    if (cursor.at === before) return value
  }
  return undefined
}

function readPower(cursor: Cursor): Value {
  const value = readOperand(cursor)
  if (value === undefined) return undefined
  if (take(cursor, 'squared')) return value ** 2
  if (take(cursor, 'cubed')) return value ** 3
  if (
    takeOneOf(cursor, ['^', '* *', 'to power of', 'raised to power of', 'to power', 'raised to']) ===
    undefined
  )
    return value
  return combine(value, readOperand(cursor), (a, b) => a ** b)
}

/** Functions of a list: "sum of 3, 4 and 5". */
const OF_LIST: Readonly<Record<string, (values: readonly number[]) => number>> = {
  'sum of': (values) => values.reduce((a, b) => a + b),
  'total of': (values) => values.reduce((a, b) => a + b),
  'product of': (values) => values.reduce((a, b) => a * b),
  'average of': (values) => values.reduce((a, b) => a + b) / values.length,
  'mean of': (values) => values.reduce((a, b) => a + b) / values.length,
  'difference between': ([a = NaN, b = NaN]) => Math.abs(a - b),
  'difference of': ([a = NaN, b = NaN]) => a - b,
  'quotient of': ([a = NaN, b = NaN]) => a / b,
  'greatest common divisor of': (values) => values.reduce(commonDivisor),
  'greatest common factor of': (values) => values.reduce(commonDivisor),
  'gcd of': (values) => values.reduce(commonDivisor),
  'least common multiple of': (values) => values.reduce((a, b) => (a * b) / commonDivisor(a, b)),
  'lowest common multiple of': (values) => values.reduce((a, b) => (a * b) / commonDivisor(a, b)),
  'lcm of': (values) => values.reduce((a, b) => (a * b) / commonDivisor(a, b)),
}

/** Functions of one operand. */
const OF_ONE: Readonly<Record<string, (value: number) => number>> = {
  '-': (value) => -value,
  'square root of': Math.sqrt,
  'cube root of': Math.cbrt,
  'square of': (value) => value ** 2,
  'cube of': (value) => value ** 3,
  'half of': (value) => value / 2,
  half: (value) => value / 2,
  double: (value) => value * 2,
  twice: (value) => value * 2,
  triple: (value) => value * 3,
}

const LIST_NAMES: readonly string[] = Object.keys(OF_LIST)
const ONE_NAMES: readonly string[] = Object.keys(OF_ONE)

function readOperand(cursor: Cursor): Value {
  const number = takeNumber(cursor)
  if (number !== undefined) return number
  if (take(cursor, '(')) {
    const inside = readSum(cursor)
    return take(cursor, ')') ? inside : undefined
  }
  if (takeOneOf(cursor, ['remainder when', 'remainder of']) !== undefined) return readRemainder(cursor)
  const ofList = OF_LIST[takeOneOf(cursor, LIST_NAMES) ?? '']
  if (ofList !== undefined) {
    const values = readList(cursor)
    return values.length < 2 ? undefined : ofList(values)
  }
  const ofOne = OF_ONE[takeOneOf(cursor, ONE_NAMES) ?? '']
  const value = ofOne === undefined ? undefined : readPower(cursor)
  return value === undefined ? undefined : ofOne?.(value)
}

function readRemainder(cursor: Cursor): Value {
  const value = readPower(cursor)
  if (takeOneOf(cursor, ['is divided by', 'divided by']) === undefined) return undefined
  return combine(value, readPower(cursor), (a, b) => a % b)
}

function readList(cursor: Cursor): readonly number[] {
  const values: number[] = []
  for (;;) {
    const value = readProduct(cursor)
    if (value === undefined) return values
    values.push(value)
    const before = cursor.at
    const hasComma = take(cursor, ',')
    const hasAnd = take(cursor, 'and')
    const next = cursor.tokens[cursor.at] ?? ''
    if ((!hasComma && !hasAnd) || VERBS.has(next) || next === 'then') {
      cursor.at = before
      return values
    }
  }
}

function combine(a: Value, b: Value, operation: (a: number, b: number) => number): Value {
  return a === undefined || b === undefined ? undefined : operation(a, b)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : commonDivisor(b, a % b)
}

const VERBS: ReadonlySet<string> = new Set([
  'add',
  'subtract',
  'multiply',
  'divide',
  'double',
  'triple',
  'halve',
  'square',
  'take',
])
/** Words for the value so far. */
const IT = ['result by', 'it by', 'that by', 'answer by', 'by'] as const
const ITSELF = ['result', 'it', 'that', 'answer'] as const

/** One instruction, "subtract 3 from 10" or, with a value so far, "subtract 3", "multiply the result by 4". */
export function readInstruction(cursor: Cursor, sofar: Value): Value {
  const verb = cursor.tokens[cursor.at] ?? ''
  const read = INSTRUCTIONS[verb]
  if (read === undefined) return undefined
  cursor.at += 1
  return read(cursor, sofar)
}

const INSTRUCTIONS: Readonly<Record<string, (cursor: Cursor, sofar: Value) => Value>> = {
  add: (cursor, sofar) => readMoved(cursor, sofar, { link: ['to', 'and'], operation: (a, b) => a + b }),
  subtract: (cursor, sofar) => readMoved(cursor, sofar, { link: ['from'], operation: (a, b) => b - a }),
  take: (cursor, sofar) =>
    readMoved(cursor, sofar, { link: ['away from', 'from'], operation: (a, b) => b - a }),
  multiply: (cursor, sofar) => readScaled(cursor, sofar, (a, b) => a * b),
  divide: (cursor, sofar) => readScaled(cursor, sofar, (a, b) => a / b),
  double: (cursor, sofar) => combine(readItself(cursor, sofar), 2, (a, b) => a * b),
  triple: (cursor, sofar) => combine(readItself(cursor, sofar), 3, (a, b) => a * b),
  halve: (cursor, sofar) => combine(readItself(cursor, sofar), 2, (a, b) => a / b),
  square: (cursor, sofar) => combine(readItself(cursor, sofar), 2, (a, b) => a ** b),
}

interface Moved {
  readonly link: readonly string[]
  readonly operation: (first: number, second: number) => number
}

/** "add 3 to 4"; with a value so far the second part may be missing. */
function readMoved(cursor: Cursor, sofar: Value, { link, operation }: Moved): Value {
  const first = readProduct(cursor)
  const before = cursor.at
  if (takeOneOf(cursor, link) !== undefined) {
    if (sofar !== undefined && takeOneOf(cursor, ITSELF) !== undefined)
      return combine(first, sofar, operation)
    const second = readProduct(cursor)
    if (second !== undefined) return combine(first, second, operation)
    cursor.at = before
  }
  take(cursor, 'away')
  return combine(first, sofar, operation)
}

function readScaled(cursor: Cursor, sofar: Value, operation: (a: number, b: number) => number): Value {
  if (sofar !== undefined && takeOneOf(cursor, IT) !== undefined)
    return combine(sofar, readPower(cursor), operation)
  const first = readOperand(cursor)
  return takeOneOf(cursor, ['by', 'and', 'with']) === undefined
    ? undefined
    : combine(first, readPower(cursor), operation)
}

function readItself(cursor: Cursor, sofar: Value): Value {
  if (sofar !== undefined && takeOneOf(cursor, ITSELF) !== undefined) return sofar
  return readPower(cursor) ?? sofar
}
