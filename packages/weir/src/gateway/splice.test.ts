import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spliceMember } from './rewrite.ts'
import { mapBody, spliceModel } from './splice.ts'

function toName(model: string): Buffer {
  return Buffer.from(JSON.stringify(model))
}

function splice(text: string, model = 'new'): string {
  const bytes = Buffer.from(text)
  return spliceModel(bytes, mapBody(bytes), toName(model)).toString()
}

describe('spliceModel', () => {
  it.each([
    ['{"model":"weir","messages":[]}', '{"model":"new","messages":[]}'],
    [' {\n "a" : 1 ,\t"model" : "we\\"ir" } ', ' {\n "a" : 1 ,\t"model" : "new" } '],
    ['{"mo\\u0064el":"weir"}', '{"mo\\u0064el":"new"}'],
    ['{"model":"a","model":"b"}', '{"model":"new","model":"new"}'],
    ['{"x":{"model":"in"},"model":"a"}', '{"x":{"model":"in"},"model":"new"}'],
    ['{"x":"\\"model\\":\\\\","model":"a"}', '{"x":"\\"model\\":\\\\","model":"new"}'],
    [
      '{"n":1e400,"big":12345678901234567890,"model":"a"}',
      '{"n":1e400,"big":12345678901234567890,"model":"new"}',
    ],
    ['{"weir":{"quality":1},"model":"a"}', '{"model":"new"}'],
    ['{"model":"a", "weir" : {"quality":1} }', '{"model":"new" }'],
    ['{"weir":1,"model":"a","weir":2}', '{"model":"new"}'],
    ['{"weir":1,"weir":2,"model":"a"}', '{"model":"new"}'],
    ['{"model":"a","weir":1,"weir":2,"z":0}', '{"model":"new","z":0}'],
    ['{"w\\u0065ir":1}', '{}'],
    ['{"x":{"weir":1},"model":"weir"}', '{"x":{"weir":1},"model":"new"}'],
  ])('%s', (before, after) => {
    expect(splice(before)).toBe(after)
  })

  it.each(['{"Model":"x"}', '{"model":"a","MODEL":"x"}', '{"\\u004dodel":"x"}', '{"Weir":1}'])(
    'refuses a key that differs only in case: %s',
    (text) => {
      expect(() => splice(text)).toThrow(expect.objectContaining({ code: 'request.body' }))
    },
  )

  it('escapes the new name', () => {
    expect(JSON.parse(splice('{"model":"a"}', 'q"\\\u00e9'))).toEqual({ model: 'q"\\\u00e9' })
  })

  it('survives depth and long strings with escapes at every place', () => {
    const deep = `{"d":${'['.repeat(50_000)}${']'.repeat(50_000)},"model":"a"}`
    expect(splice(deep).endsWith('"model":"new"}')).toBe(true)
    for (let length = 0; length < 80; length += 1) {
      const text = `{"s":${JSON.stringify(`${'x'.repeat(length)}\\"\\\\"model":"no`)},"model":"a"}`
      expect(splice(text)).toBe(text.replace(/"a"}$/, '"new"}'))
    }
  })
})

/** JSON text of a value with free whitespace and keys that are escaped at random. */
const space = fc.constantFrom('', ' ', '\n', '\t ', '\r\n')
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('model', 'weir', 'models', 'messages', 'a', '') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const escapedKey = fc.tuple(key, fc.nat()).map(([text, bits]) => {
  const units = text
    .split('')
    .map((unit, index) =>
      ((bits >> (index % 20)) & 1) === 1
        ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(unit).slice(1, -1),
    )
  return `"${units.join('')}"`
})
const value = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('{"model":"in","weir":[1]}', '[{"weir":"}"}]', '-0.5e+10', '"\\\\"', '"\\""'),
)
const body = fc
  .tuple(fc.array(fc.tuple(space, escapedKey, space, space, value, space), { maxLength: 8 }), space)
  .map(([members, end]) => {
    const texts = members.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`)
    return `${end}{${texts.join(',')}${texts.length === 0 ? end : ''}}${end}`
  })

describe('against JSON.parse', () => {
  it('changes model, removes weir, and keeps every other member', () => {
    fc.assert(
      fc.property(body, fc.string(), (text, model) => {
        const before: Record<string, unknown> = JSON.parse(text)
        const after: Record<string, unknown> = JSON.parse(splice(text, model))
        const expected = Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'weir'))
        if ('model' in before) expected['model'] = model
        expect(after).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the bytes outside the values of model and the weir members', () => {
    fc.assert(
      fc.property(body, (text) => {
        const bytes = Buffer.from(text)
        const { models, cuts } = mapBody(bytes)
        const out = spliceModel(bytes, { models, cuts: [] }, toName('\u0000'))
        let rest = out.toString('latin1')
        let from = 0
        for (let index = 0; index <= models.length; index += 2) {
          const piece = bytes.toString('latin1', from, models[index] ?? bytes.length)
          expect(rest.startsWith(piece)).toBe(true)
          rest = rest.slice(piece.length + '"\\u0000"'.length)
          from = models[index + 1] ?? bytes.length
        }
        expect(cuts.length % 2).toBe(0)
      }),
    )
  })

  it('adds a member at the end', () => {
    fc.assert(
      fc.property(body, fc.jsonValue(), (text, added) => {
        const out = spliceMember(Buffer.from(text), 'weir', added).toString()
        expect(JSON.parse(out)).toEqual({ ...JSON.parse(text), weir: JSON.parse(JSON.stringify(added)) })
      }),
    )
  })
})
