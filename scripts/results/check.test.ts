import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DATA } from '../recorded.ts'
import { FIGURES } from './stored-figures.ts'
import { checkFigures, compareFigures } from './check.ts'

describe('compareFigures', () => {
  it('names what left its interval and what is not printed, and nothing else', () => {
    const stored = {
      a: { value: 0.5, interval: [0.4, 0.6] },
      b: { value: 0.5, interval: [0.4, 0.6] },
      c: { value: 3, interval: null },
    } as const
    const measured = {
      a: { value: 0.59, interval: null },
      b: { value: 0.61, interval: null },
      c: { value: 9, interval: null },
      d: { value: 1, interval: null },
    }
    expect(compareFigures(measured, stored)).toEqual([
      'b is 0.61, outside 0.4 to 0.6 of docs/results.json',
      'd is not in docs/results.json; run npm run results',
    ])
  })
})

describe.skipIf(!existsSync(DATA) || !existsSync(FIGURES))('docs/results.json', () => {
  it('holds, for the fast part measured again', { timeout: 600_000 }, async () => {
    expect(await checkFigures()).toEqual([])
  })
})
