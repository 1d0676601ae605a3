/**
 * The proleptic Gregorian calendar as day numbers. Days since 1970-01-01 from year, month, day and back by counting 400-year eras
 * from March, the method of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days).
 */

export interface Day {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

export const MONTHS: readonly string[] =
  'January February March April May June July August September October November December'.split(' ')
export const WEEKDAYS: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(
  ' ',
)

/** Days since 1970-01-01, which is 0. */
export function toDayNumber({ year, month, day }: Day): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return (
    era * 146097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719468
  )
}

export function fromDayNumber(number: number): Day {
  const shifted = number + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36524) + Math.floor(dayOfEra / 146096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** 0 is Sunday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

export function monthLength({ year, month }: { readonly year: number; readonly month: number }): number {
  return month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** March 5, 2026. */
export function writeDay({ year, month, day }: Day): string {
  return `${MONTHS[month - 1]} ${day}, ${year}`
}

const NAMES = MONTHS.map((name) => `${name}|${name.slice(0, 3)}\\.?`).join('|')
const DATE = new RegExp(
  String.raw`\b(\d{4})-(\d{2})-(\d{2})\b|\b(${NAMES})\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b|\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${NAMES}),?\s+(\d{4})\b`,
  'gi',
)

/** All full dates of a text in order; impossible ones such as 30 February are left out. */
export function findDays(text: string): readonly Day[] {
  return [...text.matchAll(DATE)].map(toDay).filter((day) => day.day >= 1 && day.day <= monthLength(day))
}

/** The text without its dates, for reading the other numbers. */
export function withoutDays(text: string): string {
  return text.replace(DATE, ' ')
}

function toDay(match: RegExpExecArray): Day {
  if (match[1] !== undefined)
    return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
  return {
    year: Number(match[6] ?? match[9]),
    month: monthNumber(match[4] ?? match[8] ?? ''),
    day: Number(match[5] ?? match[7]),
  }
}

/** 1 to 12 from a name or its first three letters; 0 when it is neither. */
export function monthNumber(name: string): number {
  return MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1
}
