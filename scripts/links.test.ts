/** Relative links of every page lead to a file that is there, and to a heading it has. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PAGES = ['*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: ROOT }))

/** As GitHub makes them: lower case, spaces to hyphens, other punctuation dropped. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('links', () => {
  it('there are pages to look at', () => expect(PAGES.length).toBeGreaterThan(15))

  it.each(PAGES)('of %s lead somewhere', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path)
      expect(existsSync(target), `${page}: ${link}`).toBe(true)
      if (anchor === undefined || statSync(target).isDirectory()) continue
      expect(anchorsOf(readFileSync(target, 'utf8')), `${page}: ${link}`).toContain(anchor)
    }
  })
})
