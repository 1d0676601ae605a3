/** Comparisons on planted rows: the same rows for every method, no question on both sides, numbers of the code that serves. */
import { describe, expect, it } from 'vitest'
import { compare, type CompareOptions, type CompareProgress } from './compare.ts'
import type { Outcome } from './contract/outcome.ts'
import { averagePgr } from './math/average-pgr.ts'
import { createQualityCurve } from './math/quality-curve.ts'
import type { Lesson, Method } from './methods/method.ts'
import { POOL_METHODS } from './methods/pool-registry.ts'
import { METHODS } from './methods/registry.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide, type River } from './serve.ts'
import { createPlantedRows, PLANTED_PAIR } from './suites/planted-rows.ts'
import { train } from './train.ts'

const planted = createPlantedRows({ rows: 240, seed: 4 })
const rows = planted.map(({ row }) => row)
const HASH = 'a'.repeat(64)

/** Scores by a function of the text, through a river of its own; notes what it was given to learn from. */
function methodOf(name: string, pSmall: (text: string) => number, lessons: Lesson[] = []): Method {
  return {
    name,
    summary: '',
    async fit(lesson) {
      lessons.push(lesson)
      const river = createRiver(await lesson.train('trans'))
      let text = ''
      const noting: River = {
        ...river,
        encoder: {
          spec: river.encoder.spec,
          encode(query) {
            text = query.turns[0]?.text ?? ''
            return river.encoder.encode(query)
          },
        },
        estimator: { name, estimate: () => ({ pSmall: pSmall(text) }) },
      }
      return { river: noting, relaxation: null }
    },
  }
}

const chances = new Map(planted.map(({ row, chance }) => [row.prompt ?? '', chance]))
const oracle = (text: string): number => chances.get(text) ?? 0

function options(methods: readonly Method[], more: Partial<CompareOptions> = {}): CompareOptions {
  return {
    pair: PLANTED_PAIR,
    methods,
    seeds: [1],
    plan: { kind: 'share', trainingShare: 0.5 },
    dataHash: HASH,
    resamples: 200,
    ...more,
  }
}

const byName = (name: string): Method => METHODS.find((one) => one.name === name) as Method

describe('compare', () => {
  it('has the numbers of a router trained and decided by hand', async () => {
    const lessons: Lesson[] = []
    const spy = methodOf('spy', oracle, lessons)
    const { systems, splits } = await compare(rows, options([byName('prob'), spy]))
    const training = lessons[0]?.rows ?? []
    const artifact = await train(training, {
      pair: PLANTED_PAIR,
      method: 'prob',
      seed: 1,
      dataHash: HASH,
    })
    const river = createRiver(artifact)
    const tested = rows.filter((row) => !training.includes(row))
    const curve = createQualityCurve({
      scores: tested.map((row) => {
        const query = queryFromOutcome(row)
        return query === undefined
          ? -1
          : (decide(river, query, { kind: 'threshold', threshold: 0.5 }).score ?? -1)
      }),
      small: tested.map(({ models }) => models['little']?.score ?? 0),
      large: tested.map(({ models }) => models['big']?.score ?? 0),
    })
    expect(splits).toMatchObject([{ trainingRows: 120, testedRows: 120, estimatorFailures: 0 }])
    expect(systems.find(({ name }) => name === 'prob')?.statistics.apgr?.mean).toBeCloseTo(
      averagePgr(curve) ?? Number.NaN,
      12,
    )
  })

  it('gives every method the same rows, and no question to both sides', async () => {
    // Every question stands twice, once in capitals.
    const twice = rows.flatMap((row): Outcome[] => [
      row,
      { ...row, id: `${row.id}-again`, prompt: ` ${row.prompt?.toUpperCase()}` },
    ])
    const lessons: Lesson[] = []
    const two = [methodOf('one', oracle, lessons), methodOf('two', oracle, lessons)]
    const plan = { kind: 'folds', folds: 3 } as const
    const { splits, questions } = await compare(twice, options(two, { plan, trainingRows: 100 }))
    expect(questions).toBe(240)
    expect(splits.map(({ testedRows }) => testedRows)).toEqual([160, 160, 160])
    expect(lessons.length).toBe(6)
    for (const at of [0, 2, 4]) {
      expect(lessons[at]?.rows).toHaveLength(100)
      expect(lessons[at]?.rows).toEqual(lessons[at + 1]?.rows)
    }
  })

  it('tells a router that knows the truth from one that knows nothing', async () => {
    let next = 0
    const blind = methodOf('blind', () => (next = (next + 0.618) % 1))
    const { tests } = await compare(rows, options([blind, methodOf('oracle', oracle)]))
    expect(tests.find(({ method, against }) => method === 'oracle' && against === 'blind')?.verdict).toBe(
      'better',
    )
    expect(tests.find(({ against }) => against === 'bestPerTaskType')?.verdict).toBe('worse')
  })

  it('counts an estimator that fails, and goes on', async () => {
    const failing = methodOf('failing', () => {
      throw new Error('no')
    })
    const { splits } = await compare(rows, options([failing]))
    expect(splits[0]?.estimatorFailures).toBe(120)
  })

  it('stops when told to between steps', async () => {
    const steps: string[] = []
    const onProgress = ({ step }: CompareProgress): void => {
      steps.push(step)
      if (step === 'replaying') throw new Error('stopped')
    }
    await expect(compare(rows, options([byName('trans')], { onProgress }))).rejects.toThrow('stopped')
    expect(steps.at(-1)).toBe('replaying')
  })

  it('refuses rows that cannot be compared on', async () => {
    const methods = [byName('trans')]
    await expect(compare(rows.slice(0, 30), options(methods))).rejects.toMatchObject({ code: 'data.too_few' })
    await expect(
      compare(rows, options(methods, { pair: { small: 'tiny', large: 'big' } })),
    ).rejects.toMatchObject({ code: 'data.model' })
    const textless = rows.map(({ id, models }): Outcome => ({ id, models }))
    await expect(compare(textless, options(methods))).rejects.toMatchObject({ code: 'data.model' })
  })
})

/** For methods that read answers: the small model's say nothing beyond the question. */
function withAnswer(row: Outcome): Outcome {
  const { [PLANTED_PAIR.small]: ours, ...others } = row.models
  return { ...row, models: { ...others, [PLANTED_PAIR.small]: { ...ours, response: 'It is so.' } } }
}

/** Those for pools learn by the same wrapper (on-pair.ts), and pool-methods.test.ts asks more of each: one stands for them here. */
const TRIED: readonly Method[] = METHODS.filter(
  ({ name }) => name === 'table' || !POOL_METHODS.some((one) => one.name === name),
)

describe('methods', () => {
  it('have names that a command line can take, each once', () => {
    const names = METHODS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
  })

  it('all learn something from planted rows', async () => {
    const { systems } = await compare(rows.map(withAnswer), options(TRIED))
    for (const { name } of TRIED) {
      const apgr = systems.find((one) => one.name === name)?.statistics.apgr?.mean
      expect(apgr, name).toBeGreaterThan(0.55)
    }
    // The table's scores rank; they are no probabilities.
    expect(systems.find(({ name }) => name === 'table')?.statistics.expectedCalibrationError).toBeNull()
    expect(systems.find(({ name }) => name === 'label')?.statistics.expectedCalibrationError).not.toBeNull()
  })
})
