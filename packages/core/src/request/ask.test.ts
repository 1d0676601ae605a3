import { describe, expect, it } from 'vitest'
import { isWeirError } from '../contract/errors.ts'
import { parseAsk, parseQuality, type AskSources } from './ask.ts'

const ask = (model: string, rest: Partial<AskSources> = {}): ReturnType<typeof parseAsk> =>
  parseAsk({ model, defaultQuality: 0.9, ...rest })

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isWeirError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('accepted')
}

describe('parseAsk', () => {
  it.each<[string, string, unknown]>([
    ['the default level', 'weir', { kind: 'quality', quality: 0.9 }],
    ['a level in the model name', 'weir@0.95', { kind: 'quality', quality: 0.95 }],
    ['the whole quality', 'weir@1', { kind: 'quality', quality: 1 }],
    ['RouteLLM, matrix factorisation', 'router-mf-0.11593', { kind: 'threshold', threshold: 1 - 0.11593 }],
    ['RouteLLM, with an underscore', 'router-sw_ranking-0.5', { kind: 'threshold', threshold: 0.5 }],
    ['RouteLLM, ends of the range', 'router-bert-1', { kind: 'threshold', threshold: 0 }],
    ['RouteLLM, without a leading zero', 'router-causal_llm-.25', { kind: 'threshold', threshold: 0.75 }],
    ['a router of another name', 'router-mine-0.3', { kind: 'threshold', threshold: 0.3 }],
    ['a real model', 'gpt-4o', { kind: 'model', model: 'gpt-4o' }],
    ['a real model that begins like weir', 'weirdo-7b', { kind: 'model', model: 'weirdo-7b' }],
    ['a real model that begins like a router', 'router-large', { kind: 'model', model: 'router-large' }],
  ])('reads %s', (_, model, expected) => {
    expect(ask(model)).toEqual(expected)
  })

  it('the most specific wins: body over header over model name over the default', () => {
    expect(ask('weir@0.7', { body: 0.5, header: '0.6' })).toEqual({ kind: 'quality', quality: 0.5 })
    expect(ask('weir@0.7', { header: '0.6' })).toEqual({ kind: 'quality', quality: 0.6 })
    expect(ask('weir@0.7')).toEqual({ kind: 'quality', quality: 0.7 })
    expect(ask('weir', { header: '0.6' })).toEqual({ kind: 'quality', quality: 0.6 })
  })

  it('a real model or a cut-off is not overruled by a level', () => {
    expect(ask('gpt-4o', { body: 0.5, header: '0.6' })).toEqual({ kind: 'model', model: 'gpt-4o' })
    expect(ask('router-mf-0.3', { header: '0.6' })).toEqual({ kind: 'threshold', threshold: 0.7 })
  })

  it.each<[string, string, Partial<AskSources>, string]>([
    ['a level of 0', 'weir@0', {}, 'model'],
    ['a level above 1', 'weir@1.01', {}, 'model'],
    ['no level after the sign', 'weir@', {}, 'model'],
    ['words', 'weir@high', {}, 'model'],
    ['a bad header', 'weir', { header: '95%' }, 'x-weir-quality'],
    ['an empty header', 'weir', { header: ' ' }, 'x-weir-quality'],
    ['a bad body', 'weir', { body: -0.1 }, 'weir.quality'],
    ['null in the body', 'weir', { body: null }, 'weir.quality'],
    ['an object in the body', 'weir', { body: { quality: 1 } }, 'weir.quality'],
  ])('refuses %s, naming where it stood', (_, model, rest, where) => {
    const message = codeOf(() => ask(model, rest))
    expect(message).toMatch(/^request\.quality: /)
    expect(message).toContain(where)
    expect(message).toContain('for example 0.95')
  })

  it('refuses a cut-off outside [0, 1]', () => {
    expect(codeOf(() => ask('router-mf-1.5'))).toMatch(/^request\.quality: .*router-mf-1\.5.*\[0, 1\]/)
  })
})

describe('parseQuality', () => {
  it('reads numbers and their decimal text', () => {
    expect([parseQuality(0.5, 'q'), parseQuality('0.5', 'q'), parseQuality('1', 'q')]).toEqual([0.5, 0.5, 1])
  })

  it('refuses what is not finite', () => {
    for (const value of [Number.NaN, Infinity, 'NaN', 'Infinity', true, [0.5], undefined]) {
      expect(codeOf(() => parseQuality(value, 'q'))).toMatch(/^request\.quality: q must be/)
    }
  })
})
