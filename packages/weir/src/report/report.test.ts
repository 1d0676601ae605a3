import { createOutcomeSummarizer } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { between, counted, decimal, dollars, percent } from './format.ts'
import { renderOutcomeSummary } from './outcome-summary.ts'
import { renderTable } from './table.ts'

describe('format', () => {
  it('shows shares, qualities, money and counts', () => {
    expect(percent(0.8234)).toBe('82.3%')
    expect(percent(null)).toBe('–')
    expect(decimal(0.68749)).toBe('0.687')
    expect(between([0.1, 0.25], (v) => percent(v, 0))).toBe('10% to 25%')
    expect(between(undefined)).toBe('–')
    expect([0, 0.0000133, 0.00085, 0.012, 0.5, 12].map(dollars)).toEqual([
      '$0',
      '$0.000013',
      '$0.00085',
      '$0.012',
      '$0.50',
      '$12.00',
    ])
    expect([counted(1, 'row'), counted(12032, 'row')]).toEqual(['1 row', '12,032 rows'])
  })
})

describe('renderTable', () => {
  it('aligns text left and numbers right', () => {
    const columns = [{ title: 'model', align: 'left' as const }, { title: 'n' }]
    expect(
      renderTable(columns, [
        ['a', '12'],
        ['long name', '3'],
      ]),
    ).toBe(['model       n', '---------  --', 'a          12', 'long name   3'].join('\n'))
  })
})

describe('renderOutcomeSummary', () => {
  it('shows counts, models and the pair worth routing', () => {
    const summarizer = createOutcomeSummarizer()
    for (let i = 0; i < 10; i++) {
      const models = { little: { score: i < 6 ? 1 : 0 }, big: { score: i < 9 ? 1 : 0 } }
      summarizer.add({ id: String(i), prompt: 'x', models })
    }
    const text = renderOutcomeSummary(summarizer.summarize())
    expect(text).toContain('10 rows: 10 with text, 0 with a category; 2 models')
    expect(text).toMatch(/little +big +10 +100% +0\.600 +0\.900 +70\.0% +0\.0% +0\.900/)
    expect(text).not.toContain('tokens')
  })
})
