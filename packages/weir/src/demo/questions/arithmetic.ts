/** Bare arithmetic: two operands, chains, words for numbers, nested wording, number facts. */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { spellNumber } from './words.ts'

interface Operation {
  readonly symbol: string
  readonly word: string
  readonly left: number
  readonly right: number
  readonly value: number
}

function drawOperation(draw: Draw, high: number): Operation {
  const left = draw.int(2, high)
  const right = draw.int(2, high)
  switch (draw.int(0, 3)) {
    case 0:
      return { symbol: '+', word: 'plus', left, right, value: left + right }
    case 1:
      return { symbol: '-', word: 'minus', left: left + right, right, value: left }
    case 2:
      return { symbol: draw.pick(['*', 'x']), word: 'times', left, right, value: left * right }
    default:
      return { symbol: '/', word: 'divided by', left: left * right, right, value: left }
  }
}

function twoOperands(draw: Draw): Draft {
  const { symbol, word, left, right, value } = drawOperation(draw, 99)
  const written = draw.chance(0.6) ? `${left} ${symbol} ${right}` : `${left} ${word} ${right}`
  const prompt = draw.pick([
    `What is ${written}?`,
    `Calculate ${written}.`,
    `Work out ${written}`,
    `${written} = ?`,
    `Compute ${written}.`,
  ])
  return { prompt, answer: numberAnswer(value) }
}

function spelledOperands(draw: Draw): Draft {
  const high = draw.chance(0.5) ? 12 : 60
  const left = draw.int(2, high)
  const right = draw.int(2, high)
  const [word, value] = draw.pick([
    ['plus', left + right],
    ['times', left * right],
  ] as const)
  const written = `${spellNumber(left)} ${word} ${spellNumber(right)}`
  return {
    prompt: draw.pick([`What is ${written}?`, `Work out ${written}.`, `How much is ${written}?`]),
    answer: numberAnswer(value),
  }
}

/** a + b - c reads the same from left to right; a + b * c does not. */
function chain(draw: Draw): Draft {
  const [a, b, c] = [draw.int(10, 60), draw.int(2, 12), draw.int(2, 9)]
  const [written, value] = draw.pick([
    [`${a} + ${b} - ${c}`, a + b - c],
    [`${a} - ${b} + ${c}`, a - b + c],
    [`${b} * ${c} + ${a}`, b * c + a],
    [`${a} + ${b} * ${c}`, a + b * c],
    [`${a} - ${b * c} / ${c}`, a - b],
    [`${a} * ${b} - ${c} * ${b}`, a * b - c * b],
  ] as const)
  return {
    prompt: draw.pick([`What is ${written}?`, `Calculate ${written}.`, `Evaluate ${written}`]),
    answer: numberAnswer(value),
  }
}

function brackets(draw: Draw): Draft {
  const [a, b, c, d] = [draw.int(2, 30), draw.int(2, 30), draw.int(2, 12), draw.int(2, 9)]
  const [written, value] = draw.pick([
    [`(${a} + ${b}) * ${c}`, (a + b) * c],
    [`${c} * (${a + b} - ${b})`, c * a],
    [`(${a} + ${b}) * (${c} - ${d})`, (a + b) * (c - d)],
    [`${a * c} / (${c + d} - ${d})`, a],
    [`2 * (${a} + ${c} * (${b} - 1))`, 2 * (a + c * (b - 1))],
  ] as const)
  return {
    prompt: draw.pick([
      `What is ${written}?`,
      `Calculate ${written}.`,
      `Evaluate the expression ${written}.`,
    ]),
    answer: numberAnswer(value),
  }
}

function nested(draw: Draw): Draft {
  const [a, b, c] = [draw.int(3, 40), draw.int(2, 20), draw.int(2, 9)]
  const [prompt, value] = draw.pick([
    [`What is the sum of ${a} and the product of ${b} and ${c}?`, a + b * c],
    [`Subtract ${b} from ${a + b}.`, a],
    [`What do you get when you subtract ${c} from the product of ${a} and ${b}?`, a * b - c],
    [`Take ${c} away from ${a + c} and multiply the result by ${b}.`, a * b],
    [`Add ${a} to ${b}, then multiply by ${c}.`, (a + b) * c],
    [`What is the difference between ${a + b} and ${a}?`, b],
    [`What is the product of ${a} and ${b}?`, a * b],
    [`What is the sum of ${a}, ${b} and ${c}?`, a + b + c],
    [`Double ${a} and then add ${b}.`, 2 * a + b],
    [`What number is ${c} less than ${a + c}?`, a],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

function facts(draw: Draw): Draft {
  const [a, b, c] = [draw.int(20, 120), draw.int(3, 12), draw.int(4, 15)]
  const common = gcd(c * 6, a)
  const [prompt, value] = draw.pick([
    [`What is the remainder when ${a} is divided by ${b}?`, a % b],
    [`What is ${c} squared?`, c * c],
    [`What is the square root of ${c * c}?`, c],
    [`What is the greatest common divisor of ${c * 6} and ${a}?`, common],
    [`What is the least common multiple of ${b} and ${c}?`, (b * c) / gcd(b, c)],
    [`What is ${b} to the power of 3?`, b ** 3],
    [`What is the average of ${a}, ${a + b} and ${a - b + 3}?`, a + 1],
    [`How many odd numbers are there between ${2 * b} and ${2 * b + 2 * c}?`, c],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

/** Backwards from the result to the number. */
function thoughtOf(draw: Draw): Draft {
  const [number, factor, plus] = [draw.int(3, 25), draw.int(2, 6), draw.int(2, 15)]
  const result = number * factor + plus
  const prompt = draw.pick([
    `I think of a number, multiply it by ${factor} and add ${plus}. The result is ${result}. What is my number?`,
    `When a number is multiplied by ${factor} and increased by ${plus}, the result is ${result}. What is the number?`,
  ])
  return { prompt, answer: numberAnswer(number) }
}

export const arithmetic: Category = {
  name: 'arithmetic',
  makers: [
    [8, twoOperands],
    [2, spelledOperands],
    [3, chain],
    [2, brackets],
    [3, nested],
    [2, facts],
    [1, thoughtOf],
  ],
}
