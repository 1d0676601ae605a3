/**
 * Reproduces docs/results.md and every figure that README.md and docs quote from it, from recorded outcomes in ../shared/data (or the folder that
 * WEIR_DATA names):
 *
 *   node scripts/results.ts [--out docs/results.md] [--only section,…] [case…]
 *   node scripts/results.ts --check       recomputes a fast part; exit 3 when a number leaves its printed interval
 *   node scripts/results.ts --readme      writes README.md and docs again from docs/results.json, measuring nothing
 *
 * With --out the numbers are kept beside the page as JSON; a complete run also writes them between the markers of README.md and docs
 * (results/readme.ts). Cases run in processes of their own; nothing printed depends on how many at once.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DATA } from './recorded.ts'
import { checkFigures } from './results/check.ts'
import { openFinishedCases } from './results/finished-cases.ts'
import { renderPage } from './results/page.ts'
import { writeMarkers } from './results/readme.ts'
import { runCases, type CaseName } from './results/run-cases.ts'
import type { Figures, Section } from './results/section.ts'
import { SECTIONS } from './results/sections.ts'
import { FIGURES, ROOT, toStoredFigures } from './results/stored-figures.ts'

/** Sections with the cases asked for; no section without cases. */
function choose(
  only: string | undefined,
  names: readonly string[],
): readonly (Section & { readonly chosen: readonly string[] })[] {
  const wanted = only?.split(',') ?? SECTIONS.map(({ name }) => name)
  const unknown = [
    ...wanted.filter((name) => !SECTIONS.some((section) => section.name === name)),
    ...names.filter((name) => !SECTIONS.some(({ cases }) => cases.includes(name))),
  ]
  if (unknown.length > 0) throw new Error(`neither section nor case: ${unknown.join(', ')}`)
  return SECTIONS.filter(({ name }) => wanted.includes(name))
    .map((section) => ({
      ...section,
      chosen: section.cases.filter((one) => names.length === 0 || names.includes(one)),
    }))
    .filter(({ chosen }) => chosen.length > 0)
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', cwd: ROOT }).trim()
}

/** Of the code that made the numbers. A page made from changed files says so. */
function commitOf(): string {
  const changed = git('status', '--porcelain', '--', 'packages', 'scripts')
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed === '' ? '' : ' with changes'}`
}

const USAGE = `node scripts/results.ts [--out F] [--only section,…] [case…]   measure and write the page; --out also writes the figures
node scripts/results.ts --check                                measure a fast part; exit 3 when a figure leaves its interval
node scripts/results.ts --readme                               write the stored figures into README and docs
`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      only: { type: 'string' },
      check: { type: 'boolean' },
      readme: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(USAGE)
    return
  }
  if (values.readme === true) return writeMarkers()
  if (!existsSync(DATA))
    throw new Error(`no data in ${DATA}: set WEIR_DATA to the folder of recorded outcomes`)
  if (values.check === true) {
    const problems = await checkFigures()
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    if (problems.length > 0) process.exitCode = 3
    return
  }
  const made = { commit: commitOf(), date: new Date().toISOString().slice(0, 10) }
  const sections = choose(values.only, positionals)
  const cases = sections.flatMap(({ name, chosen }) =>
    chosen.map((one): CaseName => ({ section: name, name: one })),
  )
  const results = await runCases(cases, openFinishedCases())
  const rendered = sections.map((section) => ({
    issue: section.issue,
    ...section.render(results.filter((_, i) => cases[i]?.section === section.name)),
  }))
  const text = renderPage(rendered, made)
  if (values.out === undefined) {
    process.stdout.write(text)
    return
  }
  writeFileSync(values.out, text)
  const figures = Object.assign({}, ...rendered.map(({ figures }) => figures)) as Figures
  writeFileSync(values.out.replace(/(\.md)?$/, '.json'), toStoredFigures({ ...made, figures }))
  const isComplete = values.only === undefined && positionals.length === 0
  if (isComplete && FIGURES === resolve(values.out.replace(/(\.md)?$/, '.json'))) writeMarkers()
}

await main()
