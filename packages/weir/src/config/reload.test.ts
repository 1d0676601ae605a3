/** The list of keys that wait for a restart, held to what the gateway keeps when another configuration is put in force. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RESTART_KEYS } from './reload.ts'

const source = readFileSync(new URL('../gateway/start.ts', import.meta.url), 'utf8')

function between(start: string, end: string): string {
  const from = source.indexOf(start)
  const to = source.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`start.ts has no ${start} … ${end}`)
  return source.slice(from, to)
}

function membersOf(name: string): readonly string[] {
  const text = between(`export interface ${name} {`, '\n}')
  return [...text.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => member ?? '')
}

describe('keys that wait for a restart', () => {
  it('are those that no new configuration is built from', () => {
    const options = membersOf('GatewayOptions')
    const built = between('function createHeld(', '/** Every model')
    const fixed = options.filter((name) => !new RegExp(`\\b${name}\\b`).test(built))
    // What the program gives, not weir.yaml; observers are what `telemetry` says.
    const program = ['observers', 'reload']
    const ofFile = fixed.filter((name) => !program.includes(name))
    expect(ofFile.toSorted()).toEqual(
      RESTART_KEYS.filter((key) => !/^(?:record\.|session$|telemetry$)/.test(key)).toSorted(),
    )
  })
  it('of `record` are all but the one that a new configuration takes', () => {
    const kept = membersOf('RecordOptions').filter((name) => name !== 'storeText')
    const listed = RESTART_KEYS.filter((key) => key.startsWith('record.'))
    expect(listed.toSorted()).toEqual(kept.map((name) => `record.${name}`).toSorted())
  })
})
