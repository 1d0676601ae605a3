/** Who is tallest, which is larger: comparisons of people and of numbers. */
import type { Answer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { PEOPLE } from './words.ts'

/** [more, most, less, least]. */
const SCALES = [
  ['taller', 'tallest', 'shorter', 'shortest'],
  ['older', 'oldest', 'younger', 'youngest'],
  ['faster', 'fastest', 'slower', 'slowest'],
  ['heavier', 'heaviest', 'lighter', 'lightest'],
] as const

function textAnswer(text = ''): Answer {
  return { kind: 'text', text }
}

/** Neighbours told in order, all with the same word. */
function inOrder(draw: Draw): Draft {
  const names = draw.sample(PEOPLE, draw.int(2, 4))
  const [more, most, , least] = draw.pick(SCALES)
  const told = names.slice(1).map((name, index) => `${names[index]} is ${more} than ${name}.`)
  const [ask, answer] = draw.pick([
    [`Who is the ${most}?`, names[0]],
    [`Who is the ${least}?`, names.at(-1)],
  ] as const)
  return { prompt: `${told.join(' ')} ${ask}`, answer: textAnswer(answer) }
}

function shuffled(draw: Draw): Draft {
  const names = draw.sample(PEOPLE, draw.int(3, 5))
  const [more, most, less, least] = draw.pick(SCALES)
  const told = names
    .slice(1)
    .map((name, index) =>
      draw.chance(0.5)
        ? `${names[index]} is ${more} than ${name}.`
        : `${name} is ${less} than ${names[index]}.`,
    )
  const [ask, answer] = draw.pick([
    [`Who is the ${most}?`, names[0]],
    [`Who is the ${least}?`, names.at(-1)],
    [`Who is the second ${most}?`, names[1]],
  ] as const)
  return { prompt: `${draw.sample(told, told.length).join(' ')} ${ask}`, answer: textAnswer(answer) }
}

/** Gaps between ages: an order and a sum at once. */
function gaps(draw: Draw): Draft {
  const [one = '', two = '', three = ''] = draw.sample(PEOPLE, 3)
  const [base, gap, other] = [draw.int(8, 40), draw.int(2, 6), draw.int(2, 6)]
  const [prompt, value] = draw.pick([
    [`${one} is ${gap} years older than ${two}. ${two} is ${base}. How old is ${one}?`, base + gap],
    [`${one} is ${base} years old. ${two} is ${gap} years younger. How old is ${two}?`, base - gap],
    [
      `${one} is ${gap} years older than ${two} and ${other} years older than ${three}. ${three} is ${base}. How old is ${two}?`,
      base + other - gap,
    ],
  ] as const)
  return { prompt, answer: { kind: 'number', value, tolerance: 0 } }
}

/** Exact values: people with ages or prices, asked for an extreme or for yes and no. */
function valued(draw: Draw): Draft {
  const names = draw.sample(PEOPLE, 3)
  const ages = draw.sample([8, 11, 14, 17, 23, 31, 36, 42, 55, 61], 3)
  const told = names.map((name, index) => `${name} is ${ages[index]} years old.`).join(' ')
  const order = [0, 1, 2]
    .sort((left, right) => (ages[left] ?? 0) - (ages[right] ?? 0))
    .map((index) => names[index])
  const [a = 0, b = 0] = ages
  return draw.pick<Draft>([
    { prompt: `${told} Who is the oldest?`, answer: textAnswer(order[2]) },
    { prompt: `${told} Who is the youngest?`, answer: textAnswer(order[0]) },
    {
      prompt: `${told} Is ${names[0]} older than ${names[1]}? Answer yes or no.`,
      answer: textAnswer(a > b ? 'yes' : 'no'),
    },
  ])
}

function twoNumbers(draw: Draw): Draft {
  const places = draw.int(0, 2)
  const [a, b] = [draw.int(1, 500) / 10 ** places, draw.int(501, 999) / 10 ** places]
  const [left, right] = draw.sample([a, b], 2)
  const [prompt, value] = draw.pick([
    [`Which is larger, ${left} or ${right}?`, b],
    [`Which number is greater: ${left} or ${right}?`, b],
    [`Which is smaller, ${left} or ${right}?`, a],
  ] as const)
  return { prompt, answer: textAnswer(String(value)) }
}

const FRACTIONS = [
  '1/2',
  '2/3',
  '3/4',
  '1/3',
  '5/8',
  '2/5',
  '7/10',
  '0.45',
  '0.6',
  '0.7',
  '0.3',
  '35%',
  '80%',
  '55%',
] as const

function valueOf(written: string): number {
  const [top = 0, bottom = 1] = written.replace('%', '/100').split('/').map(Number)
  return top / bottom
}

function forms(draw: Draw): Draft {
  const shown = draw.sample(FRACTIONS, draw.int(2, 3))
  const values = shown.map(valueOf)
  if (new Set(values).size < values.length) return forms(draw)
  const largest = shown[values.indexOf(Math.max(...values))]
  const smallest = shown[values.indexOf(Math.min(...values))]
  const list = `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
  const [prompt, answer] = draw.pick([
    [`Which is ${shown.length > 2 ? 'largest' : 'larger'}: ${list}?`, largest],
    [`Which is ${shown.length > 2 ? 'smallest' : 'smaller'}: ${list}?`, smallest],
  ] as const)
  return { prompt, answer: textAnswer(answer) }
}

export const orders: Category = {
  name: 'orders',
  makers: [
    [4, inOrder],
    [3, shuffled],
    [2, valued],
    [6, twoNumbers],
    [2, forms],
    [2, gaps],
  ],
}
