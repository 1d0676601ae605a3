import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Features } from '../contract/features.ts'
import type { Query, Role, Turn } from '../contract/query.ts'
import { checkEncoder } from '../suites/check-encoder.ts'
import { CONTEXT_LIMIT_CHARS, MAIN_LIMIT_CHARS } from './excerpt.ts'
import { createLexicalEncoder, LEXICAL_SPEC } from './lexical.ts'
import { SURFACE_NAMES } from './surface.ts'

const encoder = createLexicalEncoder()

function query(...turns: readonly (readonly [Role, string])[]): Query {
  return { turns: turns.map(([role, text]): Turn => ({ role, text })), tools: 0, images: 0, wantsJson: false }
}

const encode = (...turns: readonly (readonly [Role, string])[]): Features => encoder.encode(query(...turns))

/** Value of every bucket of `seen` that `word` alone has in the word channel; 0 where it is missing. */
function weightOf(word: string, seen: Features): number {
  const alone = encode(['user', word])
  const [wordEnd = 0] = LEXICAL_SPEC.channels
  const buckets = [...alone.indices].filter((bucket) => bucket < wordEnd)
  return Math.min(...buckets.map((bucket) => seen.values[seen.indices.indexOf(bucket)] ?? 0))
}

const surface = (name: string, seen: Features): number =>
  seen.surface[SURFACE_NAMES.indexOf(name)] ?? Number.NaN
const sorted = ({ indices, values }: Features): unknown =>
  [...indices].map((bucket, i) => [bucket, values[i]]).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))

const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const role = fc.constantFrom<Role>('user', 'assistant', 'tool')
const turn = fc.tuple(role, text)

const SAMPLES: readonly Query[] = [
  query(['user', 'What is 2 + 2?']),
  query(['user', '']),
  query(['system', 'Only rules here.']),
  query(),
  query(['assistant', 'No user yet.']),
  query(['system', 'Be brief.'], ['user', 'Hi'], ['assistant', 'Hello!'], ['user', 'Prove it.']),
  query(['user', '这是一个问题。日本語の質問です。']),
  query(['user', 'مرحبا بالعالم שלום עולם']),
  query(['user', '🎉👩‍👩‍👧‍👦 naïve café İstanbul ﬁ \u0000 \uD800']),
  query(['user', 'x'.repeat(50_000)]),
  { ...query(['user', 'With tools']), tools: 40, images: 3, wantsJson: true },
]

describe('lexical encoder, the contract of encoders', () => {
  it('holds on odd conversations', () => {
    checkEncoder(encoder, SAMPLES)
  })

  it('holds on any conversation', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 4 }), (turns) => {
        checkEncoder(encoder, [query(...turns)])
      }),
    )
  })

  it('two encoders agree, whatever either has read before', () => {
    const other = createLexicalEncoder()
    other.encode(query(['user', 'something else entirely']))
    for (const sample of SAMPLES) expect(other.encode(sample)).toEqual(encoder.encode(sample))
  })
})

describe('lexical encoder, what it reads', () => {
  it('a system prompt changes nothing', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), text, fc.nat(4), (turns, prompt, at) => {
        const with_ = turns.toSpliced(Math.min(at, turns.length), 0, ['system', prompt] as never)
        expect(encode(...with_)).toEqual(encode(...turns))
      }),
    )
  })

  it('a long system prompt does not even count as truncated', () => {
    expect(encode(['system', 'rule '.repeat(20_000)], ['user', 'Hi']).truncated).toBe(false)
  })

  it('reads system turns when there is nothing else', () => {
    expect(sorted(encode(['system', 'Only rules here.']))).toEqual(
      sorted(encode(['user', 'Only rules here.'])),
    )
  })

  it('weighs the last user turn most, also when the assistant or a tool spoke after it', () => {
    const seen = encode(
      ['user', 'zebra'],
      ['assistant', 'giraffe'],
      ['user', 'elephant'],
      ['assistant', 'monkey'],
      ['tool', 'parrot'],
    )
    const main = weightOf('elephant', seen)
    for (const word of ['zebra', 'giraffe', 'monkey', 'parrot']) {
      expect(weightOf(word, seen)).toBeGreaterThan(0)
      expect(weightOf(word, seen)).toBeLessThan(main / 2)
    }
  })

  it('a word said in the question outweighs one said a few times before it', () => {
    const seen = encode(['user', 'zebra zebra zebra'], ['user', 'elephant'])
    expect(weightOf('elephant', seen)).toBeGreaterThan(weightOf('zebra', seen))
  })

  it('a long history does not drown the question: its words keep their values', () => {
    const history = Array.from(
      { length: 30 },
      (_, i) => ['user', `earlier matter ${'talk '.repeat(100)} ${i}`] as const,
    )
    const question = 'Integrate elephant over giraffe'
    const seen = encode(...history, ['user', question])
    for (const word of ['integrate', 'elephant', 'giraffe']) {
      expect(weightOf(word, seen)).toBeGreaterThanOrEqual(weightOf(word, encode(['user', question])))
    }
    expect(seen.truncated).toBe(true)
  })

  it('of a long history reads the latest turns first', () => {
    const old = ['user', `zebra ${'talk '.repeat(CONTEXT_LIMIT_CHARS)}`] as const
    const seen = encode(old, ['assistant', 'giraffe'], ['user', 'Go on.'])
    expect(weightOf('giraffe', seen)).toBeGreaterThan(0)
  })

  it('does not mind case, and reads digits as digits, not as which', () => {
    expect(sorted(encode(['user', 'HELLO World']))).toEqual(sorted(encode(['user', 'hello world'])))
    expect(sorted(encode(['user', 'in 1987']))).toEqual(sorted(encode(['user', 'in 2024'])))
    expect(sorted(encode(['user', 'in 7']))).not.toEqual(sorted(encode(['user', 'in 2024'])))
  })

  it('parts scripts without spaces into their characters', () => {
    const seen = encode(['user', '这是问题'])
    for (const character of '这是问题') expect(weightOf(character, seen)).toBeGreaterThan(0)
  })
})

describe('lexical encoder, sizes', () => {
  it('reads a text up to the documented size whole, and says when it did not', () => {
    expect(encode(['user', 'a '.repeat(MAIN_LIMIT_CHARS / 2)]).truncated).toBe(false)
    expect(encode(['user', 'a '.repeat(MAIN_LIMIT_CHARS / 2 + 1)]).truncated).toBe(true)
  })

  it('of a text of 1 MB sees head, middle and tail', () => {
    const half = 'lorem ipsum '.repeat(44_000)
    const seen = encode(['user', `zebra ${half} elephant ${half} giraffe`])
    expect(seen.truncated).toBe(true)
    for (const word of ['zebra', 'elephant', 'giraffe']) expect(weightOf(word, seen)).toBeGreaterThan(0)
  })
})

describe('surface features', () => {
  it('have one number a name, all finite and of the order of 1', () => {
    for (const sample of SAMPLES) {
      const { surface: values } = encoder.encode(sample)
      expect(values.length).toBe(SURFACE_NAMES.length)
      for (const value of values) {
        expect(Number.isFinite(value)).toBe(true)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(3)
      }
    }
  })

  it.each([
    ['digitFraction', '12345', 'words'],
    ['numbers', '1 and 2 and 3', 'one and two'],
    ['questionMarks', 'why? how?', 'because'],
    ['mathSymbols', 'x^2 + y = 3', 'x and y'],
    ['codeFences', '```js\nx\n```', 'x'],
    ['answerOptions', 'Which?\nA. one\nB. two\nC. three', 'Which one is it'],
    ['listItems', '- one\n- two', 'one two'],
    ['indentedLineFraction', 'def f():\n  return 1', 'def f'],
    ['constraints', 'You must use exactly three words', 'Say something'],
    ['negations', 'Which is not false', 'Which is true'],
    ['ideographFraction', '这是问题', 'question'],
    ['nonAsciiFraction', 'naïve café', 'naive cafe'],
    ['upperFraction', 'SHOUTING', 'whisper'],
    ['lines', 'a\nb\nc', 'a b c'],
    ['chars', 'long '.repeat(50), 'short'],
    ['braces', '{[()]}', 'none'],
    ['blanks', 'fill ____ in', 'fill it in'],
  ])('%s is higher for %j than for %j', (name, high, low) => {
    expect(surface(name, encode(['user', high]))).toBeGreaterThan(surface(name, encode(['user', low])))
  })

  it('see the conversation and what it needs', () => {
    const plain = encode(['user', 'Hi'])
    const long = encode(['user', 'Hi'], ['assistant', 'Hello'], ['user', 'Hi'])
    for (const name of ['turns', 'contextChars']) {
      expect(surface(name, plain)).toBe(0)
      expect(surface(name, long)).toBeGreaterThan(0)
    }
    const needy = encoder.encode({ ...query(['user', 'Hi']), tools: 2, images: 1, wantsJson: true })
    for (const name of ['tools', 'images', 'wantsJson']) {
      expect(surface(name, plain)).toBe(0)
      expect(surface(name, needy)).toBeGreaterThan(0)
    }
  })
})
