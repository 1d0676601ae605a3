import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { findDays, fromDayNumber, toDayNumber, weekdayOf } from './calendar.ts'

/** Days since 1970 of the years 1600 to 2400. */
const dayNumbers = fc.integer({ min: -135_140, max: 157_054 })

it("agrees with the platform's calendar", () => {
  fc.assert(
    fc.property(dayNumbers, (number) => {
      const date = new Date(number * 86_400_000)
      const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
      expect(fromDayNumber(number)).toEqual(day)
      expect(toDayNumber(day)).toBe(number)
      expect(weekdayOf(number)).toBe(date.getUTCDay())
    }),
  )
})

it('finds dates in the usual writings and leaves impossible ones out', () => {
  expect(findDays('from March 5, 2026 to 7 April 2026 or 2027-12-31, not February 30, 2026')).toEqual([
    { year: 2026, month: 3, day: 5 },
    { year: 2026, month: 4, day: 7 },
    { year: 2027, month: 12, day: 31 },
  ])
})
