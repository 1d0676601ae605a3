import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerpt } from './excerpt.ts'

const filler = (chars: number): string => 'lorem ipsum '.repeat(Math.ceil(chars / 12)).slice(0, chars)

describe('excerpt', () => {
  it('leaves a text up to the limit alone', () => {
    const text = filler(400)
    expect(excerpt(text, 400)).toEqual({ text, truncated: false })
    expect(excerpt('', 400)).toEqual({ text: '', truncated: false })
  })

  it('past the limit shows head, middle and tail, and says so', () => {
    const text = `HEAD${filler(5000)}MIDDLE${filler(5000)}TAIL`
    const { text: shown, truncated } = excerpt(text, 400)
    expect(truncated).toBe(true)
    for (const marker of ['HEAD', 'MIDDLE', 'TAIL']) expect(shown).toContain(marker)
  })

  it('one character too many is enough to say so', () => {
    expect(excerpt(filler(401), 400).truncated).toBe(true)
  })

  it('is never longer than the limit and two line breaks, and begins and ends like the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 4, max: 100 }), (text, limit) => {
        const shown = excerpt(text, limit)
        expect(shown.truncated).toBe(text.length > limit)
        expect(shown.text.length).toBeLessThanOrEqual(limit + 2)
        expect(text.startsWith(shown.text.slice(0, Math.ceil(limit / 2)))).toBe(true)
        expect(text.endsWith(shown.text.slice(shown.text.length - Math.floor(limit / 4)))).toBe(true)
      }),
    )
  })
})
