import { describe, expect, it } from 'vitest'
import { parseLoosely, readUsage, withoutText } from './usage.ts'

const bodies: readonly object[] = [
  {
    id: 'c',
    choices: [{ message: { content: 'a "usage": {"prompt_tokens": 9}' } }],
    usage: { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
    service_tier: 'flex',
  },
  {
    type: 'message',
    content: [{ type: 'text', text: '}' }],
    usage: { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 5 },
  },
  { object: 'response', output: [{ content: [] }], usage: { input_tokens: 3, output_tokens: 4 } },
  { candidates: [{}], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } },
  { output: { message: {} }, usage: { inputTokens: 3, outputTokens: 4 } },
  { data: [{ embedding: [0.1] }], usage: { prompt_tokens: 7, total_tokens: 7 } },
  { model: 'ü', prompt_eval_count: 3, eval_count: 4 },
  { text: 'a', meta: { billed_units: { input_tokens: 3, output_tokens: 4 } } },
  { choices: [] },
  {},
]

describe('an answer without its text', () => {
  it.each(bodies)('tells the same usage: %j', (body) => {
    for (const text of [JSON.stringify(body), ` ${JSON.stringify(body, null, 2)}\n`]) {
      const short = withoutText(Buffer.from(text))
      expect(short).not.toMatch(/"(?:choices|content|output|candidates|data)":\s*[[{"]/)
      expect(readUsage(parseLoosely(short))).toEqual(readUsage(parseLoosely(text)))
    }
  })
})
