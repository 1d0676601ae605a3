/** docs/results.md as a whole: what was asked and reached, then the sections. */
import type { Rendered, Target } from './section.ts'

/** A section rendered, with the issue whose points its targets are. */
export interface RenderedSection extends Rendered {
  readonly issue: number
}

function renderTargets(rendered: readonly RenderedSection[]): string {
  const asked = rendered.filter(({ targets = [] }) => targets.length > 0)
  if (asked.length === 0) return ''
  const issues = [...new Set(asked.map(({ issue }) => issue))].sort((a, b) => a - b)
  const tables = issues.map((issue) =>
    renderTable(
      issue,
      asked.filter((one) => one.issue === issue).flatMap(({ targets = [] }) => targets),
    ),
  )
  return `## Asked and reached

Those of issue 2 stand under Routing.

${tables.join('\n')}
`
}

function renderTable(issue: number, targets: readonly Target[]): string {
  const rows = targets
    .toSorted((a, b) => a.point - b.point)
    .map(
      ({ point, what, asked, reached, isMet }) =>
        `| ${point} | ${what} | ${asked} | ${reached} | ${isMet ? 'met' : '**missed**'} |`,
    )
  return `### Issue ${issue}

| point | what | asked | reached | |
|---:|---|---|---|---|
${rows.join('\n')}
`
}

export interface Made {
  /** Of the code that made the numbers. */
  readonly commit: string
  /** UTC day. */
  readonly date: string
}

export function renderPage(rendered: readonly RenderedSection[], { commit, date }: Made): string {
  return `# Results

Written by \`npm run results\` (scripts/results.ts) from recorded outcomes of real models; see docs/metrics.md for every term. Every number comes with its seed, its data (SHA-256 of the rows of
both models, first 12 digits) and an interval or its error. The numbers alone: results.json. Commit ${commit}, ${date}.

${renderTargets(rendered)}${rendered.map(({ text }) => text).join('\n')}`
}
