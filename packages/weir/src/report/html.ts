/**
 * The pieces every HTML page of weir is made of: one file that needs no network and no script. Names come from the user: everything that is not
 * markup of a page's own file goes through `escape`.
 */
import { PAGE_STYLE } from './page-style.ts'
import { dropEmptyColumns } from './table.ts'

export interface Page {
  readonly title: string
  /** Markup of the page's own. */
  readonly content: string
  /** CSS beyond PAGE_STYLE. */
  readonly style?: string
}

export function renderDocument({ title, content, style = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${PAGE_STYLE}${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

/** Text for use inside elements and quoted attributes. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** `caption` is text, `content` markup. */
export function section(title: string, caption: string, content: string): string {
  const text = caption === '' ? '' : `<p class="caption">${escape(caption)}</p>\n`
  return `<section><h2>${escape(title)}</h2>\n${text}${content}</section>`
}

export interface MarkedRow {
  readonly isMarked: boolean
  readonly cells: readonly string[]
}

export function renderTable(allTitles: readonly string[], rows: readonly MarkedRow[]): string {
  const [titles, kept] = dropEmptyColumns(
    allTitles,
    rows.map(({ cells }) => cells),
  )
  const head = titles.map((title) => `<th>${escape(title)}</th>`).join('')
  const body = rows
    .map(({ isMarked }, i) => {
      const row = (kept[i] ?? []).map((cell) => `<td>${escape(cell)}</td>`).join('')
      return `<tr${isMarked ? ' class="marked"' : ''}>${row}</tr>`
    })
    .join('\n')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** A list of facts: names and values, both text. */
export function renderFacts(facts: readonly (readonly [string, string])[]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`
}
