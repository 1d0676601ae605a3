/** Arithmetic stories of one, two or more steps, some with a number that has nothing to do with the question. */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { GIRLS, PEOPLE, spellNumber, THINGS } from './words.ts'

const GAINS: readonly string[] = ['buys', 'finds', 'gets', 'receives', 'collects', 'picks up']
const LOSSES: readonly string[] = [
  'gives away',
  'loses',
  'sells',
  'uses',
  'throws away',
  'donates',
  'hands out',
]

function drawCount(draw: Draw, value: number): string {
  return value < 20 && draw.chance(0.15) ? spellNumber(value) : String(value)
}

function pronoun(name: string): 'she' | 'he' {
  return GIRLS.includes(name) ? 'she' : 'he'
}

function oneStep(draw: Draw): Draft {
  const [who, what] = [draw.pick(PEOPLE), draw.pick(THINGS)]
  const [start, change] = [draw.int(12, 80), draw.int(2, 11)]
  const isGain = draw.chance(0.5)
  const verb = draw.pick(isGain ? GAINS : LOSSES)
  const more = isGain ? ' more' : ''
  const subject = draw.chance(0.5) ? who : pronoun(who)
  const he = subject === who ? who : subject[0]?.toUpperCase() + subject.slice(1)
  const ask = draw.pick([
    `How many ${what} does ${who} have now?`,
    `How many ${what} does ${subject} have ${isGain ? 'in total' : 'left'}?`,
    `How many ${what} are there now?`,
  ])
  return {
    prompt: `${who} has ${drawCount(draw, start)} ${what}. ${he} ${verb} ${drawCount(draw, change)}${more}. ${ask}`,
    answer: numberAnswer(isGain ? start + change : start - change),
  }
}

function groups(draw: Draw): Draft {
  const what = draw.pick(THINGS)
  const [boxes, each] = [draw.int(3, 15), draw.int(4, 25)]
  const box = draw.pick(['boxes', 'bags', 'shelves', 'baskets'])
  const one = box === 'boxes' ? 'box' : box === 'shelves' ? 'shelf' : box.slice(0, -1)
  const prompt = draw.pick([
    `There are ${boxes} ${box} with ${each} ${what} in each. How many ${what} are there in total?`,
    `Each ${one} holds ${each} ${what}. How many ${what} are in ${boxes} ${box}?`,
    `${draw.pick(PEOPLE)} has ${boxes} ${box} and every ${one} contains ${each} ${what}. How many ${what} are there altogether?`,
  ])
  return { prompt, answer: numberAnswer(boxes * each) }
}

function shares(draw: Draw): Draft {
  const what = draw.pick(THINGS)
  const [people, each, rest] = [draw.int(3, 12), draw.int(3, 20), draw.int(1, 2)]
  const total = people * each
  return draw.pick<Draft>([
    {
      prompt: `${total} ${what} are shared equally among ${people} children. How many ${what} does each child get?`,
      answer: numberAnswer(each),
    },
    {
      prompt: `${draw.pick(PEOPLE)} divides ${total} ${what} equally between ${people} friends. How many does each friend get?`,
      answer: numberAnswer(each),
    },
    {
      prompt: `${draw.pick(PEOPLE)} packs ${total + rest} ${what} into bags of ${people}. How many ${what} are left over?`,
      answer: numberAnswer(rest),
    },
    {
      prompt: `${draw.pick(PEOPLE)} packs ${total} ${what} into bags of ${each}. How many bags are needed?`,
      answer: numberAnswer(people),
    },
  ])
}

function manySteps(draw: Draw): Draft {
  const [who, what] = [draw.pick(PEOPLE), draw.pick(THINGS)]
  let count = draw.int(20, 70)
  const parts = [`${who} has ${count} ${what}.`]
  const steps = draw.int(2, 4)
  for (let step = 0; step < steps; step += 1) {
    const change = draw.int(2, 9)
    const isGain = draw.chance(0.5)
    const lead = draw.pick(['Then', 'After that', 'Later'])
    const text = isGain ? `${draw.pick(GAINS)} ${change} more` : `${draw.pick(LOSSES)} ${change} of them`
    parts.push(`${lead} ${pronoun(who)} ${text}.`)
    count += isGain ? change : -change
  }
  parts.push(
    draw.pick([
      `How many ${what} does ${who} have now?`,
      `How many ${what} does ${pronoun(who)} have in the end?`,
    ]),
  )
  return { prompt: parts.join(' '), answer: numberAnswer(count) }
}

function transfer(draw: Draw): Draft {
  const [giver = '', taker = ''] = draw.sample(PEOPLE, 2)
  const what = draw.pick(THINGS)
  const [a, b, moved] = [draw.int(20, 60), draw.int(10, 40), draw.int(3, 15)]
  const start = draw.pick([
    `${giver} has ${a} ${what} and ${taker} has ${b}.`,
    `${giver} has ${a} ${what}. ${taker} has ${b} ${what}.`,
  ])
  const move = draw.pick([
    `${giver} gives ${moved} ${what} to ${taker}.`,
    `${giver} gives ${taker} ${moved} of them.`,
    `${taker} takes ${moved} ${what} from ${giver}.`,
  ])
  const [ask, value] = draw.pick([
    [`How many ${what} does ${taker} have now?`, b + moved],
    [`How many ${what} does ${giver} have left?`, a - moved],
    [`How many ${what} do they have together?`, a + b],
  ] as const)
  return { prompt: `${start} ${move} ${ask}`, answer: numberAnswer(value) }
}

function compared(draw: Draw): Draft {
  const [one = '', other = '', third = ''] = draw.sample(PEOPLE, 3)
  const what = draw.pick(THINGS)
  const [a, gap] = [draw.int(15, 60) * 2, draw.int(3, 12)]
  const [relation, b] = draw.pick([
    [`${other} has ${gap} more ${what} than ${one}.`, a + gap],
    [`${other} has ${gap} fewer ${what} than ${one}.`, a - gap],
    [`${other} has twice as many ${what} as ${one}.`, 2 * a],
    [`${other} has half as many ${what} as ${one}.`, a / 2],
    [`${other} has three times as many ${what} as ${one}.`, 3 * a],
  ] as const)
  const chain = `${third} has ${gap} more than ${other}.`
  const [ask, value] = draw.pick([
    [`How many ${what} does ${other} have?`, b],
    [`How many ${what} do they have altogether?`, a + b],
    [`${chain} How many ${what} does ${third} have?`, b + gap],
    [`${chain} How many ${what} do all three have in total?`, a + b + b + gap],
  ] as const)
  return { prompt: `${one} has ${a} ${what}. ${relation} ${ask}`, answer: numberAnswer(value) }
}

function portion(draw: Draw): Draft {
  const [who, what] = [draw.pick(PEOPLE), draw.pick(THINGS)]
  const part = draw.pick([
    ['half', 2],
    ['a third', 3],
    ['a quarter', 4],
  ] as const)
  const start = draw.int(4, 15) * 12
  const [gain, left] = [draw.int(3, 12), start - start / part[1]]
  const verb = draw.pick(['gives away', 'sells', 'loses', 'uses'])
  const [middle, value] = draw.pick([
    ['', left],
    [` and then ${draw.pick(['buys', 'finds', 'gets'])} ${gain} more`, left + gain],
  ] as const)
  return {
    prompt: `${who} has ${start} ${what}. ${who} ${verb} ${part[0]} of them${middle}. How many ${what} does ${who} have ${middle === '' ? 'left' : 'now'}?`,
    answer: numberAnswer(value),
  }
}

function shopping(draw: Draw): Draft {
  const who = draw.pick(PEOPLE)
  const [first = '', second = ''] = draw.sample(
    ['pens', 'notebooks', 'erasers', 'rulers', 'mugs', 'candles'],
    2,
  )
  const [n, m, price, other] = [draw.int(2, 8), draw.int(2, 6), draw.int(2, 12), draw.int(1, 7)]
  const total = n * price + m * other
  const [prompt, value] = draw.pick([
    [`${who} buys ${n} ${first} at $${price} each. How much does ${pronoun(who)} pay?`, n * price],
    [
      `${who} buys ${n} ${first} for $${price} each and ${m} ${second} for $${other} each. How much does ${pronoun(who)} spend in total?`,
      total,
    ],
    [
      `${who} buys ${n} ${first} at $${price} each and pays with $${n * price + 7}. How much change does ${pronoun(who)} get?`,
      7,
    ],
    [
      `${who} has $${total + 10}. ${who} buys ${n} ${first} at $${price} each and ${m} ${second} at $${other} each. How much money is left?`,
      10,
    ],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function unknownStart(draw: Draw): Draft {
  const [who, what] = [draw.pick(PEOPLE), draw.pick(THINGS)]
  const [start, change] = [draw.int(20, 60), draw.int(3, 15)]
  const isGain = draw.chance(0.4)
  const verb = draw.pick(isGain ? ['bought', 'found', 'received'] : ['gave away', 'lost', 'sold'])
  const end = isGain ? start + change : start - change
  return {
    prompt: draw.pick([
      `${who} had some ${what}. ${who} ${verb} ${change} and now has ${end}. How many ${what} did ${who} have at the start?`,
      `After ${who} ${verb} ${change} ${what}, ${pronoun(who)} had ${end} ${what}. How many ${what} did ${who} have before?`,
    ]),
    answer: numberAnswer(start),
  }
}

/** Told the wrong way round: what is known comes last, or is compared to what is asked. */
function inverted(draw: Draw): Draft {
  const [one = '', other = ''] = draw.sample(PEOPLE, 2)
  const what = draw.pick(THINGS)
  const [a, gap] = [draw.int(15, 60), draw.int(3, 12)]
  const [prompt, value] = draw.pick([
    [
      `${one} has ${a} ${what}, which is ${gap} fewer than ${other} has. How many ${what} does ${other} have?`,
      a + gap,
    ],
    [
      `${one} has ${gap} more ${what} than ${other}. ${one} has ${a} ${what}. How many does ${other} have?`,
      a - gap,
    ],
    [
      `${one} has twice as many ${what} as ${other}. Together they have ${3 * a}. How many ${what} does ${other} have?`,
      a,
    ],
    [
      `If ${one} had ${gap} more ${what}, ${pronoun(one)} would have ${a}. How many ${what} does ${one} have?`,
      a - gap,
    ],
    [
      `${other} has ${gap} more ${what} than ${one}, who has ${a}. How many ${what} does ${other} have?`,
      a + gap,
    ],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

/** A sentence with a number that does not matter, put in front of or inside a simple story. */
function distracted(draw: Draw): Draft {
  const [who, what] = [draw.pick(PEOPLE), draw.pick(THINGS)]
  const [start, change, noise] = [draw.int(15, 60), draw.int(2, 11), draw.int(3, 14)]
  const aside = draw.pick([
    `${who} is ${noise} years old.`,
    `The shop is ${noise} km away.`,
    `It is ${noise} degrees outside.`,
    `${who}'s brother is ${noise} years old.`,
    `The bus leaves at ${noise} o'clock.`,
  ])
  const isFirst = draw.chance(0.5)
  const isGain = draw.chance(0.5)
  const event = isGain
    ? `${who} ${draw.pick(GAINS)} ${change} more.`
    : `${who} ${draw.pick(LOSSES)} ${change}.`
  const story = `${who} has ${start} ${what}.`
  return {
    prompt: `${isFirst ? `${aside} ${story}` : `${story} ${aside}`} ${event} How many ${what} does ${who} have now?`,
    answer: numberAnswer(isGain ? start + change : start - change),
  }
}

export const stories: Category = {
  name: 'stories',
  makers: [
    [13, oneStep],
    [3, groups],
    [3, shares],
    [2, manySteps],
    [2, transfer],
    [2, compared],
    [1, portion],
    [2, shopping],
    [1, unknownStart],
    [2, inverted],
    [1, distracted],
  ],
}
