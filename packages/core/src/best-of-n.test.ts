/** Best-of-n from rows to served answers, over rows of which the truth is known. */
import { describe, expect, it } from 'vitest'
import { trainBestOfN, createBestOfNService, type StoredBestOfN } from './best-of-n.ts'
import { isWeirError } from './contract/errors.ts'
import type { ArmEstimate } from './contract/estimate.ts'
import type { Outcome, Sample } from './contract/outcome.ts'
import type { Query } from './contract/query.ts'
import { createRng, type Rng } from './math/rng.ts'
import { replay } from './replay.ts'
import { createLexicalEncoder, LEXICAL_SPEC } from './request/lexical.ts'
import { queryFromPrompt } from './request/query.ts'
import type { River } from './serve.ts'

/** Chance that an answer of `little` is right. Wrong answers scatter, so that a vote of five finds the right one where it comes often. */
const TOPICS = [
  ['addition', 0.95],
  ['spelling', 0.6],
  ['theorem', 0.05],
] as const

/** `big` is right nine times in ten. An answer costs 1 and 20 cents. */
function createRows(count: number, seed: number): Outcome[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, (_, i): Outcome => {
    const [topic, chance] = TOPICS[rng.int(3)] ?? TOPICS[0]
    return {
      id: `${seed}-${i}`,
      prompt: `Please solve this ${topic} question, number ${rng.int(1_000_000)}.`,
      category: topic,
      models: {
        little: { costUsd: 0.01, samples: draw(rng, chance, 8) },
        big: { costUsd: 0.2, samples: draw(rng, 0.9, 1) },
      },
    }
  })
}

function draw(rng: Rng, chance: number, count: number): Sample[] {
  return Array.from({ length: count }, () =>
    rng.next() < chance ? { answer: 'right', score: 1 } : { answer: `wrong ${rng.int(1000)}`, score: 0 },
  )
}

const OPTIONS = { models: ['little'], reference: 'big', samples: [1, 5], seed: 1 } as const
const STORED = trainBestOfN(createRows(600, 1), OPTIONS)

function createRiver(stored: StoredBestOfN): River {
  return {
    pair: { small: 'little', large: 'big' },
    candidates: [{ model: 'little' }, { model: 'big' }],
    encoder: createLexicalEncoder(),
    estimator: { name: 'none', estimate: () => ({ pSmall: 0 }) },
    levels: { promise: [], estimate: [] },
    mode: 'estimate',
    confidence: 0.95,
    policy: 'best-of-n',
    services: { 'best-of-n': createBestOfNService(stored, LEXICAL_SPEC) },
  }
}

const RIVER = createRiver(STORED)

/** `prover` is right at theorems nine times in ten and at nothing else. */
function createSpecialistRows(count: number, seed: number): Outcome[] {
  const rng = createRng(seed)
  return createRows(count, seed).map((row) => {
    const chance = row.category === 'theorem' ? 0.9 : 0.05
    return { ...row, models: { ...row.models, prover: { costUsd: 0.03, samples: draw(rng, chance, 8) } } }
  })
}

const SPECIALIST_ROWS = createSpecialistRows(500, 7)
const SPECIALIST = trainBestOfN(SPECIALIST_ROWS, { ...OPTIONS, models: ['little', 'prover'] })

function armsOf(stored: StoredBestOfN): (topic: string) => readonly ArmEstimate[] {
  const { estimator } = createBestOfNService(stored, LEXICAL_SPEC)
  const encoder = createLexicalEncoder()
  return (topic) =>
    estimator?.estimate(encoder.encode(queryFromPrompt(`Please solve this ${topic} question, number 7.`)))
      .arms ?? []
}

function selectorOf(rows: readonly Outcome[]): StoredBestOfN['selector'] {
  return trainBestOfN(rows, { ...OPTIONS, selector: 'reward' }).selector
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return isWeirError(error) ? error.code : 'other'
  }
  return 'none'
}

describe('best-of-n', () => {
  it('knows how likely each arm is good enough', () => {
    const of = armsOf(STORED)
    // P(one answer >= big's) = chance + (1 - chance) / 10; the best of five is right at 0.6 with chance above 0.9.
    expect(of('addition')[0]?.pGoodEnough).toBeGreaterThan(0.85)
    expect(of('theorem')[1]?.pGoodEnough).toBeLessThan(0.4)
    expect((of('spelling')[1]?.gap ?? 0) - (of('spelling')[0]?.gap ?? 0)).toBeGreaterThan(0.2)
  })

  it('draws several answers where that helps, one where it does not need them, the reference where nothing helps', async () => {
    const chosen = new Map<string, string[]>()
    for (const row of createRows(300, 2)) {
      const done = await replay(RIVER, row, { kind: 'quality', quality: 0.95 })
      const { model = '', answers = [] } = done?.attempts[0] ?? {}
      const list = chosen.get(row.category ?? '') ?? []
      list.push(`${model} x${Math.max(1, answers.length)}`)
      chosen.set(row.category ?? '', list)
    }
    const shareOf = (topic: string, arm: string): number => {
      const all = chosen.get(topic) ?? []
      return all.filter((one) => one === arm).length / all.length
    }
    expect(shareOf('addition', 'big x1')).toBeLessThan(0.2)
    expect(shareOf('spelling', 'little x5')).toBeGreaterThan(0.8)
    expect(shareOf('theorem', 'big x1')).toBeGreaterThan(0.8)
  })

  it('keeps the level on fresh rows at less cost', async () => {
    let quality = 0
    let standard = 0
    let costUsd = 0
    const rows = createRows(600, 3)
    for (const row of rows) {
      const done = await replay(RIVER, row, { kind: 'quality', quality: 0.95, mode: 'promise' })
      quality += done?.accepted?.quality ?? 0
      costUsd += done?.accepted?.costUsd ?? 0
      standard += row.models['big']?.samples?.[0]?.score ?? 0
    }
    expect(quality / standard).toBeGreaterThan(0.95)
    expect(costUsd / rows.length).toBeLessThan(0.15)
  })

  it('thresholds never fall as the level rises', () => {
    for (const mode of ['estimate', 'promise'] as const) {
      const thresholds = STORED.levels[mode].map(({ threshold }) => threshold ?? 2)
      expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b))
    }
  })

  it('decides the same after a walk through JSON', async () => {
    const again = createRiver(JSON.parse(JSON.stringify(STORED)) as StoredBestOfN)
    for (const row of createRows(30, 4)) {
      const ask = { kind: 'quality', quality: 0.9 } as const
      expect((await replay(again, row, ask))?.decision).toEqual((await replay(RIVER, row, ask))?.decision)
    }
  })

  it('looks at a query once for all arms', async () => {
    const lexical = createLexicalEncoder()
    let passes = 0
    const encoder = {
      spec: lexical.spec,
      encode: (query: Query) => {
        passes += 1
        return lexical.encode(query)
      },
    }
    const [row] = createRows(1, 6)
    if (row === undefined) throw new Error('a row was asked for')
    await replay({ ...RIVER, encoder }, row, { kind: 'quality', quality: 0.9 })
    expect(passes).toBe(1)
  })

  // Apart, the trees are cut for one model's arms; together for all. The other readers are the same.
  it('heads learned together say what heads learned apart say, within 0.08', () => {
    const apart = armsOf(trainBestOfN(SPECIALIST_ROWS, { ...OPTIONS, models: ['prover'] }))
    const together = armsOf(SPECIALIST)
    for (const [topic] of TOPICS) {
      const same = together(topic).filter(({ model }) => model === 'prover')
      apart(topic).forEach((arm, i) => {
        expect(same[i]?.samples).toBe(arm.samples)
        expect(Math.abs((same[i]?.pGoodEnough ?? 2) - arm.pGoodEnough)).toBeLessThan(0.08)
      })
    }
  })

  it('a specialist takes its own topic and no other', async () => {
    const river = createRiver(SPECIALIST)
    const wider = { ...river, candidates: [...river.candidates, { model: 'prover' }] }
    const counts = new Map<string, { all: number; prover: number }>()
    for (const row of createSpecialistRows(300, 8)) {
      const done = await replay(wider, row, { kind: 'quality', quality: 0.95 })
      const count = counts.get(row.category ?? '') ?? { all: 0, prover: 0 }
      count.all += 1
      count.prover += done?.accepted?.model === 'prover' ? 1 : 0
      counts.set(row.category ?? '', count)
    }
    const shareOf = (topic: string): number => {
      const { all, prover } = counts.get(topic) ?? { all: 0, prover: 0 }
      return prover / all
    }
    expect(shareOf('theorem')).toBeGreaterThan(0.9)
    expect(shareOf('addition')).toBeLessThan(0.1)
    expect(shareOf('spelling')).toBeLessThan(0.1)
  })

  it('learns which of several open answers is best, and says how well', () => {
    const rng = createRng(9)
    const say = (isRight: boolean): Sample => ({
      response: isRight ? `It follows that ${rng.int(99)}.` : `I am not sure, perhaps ${rng.int(99)}, sorry.`,
      score: isRight ? 1 : 0,
    })
    const rows = createRows(200, 9).map((row): Outcome => ({
      ...row,
      models: {
        ...row.models,
        little: {
          costUsd: 0.01,
          samples: Array.from({ length: 8 }, () => say(rng.next() < 0.4)),
        },
      },
    }))
    const { selector, levels } = trainBestOfN(rows, { ...OPTIONS, selector: 'reward' })
    expect(selector).toMatchObject({ name: 'reward', isFooled: false })
    if (selector.name !== 'reward') return
    expect(selector.pairAccuracy).toBeGreaterThan(0.99)
    // 1 - 0.6^5 = 0.92 of five answers hold a right one.
    expect(selector.curve[1]?.quality).toBeGreaterThan(0.88)
    expect(levels.estimate.at(-10)?.threshold).not.toBeNull()
  })

  it('raises the alarm when more answers make the chosen one worse', () => {
    // Longer is better up to a point: in most rows 3 words against 12, which teaches length; in some rows 12 against a rambling 60, which only many
    // draws find. No word comes twice, so that nothing but length can be learned.
    const rng = createRng(11)
    const say = (words: number, score: number): Sample => ({
      response: Array.from({ length: words }, () => rng.int(1e9).toString(36)).join(' '),
      score,
    })
    const createFooling = (rambling: number): Outcome[] =>
      Array.from({ length: 200 }, (_, i): Outcome => {
        const isRambling = i % 10 < rambling
        const samples = Array.from({ length: 8 }, (_, k): Sample =>
          isRambling ? (k === 0 ? say(60, 0) : say(12, 0.8)) : k % 2 === 0 ? say(3, 0.6) : say(12, 0.8),
        )
        return {
          id: `${i}`,
          prompt: `Question ${i}`,
          models: { little: { costUsd: 0.01, samples }, big: { costUsd: 0.2, score: 1 } },
        }
      })
    expect(selectorOf(createFooling(0))).toMatchObject({ isFooled: false })
    expect(selectorOf(createFooling(3))).toMatchObject({ isFooled: true })
  })

  it('refuses rows without enough answers, and rows without cost', () => {
    expect(codeOf(() => trainBestOfN(createRows(100, 5), { ...OPTIONS, samples: [9] }))).toBe('data.too_few')
    const free = createRows(100, 5).map((row) => ({
      ...row,
      models: { little: { samples: row.models['little']?.samples ?? [] }, big: { score: 1 } },
    }))
    expect(codeOf(() => trainBestOfN(free, OPTIONS))).toBe('data.field')
  })
})
