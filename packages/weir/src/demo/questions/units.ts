/** Unit conversions: one factor, compound quantities, temperatures, speeds. Factors are exact by definition (SI, international foot and pound). */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { round } from './words.ts'

/** [many of these, many of those, how many of those make one of these]. */
const COMMON = [
  ['kilometers', 'meters', 1000],
  ['meters', 'centimeters', 100],
  ['kilograms', 'grams', 1000],
  ['hours', 'minutes', 60],
  ['minutes', 'seconds', 60],
  ['days', 'hours', 24],
  ['weeks', 'days', 7],
  ['centimeters', 'millimeters', 10],
  ['liters', 'milliliters', 1000],
  ['km', 'm', 1000],
  ['m', 'cm', 100],
  ['kg', 'g', 1000],
] as const

const UNCOMMON = [
  ['miles', 'kilometers', 1.609344],
  ['feet', 'inches', 12],
  ['yards', 'feet', 3],
  ['miles', 'feet', 5280],
  ['inches', 'centimeters', 2.54],
  ['pounds', 'ounces', 16],
  ['pounds', 'kilograms', 0.45359237],
  ['gallons', 'quarts', 4],
  ['gallons', 'liters', 3.785411784],
  ['days', 'seconds', 86400],
  ['weeks', 'hours', 168],
  ['tonnes', 'kilograms', 1000],
  ['hectares', 'square meters', 10000],
  ['stones', 'pounds', 14],
  ['cups', 'milliliters', 236.5882365],
] as const

type Row = readonly [string, string, number]

function ask(draw: Draw, amount: number, [from, to]: Row): string {
  return draw.pick([
    `Convert ${amount} ${from} to ${to}.`,
    `How many ${to} are in ${amount} ${from}?`,
    `How many ${to} are there in ${amount} ${from}?`,
    `What is ${amount} ${from} in ${to}?`,
    `Express ${amount} ${from} in ${to}.`,
    `${amount} ${from} is how many ${to}?`,
  ])
}

function convert(draw: Draw, rows: readonly Row[]): Draft {
  const row = draw.pick(rows)
  const [from, to, factor] = row
  const isExact = Number.isInteger(factor)
  const goesBack = draw.chance(0.35)
  const amount = draw.chance(0.3) ? draw.int(15, 95) / 10 : draw.int(2, 60)
  if (goesBack && isExact)
    return {
      prompt: ask(draw, round(amount * factor, 1), [to, from, 1 / factor]),
      answer: numberAnswer(amount, 3),
    }
  const suffix = isExact ? '' : ' Round to 2 decimals.'
  return { prompt: `${ask(draw, amount, row)}${suffix}`, answer: numberAnswer(round(amount * factor, 2), 2) }
}

function compound(draw: Draw): Draft {
  const [big, small] = [draw.int(2, 9), draw.int(2, 11)]
  const [prompt, value] = draw.pick([
    [`Convert ${big} feet ${small} inches to inches.`, big * 12 + small],
    [`How many minutes are in ${big} hours and ${small} minutes?`, big * 60 + small],
    [`How many centimeters are in ${big} meters and ${small} centimeters?`, big * 100 + small],
    [`Convert ${big} kilograms and ${small} grams to grams.`, big * 1000 + small],
    [`What is ${big} hours, ${small} minutes and 30 seconds in seconds?`, big * 3600 + small * 60 + 30],
    [`How many ounces are in ${big} pounds and ${small} ounces?`, big * 16 + small],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function temperature(draw: Draw): Draft {
  const degrees = draw.int(-4, 38) * 5
  const ask = (from: string, to: string): string =>
    draw.pick([
      `Convert ${degrees} degrees ${from} to ${to}.`,
      `What is ${degrees} degrees ${from} in ${to}?`,
      `What is ${degrees}°${from[0]} in ${to}? Round to 1 decimal.`,
    ])
  return draw.chance(0.5)
    ? { prompt: ask('Celsius', 'Fahrenheit'), answer: numberAnswer(degrees * 1.8 + 32, 1) }
    : { prompt: ask('Fahrenheit', 'Celsius'), answer: numberAnswer((degrees - 32) / 1.8, 1) }
}

function speed(draw: Draw): Draft {
  const amount = draw.int(4, 40) * 3
  const [prompt, value] = draw.pick([
    [`Convert ${amount} kilometers per hour to meters per second. Round to 2 decimals.`, amount / 3.6],
    [`What is ${amount} meters per second in kilometers per hour?`, amount * 3.6],
    [`Convert ${amount} miles per hour to kilometers per hour. Round to 2 decimals.`, amount * 1.609344],
    [`How many meters per minute is ${amount} kilometers per hour?`, (amount * 1000) / 60],
  ] as const)
  return { prompt, answer: numberAnswer(round(value, 2), 2) }
}

/** Two amounts in different units, compared or added. */
function mixed(draw: Draw): Draft {
  const [a, b] = [draw.int(2, 9), draw.int(150, 2500)]
  const unit = draw.pick([
    ['kilometers', 'meters'],
    ['kilograms', 'grams'],
    ['liters', 'milliliters'],
  ] as const)
  const [prompt, answer] = draw.pick<readonly [string, Draft['answer']]>([
    [`What is ${a} ${unit[0]} plus ${b} ${unit[1]} in ${unit[1]}?`, numberAnswer(a * 1000 + b)],
    [
      `Add ${a} ${unit[0]} and ${b} ${unit[1]}. Give the answer in ${unit[0]}.`,
      numberAnswer(a + b / 1000, 3),
    ],
    [`How many ${unit[1]} longer is ${a} ${unit[0]} than ${b} ${unit[1]}?`, numberAnswer(a * 1000 - b)],
  ])
  return { prompt, answer }
}

/** How often one amount goes into another of a different unit. */
function portions(draw: Draw): Draft {
  const [whole, part] = [draw.int(1, 12), draw.pick([50, 100, 125, 200, 250])]
  const [prompt, count] = draw.pick([
    [`How many glasses of ${part} milliliters can be filled from ${whole} liters?`, (whole * 1000) / part],
    [
      `A rope of ${whole} meters is cut into pieces of ${part / 5} centimeters. How many pieces are there?`,
      (whole * 500) / part,
    ],
  ] as const)
  return { prompt, answer: numberAnswer(count) }
}

export const units: Category = {
  name: 'units',
  makers: [
    [13, (draw) => convert(draw, COMMON)],
    [4, (draw) => convert(draw, UNCOMMON)],
    [2, compound],
    [2, temperature],
    [1, speed],
    [1, mixed],
    [1, portions],
  ],
}
