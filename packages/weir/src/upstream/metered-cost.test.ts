/** What the usage bodies of all providers cost (e2e/usage), how usage is found in a stream, and how it adds up. */
import { describe, expect, it } from 'vitest'
import { loadPrices } from '../config/price-catalogue.ts'
import { addUsage, meterCostUsd, shareUsage } from './metered-cost.ts'
import { readUsage, readUsageFromTail, Tail } from './usage.ts'
import { ANTHROPIC } from '../../e2e/usage/anthropic.ts'
import { CLOUDS } from '../../e2e/usage/clouds.ts'
import { gemini, message } from '../../e2e/usage/fixture.ts'
import { OPENAI } from '../../e2e/usage/openai.ts'
import { OTHERS } from '../../e2e/usage/others.ts'

const FIXTURES = [...OPENAI, ...ANTHROPIC, ...CLOUDS, ...OTHERS]
const catalogue = loadPrices('built-in')

describe('what providers report', () => {
  it('is at least 60 bodies', () => expect(FIXTURES.length).toBeGreaterThanOrEqual(60))

  it.each(FIXTURES)('%s', (_name, body, prices, micros) => {
    const costUsd = meterCostUsd(prices, readUsage(body))
    if (micros === undefined) expect(costUsd).toBeUndefined()
    else expect(Math.abs((costUsd ?? Number.NaN) * 1e6 - micros)).toBeLessThanOrEqual(micros * 0.001)
  })
})

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function tailOf(text: string): Tail {
  const tail = new Tail()
  for (let at = 0; at < text.length; at += 3000) tail.push(Buffer.from(text.slice(at, at + 3000)))
  return tail
}

describe('streams', () => {
  const filler = data({
    type: 'content_block_delta',
    delta: { type: 'text_delta', text: 'x'.repeat(2000) },
  }).repeat(40)

  it('messages: the prompt from the beginning, the answer from the end', () => {
    const start = data({
      type: 'message_start',
      message: message({ input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 1 }),
    })
    const end =
      data({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 55 } }) +
      data({ type: 'message_stop' })
    expect(tailOf(start + filler + end).usage()).toEqual({
      inputTokens: 112,
      cachedInputTokens: 100,
      outputTokens: 55,
    })
    // Broken off: what the beginning said is still known.
    expect(tailOf(start + filler).usage()).toMatchObject({ inputTokens: 112 })
  })

  it('responses: the last event may be longer than the tail', () => {
    const output = [
      {
        type: 'message',
        content: [{ type: 'output_text', text: 'say "usage":{"input_tokens":1} '.repeat(2000) }],
      },
    ]
    const end = data({
      type: 'response.completed',
      response: {
        object: 'response',
        output,
        usage: { input_tokens: 3, input_tokens_details: { cached_tokens: 1 }, output_tokens: 4 },
        user: null,
      },
    })
    expect(tailOf(filler + end).usage()).toEqual({ inputTokens: 3, cachedInputTokens: 1, outputTokens: 4 })
  })

  it('what a text says of usage is not usage', () => {
    expect(
      readUsageFromTail(`${'x'.repeat(100)} \\"usage\\":{\\"prompt_tokens\\":9,\\"completion_tokens\\":9}`),
    ).toBeUndefined()
  })

  it('gemini: the last event counts', () => {
    const events = [1, 2, 3]
      .map((n) => data(gemini({ promptTokenCount: 5, candidatesTokenCount: n })))
      .join('')
    expect(readUsageFromTail(events)).toEqual({ inputTokens: 5, outputTokens: 3 })
  })

  it('bedrock: JSON between binary frames; ollama: lines', () => {
    const frame = `\u0000\u0001:event-type\u0007metadata{"metrics":{"latencyMs":5},"usage":{"inputTokens":5,"outputTokens":6,"totalTokens":11}}\u0002\u0003`
    expect(readUsageFromTail(frame)).toEqual({ inputTokens: 5, outputTokens: 6 })
    expect(readUsageFromTail('{"done":false}\n{"done":true,"prompt_eval_count":5,"eval_count":6}\n')).toEqual(
      { inputTokens: 5, outputTokens: 6 },
    )
  })
})

describe('several calls', () => {
  it('add up; a total is known when all know it, a part when one does', () => {
    expect(
      addUsage([
        { inputTokens: 1, outputTokens: 2, cachedInputTokens: 1 },
        { inputTokens: 3, outputTokens: 4 },
      ]),
    ).toEqual({ inputTokens: 4, outputTokens: 6, cachedInputTokens: 1 })
    expect(addUsage([{ inputTokens: 1 }, undefined])).toEqual({})
  })
  it('are shared out', () => {
    expect(
      shareUsage(
        { inputTokens: 4, outputTokens: 6, reasoningTokens: 2, serviceTier: 'flex' },
        { input: 1, output: 0.5 },
      ),
    ).toEqual({ inputTokens: 4, outputTokens: 3, reasoningTokens: 1, serviceTier: 'flex' })
  })
})

describe('the catalogue', () => {
  it('is dated, and a name on another host has no price', () => {
    expect(catalogue.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(catalogue.find({ baseUrl: 'http://localhost:8000', name: 'gpt-4o' })).toBeUndefined()
    expect(catalogue.find({ baseUrl: 'https://api.openai.com.evil.example', name: 'gpt-4o' })).toBeUndefined()
    expect(loadPrices('none').find({ baseUrl: 'https://api.openai.com', name: 'gpt-4o' })).toBeUndefined()
  })
})
