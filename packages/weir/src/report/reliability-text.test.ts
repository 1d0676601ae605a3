import type { TaskTypeReliability } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { describeReliability, listTypes, nameType, noteTypes, worstTypes } from './reliability-text.ts'

function type(category: string | null, error: number, high: number): TaskTypeReliability {
  return {
    category,
    types: category === null ? 3 : 1,
    rows: 120,
    bins: [{ from: 0.2, to: 0.8, count: 120, predicted: 0.5, observed: 0.5 + error }],
    predicted: 0.5,
    observed: 0.5 + error,
    expectedCalibrationError: error,
    ifCalibrated: { mean: high / 2, high },
  }
}

const honest = type('sums', 0.03, 0.06)
const off = type('proofs', 0.2, 0.06)
const rest = type(null, 0.05, 0.06)
const report = {
  ...honest,
  binning: 'equal mass' as const,
  simulations: 200,
  byTaskType: [honest, off, rest],
  smallTypes: { leastRows: 50, types: 3, rows: 120, shown: true },
  rowsWithoutCategory: 7,
}

describe('reliability in words', () => {
  it('holds the error against what an honest router would show', () => {
    expect(describeReliability(report)).toContain('0.030; a perfectly calibrated router would show 0.030')
    expect(describeReliability(report)).toContain('nothing is shown against')
    expect(describeReliability({ ...report, ...off })).toContain('more than luck')
  })

  it('marks the types that are off, and those alone', () => {
    expect(listTypes(report.byTaskType).map((cells) => [cells[0], cells.at(-1)])).toEqual([
      ['sums', ''],
      ['proofs', 'off'],
      ['3 small types together', ''],
    ])
    expect(worstTypes(report.byTaskType, 2).map(nameType)).toEqual(['proofs', '3 small types together'])
  })

  it('counts what it leaves out or takes together', () => {
    const notes = noteTypes(report)
    expect(notes[0]).toContain('1 of 3 task types off')
    expect(notes[1]).toBe('3 task types with fewer than 50 rows (120 rows) taken together')
    expect(notes[2]).toContain('7 rows without a category')
    const hidden = {
      ...report,
      byTaskType: [],
      smallTypes: { ...report.smallTypes, shown: false },
      rowsWithoutCategory: 0,
    }
    expect(noteTypes(hidden)).toEqual(['3 task types with fewer than 50 rows (120 rows) left out'])
  })
})
