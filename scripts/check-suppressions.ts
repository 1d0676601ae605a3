/**
 * Every suppression of a check says why, on its own line (house section 13): the linter cannot ask for that.
 *
 *   oxlint-disable-next-line rule -- reason        @ts-expect-error reason
 *
 * Prints the lines that do not and exits with 3, as a check that failed.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A suppression inside a comment; `reason` is what follows on its line, without the end of a block comment. */
const SUPPRESSION =
  /(?:\/\/|\/\*)\s*(?<kind>(?:ox|es)lint-disable(?:-next-line|-line)?|@ts-(?:expect-error|ignore|nocheck)|(?:oxfmt|prettier)-ignore)(?<rest>[^\n]*)/
/** Two words at least: "-- ok" is no reason. */
const REASON = /\p{L}\S*\s+\S+/u

/** The lines of a text, counted from 1, with a suppression that gives no reason. */
export function findBareSuppressions(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => {
    const { kind = '', rest = '' } = SUPPRESSION.exec(line)?.groups ?? {}
    if (kind === '') return []
    // Linters take a list of rules first; what stands behind the two dashes is the reason.
    const reason = kind.includes('lint') ? (rest.split(' -- ')[1] ?? '') : rest
    return REASON.test(reason) ? [] : [index + 1]
  })
}

function listSources(root: string): readonly string[] {
  return ['packages', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/[\\/](?:node_modules|dist)[\\/]/.test(path)),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const bare = listSources(root).flatMap((path) =>
    findBareSuppressions(readFileSync(path, 'utf8')).map((line) => `${relative(root, path)}:${line}`),
  )
  for (const place of bare)
    console.error(`${place}: this suppression gives no reason; add " -- why" to its line`)
  process.exitCode = bare.length === 0 ? 0 : 3
}
