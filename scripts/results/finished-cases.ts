/**
 * Finished cases on disk, so that a run that was cut off goes on where it stopped: .weir/results/<trees>/<section>/<case>.json, where <trees>
 * names the committed code of packages/ and scripts/. Changed files are nobody's code: then nothing is kept and nothing is taken.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './stored-figures.ts'

export interface FinishedCases {
  read(section: string, name: string): string | undefined
  write(section: string, name: string, result: string): void
}

/** Everything is measured. */
export const NOTHING: FinishedCases = { read: () => undefined, write: () => undefined }

export function openFinishedCases(): FinishedCases {
  if (git('status', '--porcelain', '--', 'packages', 'scripts') !== '') return NOTHING
  const trees = ['packages', 'scripts'].map((folder) => git('rev-parse', '--short=12', `HEAD:${folder}`))
  const pathOf = (section: string, name: string): string =>
    join(ROOT, '.weir', 'results', trees.join('-'), section, `${name}.json`)
  return {
    read(section, name) {
      try {
        return readFileSync(pathOf(section, name), 'utf8')
      } catch {
        return undefined
      }
    },
    write(section, name, result) {
      const path = pathOf(section, name)
      mkdirSync(dirname(path), { recursive: true })
      // In one step, so that a name never stands for half a result.
      writeFileSync(`${path}.part`, result)
      renameSync(`${path}.part`, path)
    },
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', cwd: ROOT }).trim()
}
