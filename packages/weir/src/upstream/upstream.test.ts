import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCallersFault } from './answer.ts'
import { parseBaseUrl } from './base-url.ts'
import { isWholeObject } from './json-scan.ts'
import { meterCostUsd, readUsage, readUsageFromTail, Tail, TAIL_BYTES } from './usage.ts'

describe('parseBaseUrl', () => {
  it.each([
    ['http://localhost:11434', 'http://localhost:11434', '/v1'],
    ['http://localhost:11434/', 'http://localhost:11434', '/v1'],
    ['http://localhost:11434/v1', 'http://localhost:11434', '/v1'],
    ['https://openrouter.ai/api/v1/', 'https://openrouter.ai', '/api/v1'],
    ['https://host/v1beta/openai', 'https://host', '/v1beta/openai'],
    ['https://host/openai', 'https://host', '/openai/v1'],
    ['HTTPS://Host:443/V/', 'https://host', '/V/v1'],
  ])('%s', (text, origin, path) => {
    expect(parseBaseUrl(text)).toEqual({ origin, path })
  })
  it.each([
    '',
    'host:80',
    'ftp://host',
    '/v1',
    'http://u@host',
    'http://:p@host',
    'http://host?x=1',
    'http://host#x',
  ])('refuses %j', (text) => {
    expect(() => parseBaseUrl(text)).toThrow(expect.objectContaining({ code: 'config.value' }))
  })
})

describe('usage', () => {
  it('is read leniently', () => {
    expect(readUsage({ usage: { prompt_tokens: 3, completion_tokens: 4 } })).toEqual({
      inputTokens: 3,
      outputTokens: 4,
    })
    expect(readUsage({ usage: { prompt_tokens: 3 } })).toEqual({ inputTokens: 3 })
    for (const usage of [
      null,
      7,
      [],
      {},
      { prompt_tokens: '3' },
      { prompt_tokens: -1 },
      { prompt_tokens: 1.5 },
    ]) {
      expect(readUsage({ usage })).toBeUndefined()
    }
    expect(readUsage('usage')).toBeUndefined()
  })

  it('is found in the last events of a stream, even when the tail begins in the middle of one', () => {
    const last = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
    const early =
      'data: {"choices":[{"delta":{"content":"\\"usage\\":{\\"prompt_tokens\\":9}"}}],"usage":null}\n\n'
    const found = { inputTokens: 1, outputTokens: 2 }
    expect(readUsageFromTail(`ices":[]}\n\n${early}${last}data: [DONE]\n\n`)).toEqual(found)
    expect(readUsageFromTail(last.replaceAll('\n', '\r\n'))).toEqual(found)
    expect(readUsageFromTail(`${early}data: [DONE]\n\n`)).toBeUndefined()
    expect(readUsageFromTail(`${last}${early.repeat(9)}`)).toBeUndefined()
    expect(readUsageFromTail('data: {"usage":{broken\n\n')).toBeUndefined()
  })

  it('costs what the prices say', () => {
    // 12 * 2.5 + 34 * 10 = 370 USD per million
    const usage = { inputTokens: 12, outputTokens: 34 }
    expect(meterCostUsd({ model: 'm', inputUsdPerMTok: 2.5, outputUsdPerMTok: 10 }, usage)).toBeCloseTo(
      370e-6,
      12,
    )
    expect(meterCostUsd({ model: 'm', inputUsdPerMTok: 0, outputUsdPerMTok: 0 }, usage)).toBe(0)
    expect(meterCostUsd({ model: 'm', inputUsdPerMTok: 2.5 }, usage)).toBeUndefined()
    expect(
      meterCostUsd({ model: 'm', inputUsdPerMTok: 1, outputUsdPerMTok: 1 }, { inputTokens: 1 }),
    ).toBeUndefined()
    expect(meterCostUsd({ model: 'm', inputUsdPerMTok: 1, outputUsdPerMTok: 1 }, undefined)).toBeUndefined()
  })

  it('the tail keeps the end of a stream in bounded memory, whatever its pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 60 }), (sizes) => {
        const tail = new Tail()
        let all = ''
        sizes.forEach((size, index) => {
          const text = String.fromCharCode(97 + (index % 26)).repeat(size)
          all += text
          tail.push(Buffer.from(text))
        })
        const kept = tail.toString()
        expect(all.endsWith(kept)).toBe(true)
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(all.length, TAIL_BYTES))
        expect(kept.length).toBeLessThan(2 * TAIL_BYTES + 2 * 9000)
      }),
    )
  })
})

describe('isWholeObject', () => {
  it.each(['{}', ' {"a":"}"} \n', '{"a":[{"b":"\\"}"}]}'])('takes %j', (text) => {
    expect(isWholeObject(Buffer.from(text))).toBe(true)
  })
  it.each(['', '[]', '"x"', 'null', '{', '{"a":{}', '{"a":"}', '{}{}', '{} x', '<html>', '{"a":"\\"}'])(
    'refuses %j',
    (text) => {
      expect(isWholeObject(Buffer.from(text))).toBe(false)
    },
  )
  it('takes every object that JSON.stringify writes, and no beginning of one', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const bytes = Buffer.from(JSON.stringify(value))
        expect(isWholeObject(bytes)).toBe(true)
        expect(isWholeObject(bytes.subarray(0, cut % bytes.length))).toBe(false)
      }),
    )
  })
})

describe('isCallersFault', () => {
  it.each([
    [400, true],
    [413, true],
    [422, true],
    [401, false],
    [403, false],
    [404, false],
    [408, false],
    [429, false],
    [500, false],
    [302, false],
  ])('%i with the operator\u2019s key: %s', (status, expected) => {
    expect(isCallersFault(status, false)).toBe(expected)
  })
  it('a refused key is the caller\u2019s when it was the caller\u2019s', () => {
    expect([401, 403].map((status) => isCallersFault(status, true))).toEqual([true, true])
  })
})
