/** docs/cli.md and the command line name the same commands and options, both ways. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { register as registerCalibrate } from '../packages/weir/src/cli/calibrate.ts'
import { register as registerCompare } from '../packages/weir/src/cli/compare.ts'
import { register as registerEvaluate } from '../packages/weir/src/cli/evaluate.ts'
import { register as registerHeadroom } from '../packages/weir/src/cli/headroom.ts'
import { register as registerOutcomes } from '../packages/weir/src/cli/outcomes.ts'
import { register as registerRoute } from '../packages/weir/src/cli/route.ts'
import { register as registerServe } from '../packages/weir/src/cli/serve.ts'
import { register as registerTrain } from '../packages/weir/src/cli/train.ts'
import { register as registerTransfer } from '../packages/weir/src/cli/transfer.ts'

const DOC = readFileSync(join(import.meta.dirname, '../docs/cli.md'), 'utf8')
const MAIN = readFileSync(join(import.meta.dirname, '../packages/weir/src/cli/main.ts'), 'utf8')

const program = new Command('weir')
for (const register of [
  registerTrain,
  registerEvaluate,
  registerTransfer,
  registerCalibrate,
  registerCompare,
  registerHeadroom,
  registerRoute,
  registerOutcomes,
  registerServe,
])
  register(program)

/** Options in the first column of the tables, by the command whose section they stand in. */
function readDocumented(): ReadonlyMap<string, readonly string[]> {
  const sections = DOC.split(/^## weir /m).slice(1)
  return new Map(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| `(--[^`]+)`/gm)].map(([, flags]) => flags ?? ''),
    ]),
  )
}

describe('docs/cli.md', () => {
  it('has a section for each command', () => {
    const registered = [...MAIN.matchAll(/import\('\.\/([a-z]+)\.ts'\)/g)].map(([, name]) => name)
    expect([...readDocumented().keys()].sort()).toEqual(program.commands.map((one) => one.name()).sort())
    // This test registers the commands by hand; main.ts must know the same ones.
    expect(registered.sort()).toEqual(program.commands.map((one) => one.name()).sort())
  })

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    'lists the options of weir %s as --help does',
    (name, command) => {
      expect([...(readDocumented().get(name) ?? [])].sort()).toEqual(
        command.options.map((option) => option.flags).sort(),
      )
    },
  )
})
