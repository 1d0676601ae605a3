/** Calendar questions, answered with the platform's UTC calendar. */
import { numberAnswer, type Answer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const DAY_MS = 86_400_000

function drawDay(draw: Draw, lastDay = 28): Date {
  return new Date(Date.UTC(draw.int(2019, 2031), draw.int(0, 11), draw.int(1, lastDay)))
}

function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS)
}

function write(draw: Draw, day: Date): string {
  const [year, month, date] = [day.getUTCFullYear(), MONTHS[day.getUTCMonth()], day.getUTCDate()]
  return draw.pick([
    `${month} ${date}, ${year}`,
    `${date} ${month} ${year}`,
    `${month} ${date}, ${year}`,
    day.toISOString().slice(0, 10),
  ])
}

function dateAnswer(day: Date): Answer {
  return { kind: 'date', iso: day.toISOString().slice(0, 10) }
}

function textAnswer(text = ''): Answer {
  return { kind: 'text', text }
}

function nearDays(draw: Draw): Draft {
  const day = drawDay(draw, 20)
  const days = draw.int(2, 9)
  const isAfter = draw.chance(0.65) || day.getUTCDate() <= days
  const direction = isAfter ? draw.pick(['after', 'from']) : 'before'
  const written = write(draw, day)
  const prompt = draw.pick([
    `What date is ${days} days ${direction} ${written}?`,
    `What is the date ${days} days ${direction} ${written}?`,
    `Which date comes ${days} days ${direction} ${written}?`,
  ])
  return { prompt, answer: dateAnswer(addDays(day, isAfter ? days : -days)) }
}

function farDays(draw: Draw): Draft {
  const day = drawDay(draw)
  const sign = draw.chance(0.6) ? 1 : -1
  const direction = sign > 0 ? 'after' : 'before'
  const written = write(draw, day)
  const [span, days] = draw.pick([
    [`${draw.int(12, 20)} days`, 0],
    [`${draw.int(30, 200)} days`, 0],
    [`${draw.int(2, 9)} weeks`, 7],
    [`${draw.int(2, 5)} weeks and ${draw.int(1, 6)} days`, 7],
  ] as const)
  const [first = 0, second = 0] = [...span.matchAll(/\d+/g)].map(Number)
  const total = days === 7 ? first * 7 + second : first
  return {
    prompt: draw.pick([
      `What date is ${span} ${direction} ${written}?`,
      `Which date is ${span} ${direction} ${written}?`,
    ]),
    answer: dateAnswer(addDays(day, sign * total)),
  }
}

function between(draw: Draw): Draft {
  const start = drawDay(draw, 16)
  const days = draw.chance(0.5) ? draw.int(3, 12) : draw.int(20, 150)
  const [a, b] = [write(draw, start), write(draw, addDays(start, days))]
  return {
    prompt: draw.pick([
      `How many days are there from ${a} to ${b}?`,
      `How many days are between ${a} and ${b}?`,
    ]),
    answer: numberAnswer(days),
  }
}

function todayIs(draw: Draw): Draft {
  const today = draw.int(0, 6)
  const days = draw.chance(0.6) ? draw.int(2, 6) : draw.int(8, 60)
  const isAhead = draw.chance(0.7)
  const day = WEEKDAYS[(today + (isAhead ? days : 420 - days)) % 7]
  const name = WEEKDAYS[today]
  const prompt = isAhead
    ? draw.pick([
        `If today is ${name}, what day of the week will it be in ${days} days?`,
        `Today is ${name}. What day is it ${days} days from now?`,
      ])
    : `If today is ${name}, what day of the week was it ${days} days ago?`
  return { prompt, answer: textAnswer(day) }
}

function weekday(draw: Draw): Draft {
  const day = drawDay(draw)
  const written = write(draw, day)
  const prompt = draw.pick([
    `What day of the week is ${written}?`,
    `Which weekday does ${written} fall on?`,
    `On which day of the week is ${written}?`,
  ])
  return { prompt, answer: textAnswer(WEEKDAYS[day.getUTCDay()]) }
}

function monthFacts(draw: Draw): Draft {
  const [year, month] = [draw.int(2019, 2032), draw.int(0, 11)]
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const name = MONTHS[month]
  const [back, months] = draw.pick([
    ['two', 2],
    ['three', 3],
  ] as const)
  return draw.pick<Draft>([
    { prompt: `How many days are in ${name} ${year}?`, answer: numberAnswer(length) },
    { prompt: `How many days does ${name} have in ${year}?`, answer: numberAnswer(length) },
    { prompt: `Is ${year} a leap year? Answer yes or no.`, answer: textAnswer(isLeap ? 'yes' : 'no') },
    { prompt: `Which month comes after ${name}?`, answer: textAnswer(MONTHS[(month + 1) % 12]) },
    {
      prompt: `Which month comes ${back} months before ${name}?`,
      answer: textAnswer(MONTHS[(month + 12 - months) % 12]),
    },
  ])
}

/** Calendar months and years, ages. */
function monthsAway(draw: Draw): Draft {
  const [year, month, day, months] = [draw.int(2019, 2031), draw.int(0, 11), draw.int(1, 28), draw.int(2, 14)]
  const start = new Date(Date.UTC(year, month, day))
  const born = draw.int(1950, 2010)
  return draw.pick<Draft>([
    {
      prompt: `What date is ${months} months after ${write(draw, start)}?`,
      answer: dateAnswer(new Date(Date.UTC(year, month + months, day))),
    },
    {
      prompt: `What date is ${months} years before ${write(draw, start)}?`,
      answer: dateAnswer(new Date(Date.UTC(year - months, month, day))),
    },
    {
      prompt: `Someone was born in May ${born}. How old will they be in June ${born + 13 + months}?`,
      answer: numberAnswer(13 + months),
    },
  ])
}

const RANKS = ['first', 'second', 'third', 'fourth'] as const

/** The nth or last weekday of a month, and working days. */
function ranked(draw: Draw): Draft {
  const [year, month, weekday, rank] = [draw.int(2020, 2030), draw.int(0, 11), draw.int(0, 6), draw.int(0, 3)]
  const first = new Date(Date.UTC(year, month, 1))
  const offset = (weekday - first.getUTCDay() + 7) % 7
  const last = new Date(Date.UTC(year, month + 1, 0))
  const when = `${WEEKDAYS[weekday]} of ${MONTHS[month]} ${year}`
  const start = drawDay(draw)
  const steps = draw.int(3, 12)
  return draw.pick<Draft>([
    {
      prompt: `What is the date of the ${RANKS[rank]} ${when}?`,
      answer: dateAnswer(addDays(first, offset + 7 * rank)),
    },
    {
      prompt: `${draw.pick(['On which date', 'When'])} is the ${RANKS[rank]} ${when}?`,
      answer: dateAnswer(addDays(first, offset + 7 * rank)),
    },
    {
      prompt: `What date is the last ${when}?`,
      answer: dateAnswer(addDays(last, -((last.getUTCDay() - weekday + 7) % 7))),
    },
    {
      prompt: `What date is ${steps} working days after ${write(draw, start)}?`,
      answer: dateAnswer(workingDays(start, steps)),
    },
  ])
}

function workingDays(start: Date, steps: number): Date {
  let day = start
  for (let left = steps; left > 0;) {
    day = addDays(day, 1)
    if (day.getUTCDay() % 6 !== 0) left -= 1
  }
  return day
}

export const dates: Category = {
  name: 'dates',
  makers: [
    [13, nearDays],
    [2, farDays],
    [2, between],
    [4, todayIs],
    [2, weekday],
    [3, monthFacts],
    [2, monthsAway],
    [2, ranked],
  ],
}
