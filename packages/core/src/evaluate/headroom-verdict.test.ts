import { describe, expect, it } from 'vitest'
import type { HeadroomNumbers } from './headroom-report.ts'
import { lowerBoundOfMean, selectVerdict } from './headroom-verdict.ts'

const gain = { best: 0.03, bestShare: 0.5, average: 0.02, keptAtDrop: {} }
const information = { pValue: 0.5, viewPValues: {} }

/** A pair with a clear gap of which nothing is predictable, with power to say so. */
const SILENT: HeadroomNumbers = {
  rows: 1000,
  leastRows: 50,
  small: { model: 'little', quality: 0.7 },
  large: { model: 'big', quality: 0.8 },
  gap: -0.1,
  smallAtLeastLarge: 0.8,
  oracle: { quality: 0.85, best: 0.1, keptAtDrop: {} },
  noise: null,
  random: { keptAtDrop: {} },
  table: null,
  probe: gain,
  beyondTable: null,
  tests: { anything: { ...information, power: 0.95, growth: 0.8 }, beyondTable: null },
  nonInferiority: { margin: 0.01, lowerBound: -0.12 },
  delta: 0.05,
  intervals: { 'probe.best': [0.01, 0.05], 'oracle.best': [0.08, 0.12], 'beyondTable.best': [0, 0.02] },
  reasons: {},
}
const found = { ...SILENT.tests.anything!, pValue: 0.05 }

function nameOf(numbers: Partial<HeadroomNumbers>): string {
  return selectVerdict({ ...SILENT, ...numbers }).name
}

describe('selectVerdict', () => {
  it('routes when the gap is predictable, at the level itself', () => {
    expect(nameOf({ tests: { anything: found, beyondTable: null } })).toBe('route')
    expect(nameOf({ tests: { anything: { ...found, pValue: 0.0501 }, beyondTable: null } })).toBe('pin-large')
  })

  it('is content with the table when the category predicts and the text adds nothing', () => {
    const anything = { ...found, viewPValues: { category: 0.01 } }
    const tests = { anything, beyondTable: information }
    expect(nameOf({ table: gain, tests })).toBe('task-table')
    expect(nameOf({ table: gain, tests: { anything, beyondTable: { ...information, pValue: 0.01 } } })).toBe(
      'route',
    )
    // The text adds something, but surely less than a point.
    const intervals = { ...SILENT.intervals, 'beyondTable.best': [0, 0.009] as const }
    expect(
      nameOf({ table: gain, intervals, tests: { anything, beyondTable: { ...information, pValue: 0.01 } } }),
    ).toBe('task-table')
    // Something predicts, but it is not the category.
    expect(nameOf({ table: gain, tests: { anything: found, beyondTable: information } })).toBe('route')
  })

  it('pins the small model when it is as good, unless routing gains a point', () => {
    const nonInferiority = { margin: 0.01, lowerBound: -0.009 }
    expect(nameOf({ nonInferiority })).toBe('pin-small')
    const tests = { anything: found, beyondTable: null }
    expect(nameOf({ nonInferiority, tests })).toBe('route')
    expect(nameOf({ nonInferiority, tests, probe: { ...gain, best: 0.009 } })).toBe('pin-small')
  })

  it('pins the large model when what is predictable is surely too little', () => {
    const intervals = { ...SILENT.intervals, 'probe.best': [0.001, 0.009] as const }
    expect(nameOf({ intervals, tests: { anything: found, beyondTable: null } })).toBe('pin-large')
  })

  it('asks for more rows when a chance could have been missed, unless not even the oracle has one', () => {
    const tests = { anything: { ...SILENT.tests.anything!, power: 0.89, growth: 1.23 }, beyondTable: null }
    expect(selectVerdict({ ...SILENT, tests })).toMatchObject({ name: 'collect-more', rowsNeeded: 1300 })
    const intervals = { ...SILENT.intervals, 'oracle.best': [0, 0.029] as const }
    expect(nameOf({ tests, intervals })).toBe('pin-large')
  })

  it('says why when there is nothing to test', () => {
    const verdict = selectVerdict({
      ...SILENT,
      tests: { anything: null, beyondTable: null },
      reasons: { 'tests.anything': 'no text' },
    })
    expect(verdict).toEqual({ name: 'collect-more', because: 'no text', rowsNeeded: 1000 })
  })
})

describe('lowerBoundOfMean', () => {
  it('is the worked bound', () => {
    // Gaps 1, -1 and two zeros: mean 0, squares 2 + 2 pseudo = 4, standard error 2 / 4; z(0.95) = 1.644854.
    expect(lowerBoundOfMean([1, -1, 0, 0], 0.05)).toBeCloseTo(-1.644854 / 2, 6)
    expect(lowerBoundOfMean([], 0.05)).toBeNull()
  })

  it('does not take agreement of few rows for proof', () => {
    expect(lowerBoundOfMean(new Float64Array(50), 0.05)).toBeLessThan(-0.01)
    expect(lowerBoundOfMean(new Float64Array(1000), 0.05)).toBeGreaterThan(-0.01)
  })
})
