import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BLOCKS } from './blocks.ts'
import { fillMarkers, findMarkers, PAGES } from './readme.ts'
import type { Figures } from './section.ts'
import { readStoredFigures, ROOT, toStoredFigures } from './stored-figures.ts'

describe('figures between markers', () => {
  const figures: Figures = {
    'routing/a/apgr': { value: 0.687, interval: [0.659, 0.718] },
    'routing/a/apgr.asked': { value: 0.69, interval: null },
    'routing/b/kept0': { value: 0.5, interval: null },
    'routing/b/kept0.asked': { value: 0.4, interval: null },
  }

  it('are replaced, and nothing around them is', () => {
    const page =
      'before\n<!-- results:goals -->\nold\nlines\n<!-- /results -->\nafter <!-- results:goals -->\n<!-- /results -->'
    expect(findMarkers(page)).toEqual(['goals', 'goals'])
    // 0.69 - 0.687 = 0.003 is the only miss of two goals.
    const goals = 'One of the two goals we had set ourselves is missed, by 0.003; the page says which.'
    const block = `<!-- results:goals -->\n${goals}\n<!-- /results -->`
    expect(fillMarkers(page, figures)).toBe(`before\n${block}\nafter ${block}`)
  })

  it('are never made up: an unknown block and a figure that was not measured throw', () => {
    expect(() => fillMarkers('<!-- results:weather -->\n<!-- /results -->', figures)).toThrow(
      'no block weather',
    )
    expect(() => fillMarkers('<!-- results:routing -->\n<!-- /results -->', figures)).toThrow(
      'routing/mmlu/apgr',
    )
  })

  it('are kept with six digits, undefined ones as null', () => {
    const text = toStoredFigures({
      commit: 'c',
      date: 'd',
      figures: {
        x: { value: 1 / 3, interval: [0, 2 / 3] },
        y: { value: Number.NaN, interval: null },
      },
    })
    expect(JSON.parse(text)).toEqual({
      commit: 'c',
      date: 'd',
      figures: { x: { value: 0.333333, interval: [0, 0.666667] }, y: { value: null, interval: null } },
    })
  })
})

/** docs/results.json comes with the first complete run; from then on the pages are held to it. */
describe('pages', () => {
  const pages = PAGES.map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }))
  const stored = readStoredFigures()

  it.skipIf(stored === undefined).each(pages)(
    '$name quotes what docs/results.json holds (npm run results -- --readme)',
    ({ text }) => {
      expect(fillMarkers(text, stored?.figures ?? {})).toBe(text)
    },
  )

  it('every block is shown somewhere', () => {
    const shown = new Set(pages.flatMap(({ text }) => findMarkers(text)))
    expect([...shown].toSorted()).toEqual(Object.keys(BLOCKS).toSorted())
  })
})
