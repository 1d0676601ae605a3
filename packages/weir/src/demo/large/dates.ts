/** Calendar questions: spans before and after, days between, weekdays, months, nth weekday of a month. */
import {
  findDays,
  fromDayNumber,
  isLeap,
  monthLength,
  monthNumber,
  MONTHS,
  toDayNumber,
  WEEKDAYS,
  weekdayOf,
  withoutDays,
  writeDay,
  type Day,
} from '../calendar.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

const WEEKDAY = WEEKDAYS.join('|')
const MONTH = MONTHS.join('|')

export function solveDates(reading: Reading): readonly Interpretation[] {
  return [shifted, between, ahead, weekday, monthLengths, leapYear, months, ranked].flatMap((solve) =>
    interpret(reading, solve(reading.text)),
  )
}

/** "3 weeks and 2 days" in days; undefined without a span. Months and years shift the calendar instead and are not read here. */
function readSpan(text: string): number | undefined {
  const spans = [...text.matchAll(/(\d+)\s+(day|week|fortnight)s?\b/gi)]
  if (spans.length === 0) return undefined
  const sizes: Readonly<Record<string, number>> = { day: 1, week: 7, fortnight: 14 }
  return spans.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (sizes[unit.toLowerCase()] ?? 0),
    0,
  )
}

function shifted(text: string): Solved | undefined {
  const [start] = findDays(text)
  const span = readSpan(withoutDays(text))
  if (start === undefined || span === undefined || /\b(?:working|business|week)\s?days\b/i.test(text))
    return undefined
  const isBack = /\b(?:before|earlier|ago|prior to)\b/i.test(text)
  const end = toDayNumber(start) + (isBack ? -span : span)
  const isWeekday = /\b(?:what|which) (?:day of the week|weekday)\b/i.test(text)
  return {
    answer: isWeekday ? (WEEKDAYS[weekdayOf(end)] ?? '') : writeDay(fromDayNumber(end)),
    steps: [`The span is ${span} days ${isBack ? 'back' : 'ahead'}.`],
    specific: 1,
    used: 3,
  }
}

function between(text: string): Solved | undefined {
  const [a, b] = findDays(text)
  if (a === undefined || b === undefined || !/\bhow (?:many|long)\b/i.test(text)) return undefined
  const days = Math.abs(toDayNumber(b) - toDayNumber(a))
  const isWeeks = /\bhow many weeks\b/i.test(text)
  return {
    answer: isWeeks ? days / 7 : days,
    steps: [`The dates are ${days} days apart.`],
    specific: 1,
    used: 6,
  }
}

/** "If today is Monday, what day will it be in 40 days?" */
function ahead(text: string): Solved | undefined {
  const today = new RegExp(
    `\\b(today|tomorrow|yesterday) (?:is|was|will be) (?:a )?(${WEEKDAY})\\b`,
    'i',
  ).exec(text)
  const span = readSpan(text)
  if (today === null || span === undefined) return undefined
  const shift = { today: 0, tomorrow: -1, yesterday: 1 }[(today[1] ?? '').toLowerCase()] ?? 0
  const start = WEEKDAYS.findIndex((name) => name.toLowerCase() === (today[2] ?? '').toLowerCase()) + shift
  const isBack = /\b(?:ago|before|earlier)\b/i.test(text)
  const end = start + (isBack ? -span : span)
  return {
    answer: WEEKDAYS[((end % 7) + 7) % 7] ?? '',
    steps: [`${span} days are ${Math.floor(span / 7)} weeks and ${span % 7} days.`],
    specific: 1,
    used: 1,
  }
}

function weekday(text: string): Solved | undefined {
  const [day, ...more] = findDays(text)
  if (
    day === undefined ||
    more.length > 0 ||
    !/\b(?:day of the week|weekday|what day (?:is|was))\b/i.test(text)
  )
    return undefined
  return {
    answer: WEEKDAYS[weekdayOf(toDayNumber(day))] ?? '',
    steps: [`Day ${toDayNumber(day)} since 1970-01-01.`],
    specific: 0.9,
    used: 2,
  }
}

function monthLengths(text: string): Solved | undefined {
  const month = new RegExp(`\\b(${MONTH})\\b(?:\\D*(\\d{4}))?`, 'i').exec(text)
  if (month === null || !/\bhow many days\b/i.test(text) || findDays(text).length > 0) return undefined
  // Without a year, February has the 28 days it mostly has.
  const days = monthLength({ year: Number(month[2] ?? 2001), month: monthNumber(month[1] ?? '') })
  return { answer: days, steps: [`${month[1]} has ${days} days.`], specific: 0.9, used: 1 }
}

function leapYear(text: string): Solved | undefined {
  const found = /\b(?:is|was|will) (?:the year )?(\d{3,4})\b.*\bleap year\b/i.exec(text)
  if (found === null) return undefined
  return { answer: isLeap(Number(found[1])) ? 'yes' : 'no', specific: 1, used: 1 }
}

function months(text: string): Solved | undefined {
  const found = new RegExp(
    `\\bmonth\\b.*?(?:\\b(\\d+) months?\\b.*?)?\\b(after|before|follows|precedes)\\b.*?\\b(${MONTH})\\b`,
    'i',
  ).exec(text)
  if (found === null) return undefined
  const steps = Number(found[1] ?? 1) * (/before|precedes/i.test(found[2] ?? '') ? -1 : 1)
  const index = monthNumber(found[3] ?? '') - 1 + steps
  return { answer: MONTHS[((index % 12) + 12) % 12] ?? '', specific: 1, used: 1 }
}

const RANKS: readonly string[] = ['first', 'second', 'third', 'fourth', 'fifth']

function ranked(text: string): Solved | undefined {
  const found = new RegExp(
    `\\b(first|second|third|fourth|fifth|last|[1-5](?:st|nd|rd|th)) (${WEEKDAY}) (?:of|in) (${MONTH}),? (\\d{4})`,
    'i',
  ).exec(text)
  if (found === null) return undefined
  const [, rank = '', name = '', month = '', year] = found
  const place: Day = { year: Number(year), month: monthNumber(month), day: 1 }
  const wanted = WEEKDAYS.findIndex((weekday) => weekday.toLowerCase() === name.toLowerCase())
  const days = Array.from({ length: monthLength(place) }, (_, index) => toDayNumber(place) + index).filter(
    (day) => weekdayOf(day) === wanted,
  )
  const at =
    rank.toLowerCase() === 'last'
      ? days.length - 1
      : /^\d/.test(rank)
        ? Number(rank[0]) - 1
        : RANKS.indexOf(rank.toLowerCase())
  const day = days[at]
  return day === undefined
    ? undefined
    : {
        answer: writeDay(fromDayNumber(day)),
        steps: [`The month has ${days.length} of them.`],
        specific: 1,
        used: 1,
      }
}
