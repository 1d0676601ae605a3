/** docs/results.md as a whole: what was asked and reached, then the sections. */
import type { Rendered, Target } from './section.ts'

function renderTargets(targets: readonly Target[]): string {
  if (targets.length === 0) return ''
  const rows = targets
    .toSorted((a, b) => a.point - b.point)
    .map(
      ({ point, what, asked, reached, isMet }) =>
        `| ${point} | ${what} | ${asked} | ${reached} | ${isMet ? 'met' : '**missed**'} |`,
    )
  return `## Asked and reached

Points of issue 3. Those of issue 2 stand under Routing.

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

export function renderPage(rendered: readonly Rendered[], { commit, date }: Made): string {
  return `# Results

Written by \`npm run results\` (scripts/results.ts) from recorded outcomes of real models; see docs/metrics.md for every term. Every number comes with its seed, its data (SHA-256 of the rows of
both models, first 12 digits) and an interval or its error. The numbers alone: results.json. Commit ${commit}, ${date}.

${renderTargets(rendered.flatMap(({ targets = [] }) => targets))}${rendered.map(({ text }) => text).join('\n')}`
}
