/** The page and the terminal text of a comparison: self-contained, described, honest about what is not there. */
import { compare, METHODS, type Method } from '@weir/core'
import { createDocument } from 'domino'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRows, SAMPLE_PAIR } from '../../e2e/evaluation-support.ts'
import { renderFinding } from './compare-finding.ts'
import { renderComparePage } from './compare-page.ts'
import { collectWarnings, describePlan, type ComparisonResult } from './compare-result.ts'
import { listTests } from './compare-tables.ts'
import { renderComparison } from './compare-text.ts'

const AT = '2026-01-02T03:04:05Z'
const PLAN = { kind: 'share', trainingShare: 0.5 } as const

const blend = METHODS[0] as Method
/** The same router but for its scores, which are turned round: certainly worse. */
const reversed: Method = {
  name: 'reversed',
  summary: '',
  async fit(lesson) {
    const { river } = await blend.fit(lesson)
    const { estimator } = river
    const turned = {
      name: 'reversed',
      estimate: (seen: never) => ({ pSmall: 1 - estimator.estimate(seen).pSmall }),
    }
    return { river: { ...river, estimator: turned }, relaxation: null }
  },
}

let result: ComparisonResult

beforeAll(async () => {
  // The types carry most of what can be known here; words let a router read them.
  const words = ['proofs', 'stories', 'letters', 'sums']
  const rows = makeRows(360, 3).map((row) => ({
    ...row,
    prompt: `a question of ${words[Number(row.category?.at(-1))]} ${row.id}`,
  }))
  const comparison = await compare(rows, {
    pair: SAMPLE_PAIR,
    methods: [blend, reversed],
    seeds: [1, 2],
    plan: PLAN,
    dataHash: 'b'.repeat(64),
    resamples: 200,
  })
  result = {
    ...comparison,
    plan: PLAN,
    seeds: [1, 2],
    dataHash: 'b'.repeat(64),
    files: ['<img src=x>.jsonl'],
    rowsRead: 361,
    skipped: 0,
    warnings: collectWarnings(comparison),
  }
})

/** What the test reads of an element: the library types of a browser are not loaded here. */
interface Drawn {
  getAttribute(name: string): string | null
  querySelectorAll(selector: string): { readonly length: number }
}

describe('renderComparePage', () => {
  it('is one file that asks for nothing else', () => {
    const html = renderComparePage(result, AT)
    expect(html).not.toMatch(/<(script|link|iframe|img)|@import|url\(|<[^>]*(src|href)=/)
    expect(html.length).toBeLessThan(150_000)
    expect(html).not.toMatch(/NaN|undefined|\[object/)
    expect(html).toContain('&lt;img src=x&gt;.jsonl')
  })

  it('draws charts of curves, of money and of APGR, each described in words', () => {
    const page = createDocument(renderComparePage(result, AT))
    const plots: readonly Drawn[] = Array.from(page.querySelectorAll('figure svg'))
    expect(plots).toHaveLength(3)
    const described = plots.map((plot) => plot.getAttribute('aria-description'))
    expect(described[0]).toMatch(/trans 0\.\d{3}.*reversed 0\.\d{3}/)
    expect(described[1]).toMatch(/cost of a query.*\$/)
    expect(described[2]).toMatch(/trans 0\.\d{3}.*reversed 0\.\d{3}/)
    for (const plot of plots) {
      expect(plot.getAttribute('role')).toBe('img')
      expect(plot.querySelectorAll('path, circle, line').length).toBeGreaterThan(4)
    }
    // Two methods, best per task type, random mix, oracle.
    expect(page.querySelectorAll('.legend li').length).toBe(5)
  })

  it('survives a comparison in which little is defined', () => {
    const bare: ComparisonResult = {
      ...result,
      systems: result.systems
        .filter(({ name }) => name !== 'bestPerTaskType')
        .map((system) => ({ ...system, statistics: { ...system.statistics, apgr: null } })),
      tests: [],
      undefinedBecause: { apgr: 'no gap' },
    }
    const html = renderComparePage(bare, AT)
    expect(html).toContain('Not defined: apgr: no gap.')
    expect(html).not.toMatch(/NaN|Infinity/)
    expect(renderFinding(bare)).toContain('nothing to compare')
  })
})

describe('renderComparison', () => {
  it('says in words which methods differ, and shows every system and test', () => {
    const text = renderComparison(result)
    expect(text).toContain('Against trans: worse: reversed.')
    for (const name of [
      'all small',
      'all large',
      'best single model',
      'best per task type (told it)',
      'oracle',
    ])
      expect(text).toContain(`\n${name} `)
    expect(text).toMatch(
      /\nreversed +trans +worse +-0\.\d{3} +-0\.\d{3} to -0\.\d{3} +0\.\d{3} +0 of 2 +0\.\d{3}\n/,
    )
    expect(text).toContain('1 row without text or a score of both left out')
    expect(text).not.toMatch(/NaN|undefined|null/)
  })

  it('writes a difference of nothing without a sign', () => {
    const [test] = result.tests
    if (test?.difference == null) throw new Error('no test')
    const even = { ...test, difference: { ...test.difference, mean: -0.0001 }, ahead: 0, behind: 0 }
    const [row] = listTests({ ...result, tests: [even] }).rows
    expect(row?.slice(3, 4)).toEqual(['0.000'])
    expect(row).toContain('even')
  })
})

describe('renderFinding', () => {
  it('calls methods the same that rank every query alike', () => {
    const [test] = result.tests
    if (test?.difference == null) throw new Error('no test')
    const nothing = { mean: 0, sd: 0, interval: [0, 0] as const, values: [0, 0] }
    const same = { ...test, method: 'prob', difference: nothing, verdict: 'not told apart' as const }
    expect(renderFinding({ ...result, tests: [test, same] })).toBe(
      'Against trans: worse: reversed; the same: prob.',
    )
  })
})

describe('describePlan', () => {
  it('tells shares from folds', () => {
    expect(describePlan(result)).toBe('2 splits by question, 50% of the questions to train on, seeds 1 to 2')
    const folded: ComparisonResult = { ...result, plan: { kind: 'folds', folds: 2 }, seeds: [1] }
    expect(describePlan(folded)).toBe('2 splits by question, 2 folds a seed, seed 1')
  })
})

describe('collectWarnings', () => {
  it('warns of few rows and of a pair that needs no router', () => {
    expect(collectWarnings(result)).toEqual([])
    const few = collectWarnings({ ...result, rows: 100 })
    expect(few.join()).toContain('Only 100 rows')
    const turned = result.systems.map((system) =>
      system.name === 'allSmall'
        ? { ...system, quality: { mean: 1, sd: null, interval: null, values: [1] } }
        : system,
    )
    expect(collectWarnings({ ...result, systems: turned }).join()).toContain('pin the small model')
  })

  it('warns of a difference on which the splits disagree', () => {
    const tests = result.tests.map((test) => ({ ...test, ahead: 1, behind: 1 }))
    expect(tests.some(({ verdict }) => verdict !== 'not told apart')).toBe(true)
    expect(collectWarnings({ ...result, tests }).join()).toContain(
      'the splits disagree (ahead on 1, behind on 1)',
    )
  })
})
