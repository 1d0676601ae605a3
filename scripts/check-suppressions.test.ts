import { describe, expect, it } from 'vitest'
import { findBareSuppressions } from './check-suppressions.ts'

// Put together here, so that this file does not look like one with suppressions.
const LINTER: string = 'oxlint'
const COMPILER: string = '@ts'
const lint = (rest: string): string => `x()\n// ${LINTER}-disable-next-line no-console${rest}\ny()`
const types = (rest: string): string => `// ${COMPILER}-expect-error${rest}`

describe('findBareSuppressions', () => {
  it.each([
    ['a reason after two dashes', lint(' -- the terminal is the place')],
    ['a reason behind a type suppression', types(' the library types it wrong')],
    ['text that only speaks of them', `const a = '${LINTER}-disable'`],
  ])('accepts %s', (_, text) => {
    expect(findBareSuppressions(text)).toEqual([])
  })

  it.each([
    ['none', lint(''), 2],
    ['one word', lint(' -- ok'), 2],
    ['rules alone', lint(' no-alert'), 2],
    ['nothing behind a type suppression', types(''), 1],
    ['a block comment alone', `/* ${LINTER}-disable */`, 1],
  ])('finds %s', (_, text, line) => {
    expect(findBareSuppressions(text)).toEqual([line])
  })
})
