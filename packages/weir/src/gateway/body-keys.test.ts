import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkKeys } from './body-keys.ts'

function check(text: string): () => void {
  JSON.parse(text)
  return () => checkKeys(Buffer.from(text))
}

describe('keys of a body', () => {
  it.each([
    ['a key twice', '{"model":"a","model":"b"}'],
    ['a key that is not read, twice', '{"seed":1,"x":[],"seed":2}'],
    ['an escape that hides it', String.raw`{"model":"a","mod\u0065l":"b"}`],
    ['another case', '{"temperature":1,"Temperature":2}'],
    ['another case alone, of a key that is read', '{"Model":"a"}'],
    ['the same behind an escape', String.raw`{"\u004dodel":"a"}`],
    ['a long s, which folds to s', '{"me\u017f\u017fages":[]}'],
    ['a Kelvin sign, which folds to k', '{"max_to\u212aens":1}'],
    [
      'in a message',
      '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"a","role":"system"}]}',
    ],
    ['in a message, in another case', '{"messages":[{"role":"user","Content":"a"}]}'],
    [
      'in a part of a message',
      '{"messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}',
    ],
    ['in a member', '{"stream_options":{"include_usage":true,"include_usage":false}}'],
    ['behind items that are no objects', '{"stop":[1, "a", [2, "]"], null ,true],"n":1,"n":2}'],
    ['with space around', '{ "n" : 1 ,\n"n"\t:2 }'],
    ['empty', '{"":1,"":2}'],
    ['beyond the few', `{${Array.from({ length: 300 }, (_, i) => `"k${i}":0`).join()},"K7":1}`],
  ])('refused: %s', (_, text) => {
    expect(check(text)).toThrow(expect.objectContaining({ code: 'request.body' }))
  })

  it.each([
    [
      'keys of a schema, which may differ in case',
      '{"tools":[{"type":"function","function":{"a":1,"A":2}}]}',
    ],
    ['metadata in two cases', '{"metadata":{"Role":"x","role":"y"}}'],
    ['the same key in two messages', '{"messages":[{"role":"a"},{"role":"b"}]}'],
    ['an unknown key in capitals', '{"Seed":1}'],
    ['escapes of a key that is spelt rightly', String.raw`{"mod\u0065l":"a"}`],
    ['nothing', '{}'],
    ['brackets in strings', String.raw`{"a":"{\"n\":1,\"n\":2}","b":["}",{"x":"]"}]}`],
    ['a name of Object.prototype', '{"__proto__":{"a":1},"constructor":{"a":1},"toString":1}'],
    ['many', `{${Array.from({ length: 300 }, (_, i) => `"k${i}":0`).join()}}`],
  ])('taken: %s', (_, text) => {
    expect(check(text)).not.toThrow()
  })

  it('takes what JSON.stringify writes of any object without capitals', () => {
    const key = fc.string({ maxLength: 6 }).filter((text) => text === text.toUpperCase().toLowerCase())
    const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null))
    const tree = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, tree.any, { maxKeys: 5 }), (body) => {
        expect(check(JSON.stringify(body))).not.toThrow()
      }),
    )
  })

  it('refuses any body with one of its keys repeated, wherever it stands', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,8}$/), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(keys, fc.nat(), fc.nat(), (names, from, to) => {
        const repeated = names.toSpliced(to % (names.length + 1), 0, names[from % names.length] ?? '')
        expect(check(`{${repeated.map((name) => `"${name}":1`).join()}}`)).toThrow()
      }),
    )
  })
})
