/** Rewriting in the bytes: what is set is set, what is taken out is gone, and everything else stays as it was written. */
import {
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  property,
  record,
  string,
  tuple,
  uniqueArray,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectChoice, setMembers, withoutLogprobs } from './rewrite.ts'
import { writeStream } from './write-stream.ts'

const text = (bytes: Buffer): string => bytes.toString('utf8')

describe('setMembers', () => {
  it('keeps numbers, escapes and order as they were written', () => {
    const body = '{ "seed": 12345678901234567890, "model" : "m", "n": 1, "x": "\\u00e9\\"}" , "n": 2 }'
    expect(text(setMembers(Buffer.from(body), { n: 5, logprobs: true }))).toBe(
      '{"seed": 12345678901234567890,"model" : "m","x": "\\u00e9\\"}","n":5,"logprobs":true}',
    )
    expect(text(setMembers(Buffer.from('{}'), { n: undefined, a: [1] }))).toBe('{"a":[1]}')
    // An escaped name is the same name.
    expect(text(setMembers(Buffer.from('{"\\u006e": 1, "m": 2}'), { n: 3 }))).toBe('{"m": 2,"n":3}')
  })

  it('is what setting members of the parsed object gives', () => {
    assert(
      property(
        dictionary(string({ maxLength: 4 }), jsonValue({ maxDepth: 2 })),
        jsonValue(),
        (body, value) => {
          const { n: _n, ...rest } = body
          const set = setMembers(Buffer.from(JSON.stringify(body, null, 1)), { n: value, gone: undefined })
          const { gone: _gone, ...expected } = { ...rest, n: value } as Record<string, unknown>
          expect(JSON.parse(text(set))).toEqual(JSON.parse(JSON.stringify(expected)))
        },
      ),
      { endOnFailure: true },
    )
  })
})

describe('withoutLogprobs', () => {
  it('makes them null in each choice, there only', () => {
    const body =
      '{"logprobs":1,"choices":[{"index":0,"logprobs":{"content":[{"token":"}","logprobs":2}]},"message":{"content":"\\"logprobs\\":3","logprobs":4}},{"logprobs":[]}]}'
    expect(text(withoutLogprobs(Buffer.from(body)))).toBe(
      '{"logprobs":1,"choices":[{"index":0,"logprobs":null,"message":{"content":"\\"logprobs\\":3","logprobs":4}},{"logprobs":null}]}',
    )
  })

  it('changes nothing else, whatever stands there', () => {
    const choice = record({ message: jsonValue({ maxDepth: 2 }), logprobs: jsonValue({ maxDepth: 2 }) })
    assert(
      property(uniqueArray(choice, { maxLength: 3 }), jsonValue({ maxDepth: 2 }), (choices, usage) => {
        const bytes = Buffer.from(JSON.stringify({ choices, usage }))
        const expected = { choices: choices.map((one) => ({ ...one, logprobs: null })), usage }
        expect(text(withoutLogprobs(bytes))).toBe(JSON.stringify(expected))
      }),
      { endOnFailure: true },
    )
  })

  it.each(['', 'x', '[1]', '{"choices":3}', '{"choices":[1,"a"]}', '{"a":'])('leaves %j alone', (body) => {
    expect(text(withoutLogprobs(Buffer.from(body)))).toBe(body)
  })
})

describe('selectChoice', () => {
  it('takes the choice at a position of their order by index, and calls it 0', () => {
    const completion = {
      id: 'c',
      choices: [
        { index: 1, x: 'b' },
        { index: 0, x: 'a' },
      ],
      usage: { n: 1 },
    }
    expect(selectChoice(completion, 1)).toEqual({ id: 'c', choices: [{ index: 0, x: 'b' }], usage: { n: 1 } })
    expect(selectChoice(completion, 9)).toMatchObject({ choices: [{ x: 'a' }] })
    expect(selectChoice('no completion', 0)).toBe('no completion')
  })
})

describe('writeStream', () => {
  it('says as a stream what the completion says', () => {
    const words = tuple(constantFrom('stop', 'length'), string({ maxLength: 20 }), string({ maxLength: 5 }))
    assert(
      property(words, ([finish, content, id]) => {
        const call = { id: 't', type: 'function', function: { name: 'f', arguments: content } }
        const message = { role: 'assistant', content, tool_calls: [call] }
        const stream = writeStream(
          {
            id,
            model: 'm',
            choices: [{ index: 0, message, finish_reason: finish }],
            usage: { prompt_tokens: 1 },
          },
          { includesUsage: true },
        )
        const events = stream.split('\n\n')
        expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
        const chunks = events.slice(0, -2).map((event) => JSON.parse(event.slice(6)) as Record<string, never>)
        expect(chunks.map((chunk) => chunk['choices'])).toMatchObject([
          [{ delta: { role: 'assistant', content: '' }, finish_reason: null }],
          [{ delta: { content, tool_calls: [{ index: 0, ...call }] }, finish_reason: null }],
          [{ delta: {}, finish_reason: finish }],
          [],
        ])
        expect(chunks.map((chunk) => chunk['usage'])).toEqual([null, null, null, { prompt_tokens: 1 }])
        expect(new Set(chunks.map((chunk) => chunk['id']))).toEqual(new Set([id]))
      }),
      { endOnFailure: true },
    )
  })
})
