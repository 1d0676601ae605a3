/** Speeds, prices and work: quantities that grow in proportion, or shrink. */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { PEOPLE, round } from './words.ts'

const VEHICLES: readonly string[] = ['train', 'car', 'bus', 'cyclist', 'truck', 'boat']

function distance(draw: Draw): Draft {
  const [speed, hours] = [draw.int(3, 24) * 5, draw.int(2, 9)]
  const vehicle = draw.pick(VEHICLES)
  const prompt = draw.pick([
    `A ${vehicle} travels at ${speed} km per hour for ${hours} hours. How far does it go?`,
    `A ${vehicle} moves at ${speed} km/h. How many kilometers does it cover in ${hours} hours?`,
    `How far does a ${vehicle} go in ${hours} hours at ${speed} km per hour?`,
  ])
  return { prompt, answer: numberAnswer(speed * hours) }
}

function timeOrSpeed(draw: Draw): Draft {
  const [speed, hours] = [draw.int(3, 24) * 5, draw.int(2, 9)]
  const vehicle = draw.pick(VEHICLES)
  const far = speed * hours
  const [prompt, value] = draw.pick([
    [`A ${vehicle} covers ${far} km in ${hours} hours. What is its average speed in km per hour?`, speed],
    [`How long does a ${vehicle} need for ${far} km at ${speed} km per hour? Give hours.`, hours],
    [`At ${speed} km/h, how many hours does a trip of ${far} km take?`, hours],
    [`A ${vehicle} travels ${far} km in ${hours} hours. How fast is it in km/h?`, speed],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function mixedUnits(draw: Draw): Draft {
  const [speed, quarter, vehicle] = [draw.int(2, 20) * 12, draw.int(1, 11), draw.pick(VEHICLES)]
  const minutes = quarter * 15
  const [prompt, value] = draw.pick([
    [
      `A ${vehicle} travels at ${speed} km per hour for ${minutes} minutes. How many kilometers does it go?`,
      (speed * minutes) / 60,
    ],
    [
      `A ${vehicle} goes ${speed} km in ${minutes} minutes. What is its speed in km per hour? Round to 2 decimals.`,
      (speed * 60) / minutes,
    ],
    [
      `A ${vehicle} drives ${quarter} hours at ${speed} km/h and then 2 hours at ${speed + 10} km/h. How far does it go in total?`,
      speed * quarter + 2 * (speed + 10),
    ],
  ] as const)
  return { prompt, answer: numberAnswer(round(value, 2), 2) }
}

function perItem(draw: Draw): Draft {
  const [price, count, who] = [draw.int(2, 15), draw.int(3, 20), draw.pick(PEOPLE)]
  const thing = draw.pick(['ticket', 'sandwich', 'pen', 'bottle of water', 'postcard'])
  const [prompt, value] = draw.pick([
    [`One ${thing} costs $${price}. How much do ${count} cost?`, price * count],
    [`${who} earns $${price} per hour. How much does ${who} earn in ${count} hours?`, price * count],
    [
      `A machine makes ${price} parts per minute. How many parts does it make in ${count} minutes?`,
      price * count,
    ],
    [`${who} reads ${price} pages per day. How many pages does ${who} read in ${count} days?`, price * count],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function proportion(draw: Draw): Draft {
  const [each, few, many] = [draw.int(2, 9), draw.int(2, 6), draw.int(7, 15)]
  const [prompt, value] = draw.pick([
    [`${few} pens cost $${few * each}. How much do ${many} pens cost?`, many * each],
    [
      `A machine makes ${few * each} parts in ${few} minutes. How many parts does it make in ${many} minutes?`,
      many * each,
    ],
    [
      `A recipe for ${few} people needs ${few * each * 10} grams of flour. How many grams are needed for ${many} people?`,
      many * each * 10,
    ],
    [`If ${few} tickets cost $${few * each}, how many tickets can you buy for $${many * each}?`, many],
  ] as const)
  return { prompt, answer: numberAnswer(value) }
}

function work(draw: Draw): Draft {
  const [workers, days] = draw.pick([
    [3, 8],
    [4, 6],
    [6, 10],
    [5, 12],
    [2, 9],
    [8, 3],
  ] as const)
  const divisors = Array.from({ length: 12 }, (_, index) => index + 1).filter(
    (n) => (workers * days) % n === 0 && n !== workers,
  )
  const others = draw.pick(divisors)
  const [a, b] = draw.pick([
    [3, 6],
    [4, 12],
    [6, 12],
    [10, 15],
    [2, 6],
  ] as const)
  const [slow, fast, gap] = [draw.int(4, 8) * 10, draw.int(9, 12) * 10, draw.int(2, 4)]
  const apart = (slow + fast) * gap
  const [prompt, value] = draw.pick([
    [
      `${workers} workers build a wall in ${days} days. How many days do ${others} workers need?`,
      (workers * days) / others,
    ],
    [
      `One pipe fills a tank in ${a} hours, another in ${b} hours. How many hours do both need together?`,
      (a * b) / (a + b),
    ],
    [
      `Two trains are ${apart} km apart and travel towards each other at ${slow} km/h and ${fast} km/h. After how many hours do they meet?`,
      gap,
    ],
    [
      `A bus leaves at ${slow} km/h. A car follows ${gap} hours later at ${fast} km/h. How many hours does the car need to catch up? Round to 2 decimals.`,
      (slow * gap) / (fast - slow),
    ],
  ] as const)
  return { prompt, answer: numberAnswer(round(value, 2), 2) }
}

export const rates: Category = {
  name: 'rates',
  makers: [
    [4, distance],
    [3, timeOrSpeed],
    [1, mixedUnits],
    [6, perItem],
    [2, proportion],
    [2, work],
  ],
}
