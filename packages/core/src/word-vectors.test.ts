/** Word vectors: what words keep company with, read the same before and after saving. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadWordEmbedder, saveWordVectors } from './estimate/stored-word-vectors.ts'
import { createTextReader, createWordEmbedder, type WordVectors } from './estimate/word-vectors.ts'
import { listSubwords, splitWords } from './estimate/words.ts'
import { fitWordVectors } from './learn/fit-word-vectors.ts'
import { createRng } from './math/rng.ts'
import { checkEmbedder } from './suites/check-embedder.ts'
import { checkEncoder } from './suites/check-encoder.ts'
import { createEncoder } from './request/encoder.ts'
import { queryFromPrompt } from './request/query.ts'

/** Two worlds whose words never meet; "the" is in both. */
const WORLDS = [
  ['atom', 'electron', 'proton', 'orbit', 'photon', 'quark'],
  ['court', 'judge', 'lawsuit', 'appeal', 'verdict', 'plaintiff'],
] as const

function textsOf(count: number): string[] {
  const rng = createRng(5)
  return Array.from({ length: count }, (_, i) => {
    const world = WORLDS[i % 2] ?? []
    return Array.from({ length: 8 }, () => `the ${world[rng.int(world.length)] ?? ''}`).join(' ')
  })
}

const TEXTS = textsOf(200)
const FITTED = fitWordVectors(TEXTS, { dimension: 3, seed: 1 })

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, c) => sum + x * (b[c] ?? 0), 0)
}

describe('splitWords', () => {
  it('takes letters, digits, single signs; folds case and digits', () => {
    expect(splitWords("Don't add 12.5%!")).toEqual(["don't", 'add', '00', '.', '0', '%', '!'])
    expect(splitWords('這是 Ünïcode カナ')).toEqual(['這', '是', 'ünïcode', 'カ', 'ナ'])
    expect(splitWords('')).toEqual([])
  })

  it('reads ASCII as it reads the rest', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    })
    fc.assert(
      fc.property(printable, (text) => {
        // The ideograph sends it the long way round.
        expect(splitWords(`${text} 這`).slice(0, -1)).toEqual(splitWords(text))
      }),
    )
  })
})

describe('listSubwords', () => {
  it('lists every run of 3 to 5 characters of the marked word', () => {
    // <cat>: <ca cat at> <cat cat> <cat>: six.
    expect(listSubwords('cat', 1 << 30)).toHaveLength(6)
    expect(listSubwords('a', 1 << 30)).toHaveLength(1)
    expect(listSubwords('cat', 4).every((bucket) => bucket >= 0 && bucket < 4)).toBe(true)
  })
})

describe('createTextReader', () => {
  /** "a" along the first axis, "b" along the second, weights 1 and 1/2; no parts of words. */
  const vectors: WordVectors = {
    words: ['a', 'b'],
    vectors: { bytes: Int8Array.of(100, 0, 0, 100), width: 2, scale: 0.01 },
    weights: Float32Array.of(1, 0.5),
    subwords: { bytes: new Int8Array(8), width: 2, scale: 1 },
    common: new Float32Array(2),
  }

  it('is the weighted mean of the words, of length 1', () => {
    // (1, 0) + 2 * 0.5 (0, 1) = (1, 1) -> (0.7071, 0.7071)
    const [x = 0, y = 0] = createTextReader(vectors)('b a b')
    expect(x).toBeCloseTo(Math.SQRT1_2, 6)
    expect(y).toBeCloseTo(Math.SQRT1_2, 6)
  })

  it('takes the common direction away', () => {
    // s = (1, 1), u = (0, 1): what is left is (1, 0).
    const [x, y] = createTextReader({ ...vectors, common: Float32Array.of(0, 1) })('a b b')
    expect([x, y]).toEqual([1, 0])
  })

  it('says nothing of a text without words, or that is the common direction', () => {
    expect([...createTextReader(vectors)('  ')]).toEqual([0, 0])
    expect([...createTextReader({ ...vectors, common: Float32Array.of(1, 0) })('a')]).toEqual([0, 0])
  })
})

describe('fitWordVectors', () => {
  it('puts words near each other that keep the same company', async () => {
    const { vectors } = await FITTED
    const read = createTextReader(vectors)
    const meanOf = (a: readonly string[], b: readonly string[]): number => {
      const pairs = a.flatMap((one) =>
        b.filter((other) => other !== one).map((other) => [one, other] as const),
      )
      return pairs.reduce((sum, [one, other]) => sum + cosine(read(one), read(other)), 0) / pairs.length
    }
    const [atoms, courts] = WORLDS
    expect(Math.min(meanOf(atoms, atoms), meanOf(courts, courts))).toBeGreaterThan(
      meanOf(atoms, courts) + 0.3,
    )
  })

  it('guesses an unknown word from its parts', async () => {
    const read = createTextReader((await FITTED).vectors)
    expect(cosine(read('electrons'), read('electron'))).toBeGreaterThan(0.8)
  })

  it('weighs frequent words little: a / (a + share)', async () => {
    const { vectors } = await FITTED
    // "the" is half of all words: 0.001 / 0.501.
    expect(vectors.weights[vectors.words.indexOf('the')]).toBeCloseTo(0.001 / 0.501, 6)
  })

  it('gives the same bytes for the same texts and seed, and counts equal texts once', async () => {
    const again = await fitWordVectors([...TEXTS, ...TEXTS], { dimension: 3, seed: 1 })
    expect(saveWordVectors(again.vectors)).toBe(saveWordVectors((await FITTED).vectors))
    expect(again.texts).toBe(new Set(TEXTS).size)
  })

  it('refuses too few texts', async () => {
    await expect(fitWordVectors(TEXTS.slice(0, 20), { seed: 1 })).rejects.toThrow(/too few/)
  })
})

describe('stored word vectors', () => {
  it('read as before, and are known by their hash', async () => {
    const { vectors } = await FITTED
    const text = saveWordVectors(vectors)
    const embedder = loadWordEmbedder(text, 'enc.json')
    expect(embedder.spec).toMatchObject({ name: 'words', model: 'enc.json', dimension: 3 })
    expect(loadWordEmbedder(text, 'moved.json').spec.weightsHash).toBe(embedder.spec.weightsHash)
    const other = await fitWordVectors(TEXTS, { dimension: 3, seed: 2 })
    const { weightsHash } = loadWordEmbedder(saveWordVectors(other.vectors), 'enc.json').spec
    expect(weightsHash).not.toBe(embedder.spec.weightsHash)
    expect(embedder.embedNow?.('the electron appeal')).toEqual(
      createTextReader(vectors)('the electron appeal'),
    )
  })

  it('keep the contracts of embedders and of encoders', async () => {
    const { vectors } = await FITTED
    const embedder = createWordEmbedder(vectors, { model: 'x', weightsHash: 'y' })
    await checkEmbedder(embedder, ['the atom', 'court', '', '!?', 'electrons the the'])
    checkEncoder(createEncoder(embedder), [queryFromPrompt('the atom'), queryFromPrompt('')])
  })

  it.each([
    [
      'another kind of file',
      (text: string) => text.replace('"encoder"', '"artifact"'),
      'artifact.unreadable',
    ],
    ['a cut file', (text: string) => text.slice(0, -10), 'artifact.truncated'],
    [
      'a newer format',
      (text: string) => text.replace('"formatVersion":1', '"formatVersion":2'),
      'artifact.format_version',
    ],
  ])('%s is refused', async (_, damage, code) => {
    const text = damage(saveWordVectors((await FITTED).vectors))
    expect(() => loadWordEmbedder(text, 'x')).toThrow(expect.objectContaining({ code }) as Error)
  })
})
