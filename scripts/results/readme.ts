/**
 * Figures quoted in README.md and docs, written from docs/results.json between markers:
 *
 *   <!-- results:NAME -->
 *   ...
 *   <!-- /results -->
 *
 * A test holds what stands there to docs/results.json, so that no page quotes another number than the results.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BLOCKS } from './blocks.ts'
import type { Figures } from './section.ts'
import { readStoredFigures, ROOT } from './stored-figures.ts'

/** Pages with markers. */
export const PAGES: readonly string[] = ['README.md', 'docs/methods/promise.md']

const MARKED = /<!-- results:([\w-]+) -->\n[\s\S]*?<!-- \/results -->/g

/** The page with every marked place filled in. Throws for a marker that names no block. */
export function fillMarkers(page: string, figures: Figures): string {
  return page.replaceAll(MARKED, (_, name: string) => {
    const block = BLOCKS[name]
    if (block === undefined) throw new Error(`no block ${name}; known are ${Object.keys(BLOCKS).join(', ')}`)
    return `<!-- results:${name} -->\n${block(figures)}\n<!-- /results -->`
  })
}

/** Names of the marked places of a page. */
export function findMarkers(page: string): readonly string[] {
  return [...page.matchAll(MARKED)].map(([, name = '']) => name)
}

export function writeMarkers(): void {
  const stored = readStoredFigures()
  if (stored === undefined) throw new Error('docs/results.json is missing; run npm run results')
  for (const name of PAGES) {
    const path = join(ROOT, name)
    const page = readFileSync(path, 'utf8')
    const filled = fillMarkers(page, stored.figures)
    if (filled !== page) writeFileSync(path, filled)
  }
}
