/** Sets of words and lists of numbers. */
import { numberAnswer, type Answer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { joinAnd, MEMBERS } from './words.ts'

function setAnswer(items: readonly string[]): Answer {
  return { kind: 'set', items }
}

function braces(items: readonly (string | number)[]): string {
  return `{${items.join(', ')}}`
}

interface Pair {
  readonly a: readonly string[]
  readonly b: readonly string[]
}

/** Two sets with at least one common member and one apart on each side. */
function drawPair(draw: Draw): Pair {
  const isNumeric = draw.chance(0.5)
  const pool = isNumeric ? Array.from({ length: 20 }, (_, index) => String(index + 1)) : MEMBERS
  const size = draw.chance(0.65) ? draw.int(2, 3) : draw.int(4, 6)
  const common = draw.sample(pool, draw.int(1, size - 1))
  const rest = pool.filter((item) => !common.includes(item))
  const apart = draw.sample(rest, 2 * (size - common.length))
  const half = apart.length / 2
  return {
    a: draw.sample([...common, ...apart.slice(0, half)], size),
    b: draw.sample([...common, ...apart.slice(half)], size),
  }
}

function operations({ a, b }: Pair): {
  readonly union: readonly string[]
  readonly common: readonly string[]
  readonly only: readonly string[]
} {
  return {
    union: [...new Set([...a, ...b])],
    common: a.filter((item) => b.includes(item)),
    only: a.filter((item) => !b.includes(item)),
  }
}

function twoSets(draw: Draw): Draft {
  const pair = drawPair(draw)
  const { union, common, only } = operations(pair)
  const [a, b] = [braces(pair.a), braces(pair.b)]
  return draw.pick<Draft>([
    { prompt: `What is the union of ${a} and ${b}?`, answer: setAnswer(union) },
    { prompt: `What is the intersection of ${a} and ${b}?`, answer: setAnswer(common) },
    { prompt: `Find the intersection of A = ${a} and B = ${b}.`, answer: setAnswer(common) },
    { prompt: `A = ${a}, B = ${b}. What is the union of A and B?`, answer: setAnswer(union) },
    { prompt: `Which elements are in both ${a} and ${b}?`, answer: setAnswer(common) },
    { prompt: `What is the difference ${a} minus ${b}?`, answer: setAnswer(only) },
    { prompt: `Which elements of ${a} are not in ${b}?`, answer: setAnswer(only) },
  ])
}

function nested(draw: Draw): Draft {
  const pair = drawPair(draw)
  const { union, common, only } = operations(pair)
  const [a, b] = [braces(pair.a), braces(pair.b)]
  const third = draw.sample(union, 2)
  const c = braces(third)
  const onlyB = pair.b.filter((item) => !pair.a.includes(item))
  return draw.pick<Draft>([
    { prompt: `How many elements are in the union of ${a} and ${b}?`, answer: numberAnswer(union.length) },
    { prompt: `How many elements do ${a} and ${b} have in common?`, answer: numberAnswer(common.length) },
    { prompt: `What is the symmetric difference of ${a} and ${b}?`, answer: setAnswer([...only, ...onlyB]) },
    {
      prompt: `A = ${a}, B = ${b}, C = ${c}. Take the union of A and B and remove the elements of C. What is left?`,
      answer: setAnswer(union.filter((item) => !third.includes(item))),
    },
    {
      prompt: `A = ${a}, B = ${b}, C = ${c}. What is the intersection of A and B, united with C?`,
      answer: setAnswer([...common, ...third]),
    },
    { prompt: `Which elements are in exactly one of ${a} and ${b}?`, answer: setAnswer([...only, ...onlyB]) },
  ])
}

/** Sets hidden in a story about people. */
function told(draw: Draw): Draft {
  const pair = drawPair(draw)
  const { union, common, only } = operations(pair)
  const things = pair.a.every((item) => /\d/.test(item)) ? 'the lottery numbers' : 'the stickers'
  const [a, b] = [joinAnd(pair.a), joinAnd(pair.b)]
  const lead = `Mia has ${things} ${a}. Paul has ${things} ${b}.`
  return draw.pick<Draft>([
    { prompt: `${lead} Which do both of them have?`, answer: setAnswer(common) },
    { prompt: `${lead} Which does Mia have that Paul does not?`, answer: setAnswer(only) },
    { prompt: `${lead} How many different ones do they have together?`, answer: numberAnswer(union.length) },
  ])
}

function numbers(draw: Draw): Draft {
  const size = draw.chance(0.6) ? draw.int(3, 4) : draw.int(5, 8)
  const list = draw.sample(
    Array.from({ length: 60 }, (_, index) => index + 3),
    size,
  )
  const sorted = [...list].sort((left, right) => left - right)
  const sum = list.reduce((total, value) => total + value, 0)
  const shown = list.join(', ')
  return draw.pick<Draft>([
    { prompt: `What is the largest number in ${shown}?`, answer: numberAnswer(sorted.at(-1) ?? 0) },
    { prompt: `What is the smallest of ${shown}?`, answer: numberAnswer(sorted[0] ?? 0) },
    { prompt: `Find the sum of ${shown}.`, answer: numberAnswer(sum) },
    { prompt: `Find the maximum of ${shown}.`, answer: numberAnswer(sorted.at(-1) ?? 0) },
    {
      prompt: `Sort ${shown} from smallest to largest.`,
      answer: { kind: 'list', items: sorted.map(String) },
    },
    {
      prompt: `Sort these numbers in descending order: ${shown}`,
      answer: { kind: 'list', items: [...sorted].reverse().map(String) },
    },
  ])
}

function hardNumbers(draw: Draw): Draft {
  const size = draw.int(2, 4) * 2 - 1
  const list = draw.sample(
    Array.from({ length: 60 }, (_, index) => index + 3),
    size,
  )
  const sorted = [...list].sort((left, right) => left - right)
  const middle = sorted[(size - 1) / 2] ?? 0
  const even = list.filter((value) => value % 2 === 0)
  const bound = draw.int(20, 45)
  const shown = list.join(', ')
  return draw.pick<Draft>([
    { prompt: `What is the median of ${shown}?`, answer: numberAnswer(middle) },
    { prompt: `What is the second largest number in ${shown}?`, answer: numberAnswer(sorted.at(-2) ?? 0) },
    { prompt: `How many of the numbers ${shown} are even?`, answer: numberAnswer(even.length) },
    {
      prompt: `Which of the numbers ${shown} are greater than ${bound}?`,
      answer: setAnswer(list.filter((value) => value > bound).map(String)),
    },
    {
      prompt: `What is the difference between the largest and the smallest of ${shown}?`,
      answer: numberAnswer((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)),
    },
    {
      prompt: `What is the sum of the even numbers in ${shown}?`,
      answer: numberAnswer(even.reduce((total, value) => total + value, 0)),
    },
  ])
}

export const sets: Category = {
  name: 'sets',
  makers: [
    [8, twoSets],
    [2, nested],
    [2, told],
    [6, numbers],
    [2, hardNumbers],
  ],
}
