/** Streams as answers: the same wherever the bytes are cut, and as the whole body would have been read. */
import { array, assert, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCompletion } from './read-completion.ts'
import { StreamReader } from './read-stream.ts'

const chunk = (choices: unknown, rest: object = {}): string =>
  `data: ${JSON.stringify({ choices, ...rest })}\n\n`

const token = (text: string, logprob: number): object => ({
  content: [
    {
      token: text,
      logprob,
      top_logprobs: [
        { token: '~', logprob: -3 },
        { token: text, logprob },
      ],
    },
  ],
})

const STREAM = [
  ': a comment\r\n\r\n',
  chunk([{ index: 1, delta: { role: 'assistant', content: 'second' }, finish_reason: null }]),
  chunk([{ index: 0, delta: { content: 'Hé' }, logprobs: token('Hé', -0.5), finish_reason: null }]),
  chunk([{ index: 0, delta: { content: '🌊' }, logprobs: token('🌊', 0.001), finish_reason: null }]),
  chunk([
    { index: 0, delta: { tool_calls: [{ index: 0, id: 't', function: { name: 'add', arguments: '' } }] } },
  ]),
  chunk([{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] } }]),
  chunk([{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '1}' } }] } }]),
  chunk([{ index: 0, delta: {}, finish_reason: 'tool_calls' }]),
  chunk([{ index: 1, delta: {}, finish_reason: 'stop' }]),
  chunk([], { usage: { prompt_tokens: 3, completion_tokens: 4 } }),
  'data: [DONE]\n\n',
].join('')

const WHOLE = {
  choices: [
    { index: 1, message: { content: 'second' }, finish_reason: 'stop' },
    {
      index: 0,
      message: { content: 'Hé🌊', tool_calls: [{ function: { name: 'add', arguments: '{"a":1}' } }] },
      logprobs: {
        content: [
          ...(token('Hé', -0.5) as { content: [] }).content,
          ...(token('🌊', 0.001) as { content: [] }).content,
        ],
      },
      finish_reason: 'tool_calls',
    },
  ],
}

function read(pieces: readonly Buffer[]): StreamReader {
  const reader = new StreamReader()
  for (const piece of pieces) reader.push(piece)
  reader.end()
  return reader
}

describe('StreamReader', () => {
  it('reads the same wherever the bytes are cut, and the same as of the whole body', () => {
    const bytes = Buffer.from(STREAM)
    const expected = readCompletion(WHOLE)
    expect(expected[0]?.tokens?.map(({ logprob }) => logprob)).toEqual([-0.5, 0])
    expect(expected[0]?.tokens?.[0]?.top?.map((one) => one.token)).toEqual(['Hé', '~'])
    assert(
      property(array(nat(bytes.length), { maxLength: 12 }), (places) => {
        const ends = [...places, bytes.length].toSorted((a, b) => a - b)
        const reader = read(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)))
        expect(reader.answers()).toEqual(expected)
        expect(reader.usage).toEqual({ inputTokens: 3, outputTokens: 4 })
        expect([reader.isComplete, reader.fault]).toEqual([true, undefined])
      }),
      { endOnFailure: true },
    )
  })

  it.each([
    ['an error event', 'data: {"error":{"message":"x"}}\n\n', 'error_event'],
    ['an event named error', 'event: error\ndata: {"message":"x"}\n\n', 'error_event'],
    ['garbage', 'data: {"choices":[\n\n', 'not_json'],
    ['a list', 'data: []\n\n', 'not_json'],
  ])('sees %s', (_name, text, fault) => {
    expect(read([Buffer.from(text)]).fault).toBe(fault)
    expect(read([Buffer.from('event: done\n\ndata: {"error":null,"choices":[]}\n\n')]).fault).toBeUndefined()
  })

  it('is complete with [DONE] or when every choice has finished, and not before', () => {
    const one = chunk([{ index: 0, delta: { content: 'x' } }])
    const done = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
    const streams = [one, one + done, `${one}data: [DONE]`, done + one.replace('0', '1'), '']
    expect(streams.map((text) => read([Buffer.from(text)]).isComplete)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })
})
