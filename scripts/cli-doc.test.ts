/** docs/cli.md and the command line name the same commands and options, both ways. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../packages/weir/src/cli/main.ts'

const DOC = readFileSync(join(import.meta.dirname, '../docs/cli.md'), 'utf8')
const program = await createProgram()

/** A command of several, such as `keys create`, has a section for each. */
function leavesOf(command: Command, path: readonly string[]): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]]
  return command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
}

const COMMANDS = leavesOf(program, [])

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
    expect([...readDocumented().keys()].toSorted()).toEqual(COMMANDS.map(([name]) => name).toSorted())
  })

  it.each(COMMANDS)('lists the options of weir %s as --help does', (name, command) => {
    expect([...(readDocumented().get(name) ?? [])].toSorted()).toEqual(
      command.options.map((option) => option.flags).toSorted(),
    )
  })
})
