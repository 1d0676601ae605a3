import { createDocument } from 'domino'
import { describe, expect, it } from 'vitest'
import { makeArtifact, makeRiver, makeRows } from '../../e2e/evaluation-support.ts'
import { describeArtifact, type Evaluation } from './evaluation.ts'
import { escape } from './html.ts'
import { measureRiver } from './measure.ts'
import { renderPage } from './page.ts'

const river = makeRiver()

async function evaluate(count: number): Promise<Evaluation> {
  const { report, ...left } = await measureRiver(river, makeRows(count, 3), { seed: 1, resamples: 50 })
  return {
    ...report,
    ...left,
    dataHash: 'b'.repeat(64),
    files: ['<img src=x>.jsonl'],
    skipped: 0,
    artifact: describeArtifact('a.weir', makeArtifact(river)),
    policy: 'route',
    warnings: [],
  }
}

/** What the test reads of an element: the library types of a browser are not loaded here. */
interface Drawn {
  getAttribute(name: string): string | null
  querySelectorAll(selector: string): { readonly length: number }
}

const at = '2026-01-02T03:04:05Z'

describe('renderPage', () => {
  it('is one file that asks for nothing else', async () => {
    const html = renderPage(await evaluate(300), at)
    expect(html).not.toMatch(/<(script|link|iframe|img)|@import|url\(|<[^>]*(src|href)=/)
    expect(html.length).toBeLessThan(150_000)
    expect(html).not.toMatch(/NaN|undefined|\[object/)
  })

  it('draws four plots, each described in words', async () => {
    const page = createDocument(renderPage(await evaluate(600), at))
    const plots: readonly Drawn[] = Array.from(page.querySelectorAll('svg'))
    expect(plots).toHaveLength(4)
    for (const plot of plots) {
      expect(plot.getAttribute('role')).toBe('img')
      expect(plot.getAttribute('aria-description')?.length).toBeGreaterThan(50)
      expect(plot.querySelectorAll('path, circle, line').length).toBeGreaterThan(5)
    }
    expect(page.querySelector('.headline')?.textContent).toContain('Asked to keep 95%')
    expect(page.querySelector('html')?.getAttribute('lang')).toBe('en')
  })

  it('shows names given by the user as text', async () => {
    const evaluation = await evaluate(100)
    const odd = { ...evaluation, small: { ...evaluation.small, model: '<b>"x"</b>' } }
    const html = renderPage(odd, at)
    expect(html).not.toContain('<b>"x"')
    expect(html).toContain('&lt;b&gt;&quot;x&quot;&lt;/b&gt;')
  })

  it('survives a report in which little is defined', async () => {
    const evaluation = await evaluate(100)
    const bare: Evaluation = {
      ...evaluation,
      apgr: null,
      calibration: null,
      curve: evaluation.curve.slice(0, 1),
      levels: evaluation.levels.map((level) => ({ ...level, delivered: null, deliveredInterval: null })),
      baselines: { ...evaluation.baselines, taskTable: null },
      undefinedBecause: { apgr: 'no gap' },
    }
    const html = renderPage(bare, at)
    expect(html).toContain('Not defined: apgr: no gap.')
    expect(html).not.toMatch(/NaN|Infinity/)
  })
})

describe('escape', () => {
  it('leaves no character with a meaning in HTML', () => {
    expect(escape(`<a b="c">'&`)).toBe('&lt;a b=&quot;c&quot;&gt;&#39;&amp;')
  })
})
