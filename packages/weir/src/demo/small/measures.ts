/**
 * Units and dates as the small program knows them: common units only, one quantity at a time; every month has 30 days when it
 * counts across one, and February has 28.
 */
import { MONTHS, WEEKDAYS, writeDay, type Day } from '../calendar.ts'
import { writeNumber } from '../read.ts'
import { findUnit } from '../units.ts'

type Answer = string | undefined

const KNOWN =
  /^(?:km|kilometers?|m|meters?|cm|centimeters?|mm|millimeters?|kg|kilograms?|g|grams?|l|liters?|ml|milliliters?|weeks?|days?|hours?|minutes?|seconds?)$/i

/** The first quantity in the unit asked for. */
export function answerUnits(text: string): Answer {
  const amount = /(\d+(?:\.\d+)?) ?([a-z]+)/i.exec(text)
  const target =
    /\bhow many (\w+) (?:are|is)\b/i.exec(text) ??
    /\b(?:to|in) ([a-z]+)\b(?=[.?]|$)/i.exec(text) ??
    /\bis how many (\w+)/i.exec(text)
  if (amount === null || target === null) return undefined
  const names = [amount[2] ?? '', target[1] ?? '']
  if (!names.every((name) => KNOWN.test(name))) return undefined
  const [from, to] = names.map(findUnit)
  if (from === undefined || to === undefined || from.dimension !== to.dimension) return undefined
  return writeNumber((Number(amount[1]) * from.size) / to.size)
}

const DATE = new RegExp(
  `\\b(?:(\\d{4})-(\\d{2})-(\\d{2})|(${MONTHS.join('|')}) (\\d{1,2}), (\\d{4}))\\b`,
  'g',
)
const MONTH_DAYS = 30

function findDates(text: string): readonly Day[] {
  return [...text.matchAll(DATE)].map((match) =>
    match[1] === undefined
      ? { year: Number(match[6]), month: MONTHS.indexOf(match[4] ?? '') + 1, day: Number(match[5]) }
      : { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) },
  )
}

export function answerDates(text: string): Answer {
  return daysAway(text) ?? daysBetween(text) ?? daysAhead(text) ?? monthFacts(text)
}

function daysAway(text: string): Answer {
  const [start] = findDates(text)
  const found = /\b(\d+) days (after|from|before)\b/i.exec(text)
  if (start === undefined || found === null) return undefined
  const day = start.day + Number(found[1]) * (found[2] === 'before' ? -1 : 1)
  const months = start.year * 12 + start.month - 1 + Math.floor((day - 1) / MONTH_DAYS)
  const within = ((((day - 1) % MONTH_DAYS) + MONTH_DAYS) % MONTH_DAYS) + 1
  // Inside the month it can trust its fingers, also on the 31st.
  const isSame = day >= 1 && day <= MONTH_DAYS + 1
  return writeDay(
    isSame ? { ...start, day } : { year: Math.floor(months / 12), month: (months % 12) + 1, day: within },
  )
}

function daysBetween(text: string): Answer {
  const [a, b] = findDates(text)
  if (a === undefined || b === undefined) return undefined
  return writeNumber((b.year - a.year) * 365 + (b.month - a.month) * MONTH_DAYS + b.day - a.day)
}

/** "If today is Monday, what day will it be in 3 days?" for less than a week. */
function daysAhead(text: string): Answer {
  const today = new RegExp(`\\btoday is (${WEEKDAYS.join('|')})\\b`, 'i').exec(text)
  const days = /\b(\d+) days\b/.exec(text)
  if (today === null || days === null || Number(days[1]) > 6 || /\bago\b/i.test(text)) return undefined
  return WEEKDAYS[(WEEKDAYS.indexOf(today[1] ?? '') + Number(days[1])) % 7]
}

function monthFacts(text: string): Answer {
  const leap = /\bis (\d{4}) a leap year\b/i.exec(text)
  if (leap !== null) return Number(leap[1]) % 4 === 0 ? 'yes' : 'no'
  const month = new RegExp(`\\b(${MONTHS.join('|')})\\b`).exec(text)?.[1]
  if (month === undefined || findDates(text).length > 0) return undefined
  if (/\bhow many days\b/i.test(text))
    return month === 'February' ? '28' : /^(?:Ap|Jun|Sep|Nov)/.test(month) ? '30' : '31'
  return /\bcomes after\b/i.test(text) ? MONTHS[(MONTHS.indexOf(month) + 1) % 12] : undefined
}
