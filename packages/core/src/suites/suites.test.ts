/** The contract suites must fail for what breaks a rule: a suite that passes everything proves nothing. */
import { describe, expect, it } from 'vitest'
import type { Mode, OperatingPoint } from '../contract/decision.ts'
import type { Encoder, Features } from '../contract/features.ts'
import type { Estimator } from '../contract/estimate.ts'
import type { Query } from '../contract/query.ts'
import type { River } from '../serve.ts'
import { checkEncoder, checkEstimator, checkRouter, createPlantedRows } from './index.ts'

const queryOf = (text: string): Query => ({
  turns: [{ role: 'user', text }],
  tools: 0,
  images: 0,
  wantsJson: false,
})
const QUERIES = ['0.1', '0.5', '0.95'].map(queryOf)

function featuresOf(text: string): Features {
  return {
    indices: Uint32Array.of(1, 3),
    values: Float32Array.of(1, 0.5),
    surface: Float32Array.of(Number(text)),
    truncated: false,
  }
}

const ENCODER: Encoder = {
  spec: { name: 'number', version: 1, buckets: 4, channels: [2, 4], surface: ['number'] },
  encode: ({ turns }) => featuresOf(turns[0]?.text ?? ''),
}
const ESTIMATOR: Estimator = { name: 'number', estimate: ({ surface }) => ({ pSmall: surface[0] ?? 0 }) }
function levelsOf(mode: Mode): OperatingPoint[] {
  return [0.5, 0.9, 1].map((quality) => ({
    quality,
    mode,
    threshold: quality === 1 ? null : quality,
    expectedCostAdvantage: 1 - quality,
    expectedQuality: quality,
  }))
}

const RIVER: River = {
  pair: { small: 's', large: 'l' },
  candidates: [{ model: 's' }, { model: 'l' }],
  encoder: ENCODER,
  estimator: ESTIMATOR,
  levels: { promise: levelsOf('promise'), estimate: levelsOf('estimate') },
  mode: 'estimate',
  confidence: 0.95,
}

describe('checkRouter', () => {
  it('passes a sound router', () => {
    checkRouter(RIVER, QUERIES, { reloaded: { ...RIVER } })
    checkRouter({ ...RIVER, candidates: RIVER.candidates.slice(0, 1) }, QUERIES)
  })

  const [low, high] = RIVER.levels.estimate
  it.each<[string, Partial<River>, RegExp]>([
    [
      'changes its mind',
      { estimator: { name: 'fickle', estimate: fickle() } },
      /query 0, .*decides differently when asked again/,
    ],
    [
      'gives no number',
      { estimator: { name: 'x', estimate: () => ({ pSmall: 1.5 }) } },
      /score must be a number/,
    ],
    [
      'gets costlier as less is asked',
      {
        levels: {
          ...RIVER.levels,
          estimate: [
            { ...low!, threshold: 0.99 },
            { ...high!, threshold: 0.2 },
            { ...high!, quality: 1, threshold: 0.2 },
          ],
        },
      },
      /query 1, .*goes back to the small model/,
    ],
    ['changes the query', { encoder: { ...ENCODER, encode: vandalise } }, /changes what it was given/],
    ['has no candidate', { candidates: [{ model: 'other' }] }, /no candidate/],
  ])('fails one that %s', (_, change, rule) => {
    expect(() =>
      checkRouter(
        { ...RIVER, ...change },
        QUERIES.map((query) => structuredClone(query)),
      ),
    ).toThrow(rule)
  })

  it('fails one that decides otherwise after saving and loading', () => {
    const reloaded = { ...RIVER, estimator: { name: 'x', estimate: () => ({ pSmall: 0.3 }) } }
    expect(() => checkRouter(RIVER, QUERIES, { reloaded })).toThrow(/after saving and loading/)
  })

  it('never shows a text', () => {
    const river = { ...RIVER, estimator: { name: 'x', estimate: () => ({ pSmall: 2 }) } }
    expect(() => checkRouter(river, [queryOf('a secret')])).not.toThrow(/secret/)
  })
})

describe('checkEstimator', () => {
  it('passes a sound one and fails others', () => {
    const seen = ['0.1', '0.9'].map(featuresOf)
    checkEstimator(ESTIMATOR, seen)
    expect(() => checkEstimator({ name: 'x', estimate: () => ({ pSmall: Number.NaN }) }, seen)).toThrow(
      /features 0.*NaN/,
    )
    expect(() => checkEstimator({ name: 'x', estimate: fickle() }, seen)).toThrow(/when asked again/)
    const greedy: Estimator = {
      name: 'greedy',
      estimate: ({ values }) => {
        values.fill(0)
        return { pSmall: 0.5 }
      },
    }
    expect(() => checkEstimator(greedy, ['0.1'].map(featuresOf))).toThrow(/changes what it was given/)
  })
})

describe('checkEncoder', () => {
  it('passes a sound one', () => {
    checkEncoder(ENCODER, QUERIES)
  })

  it.each<[string, Partial<Features>, RegExp]>([
    ['a bucket twice', { indices: Uint32Array.of(1, 1) }, /listed twice/],
    ['a bucket past the end', { indices: Uint32Array.of(1, 4) }, /not below 4/],
    ['an index too many', { indices: Uint32Array.of(1, 2, 3) }, /3 indices but 2 values/],
    ['NaN', { values: Float32Array.of(1, Number.NaN) }, /not a finite number/],
    ['a surface feature too many', { surface: Float32Array.of(1, 2) }, /2 surface features/],
    ['an infinite surface feature', { surface: Float32Array.of(-Infinity) }, /not finite: number/],
  ])('fails one that gives %s', (_, change, rule) => {
    const encoder: Encoder = { ...ENCODER, encode: (query) => ({ ...ENCODER.encode(query), ...change }) }
    expect(() => checkEncoder(encoder, QUERIES)).toThrow(rule)
  })

  it('fails one with a spec that contradicts itself, or with a memory', () => {
    const spec = { ...ENCODER.spec, channels: [2, 3] }
    expect(() => checkEncoder({ ...ENCODER, spec }, QUERIES)).toThrow(/channels must ascend to 4/)
    let asked = 0
    const counting: Encoder = { ...ENCODER, encode: () => featuresOf(String((asked += 1))) }
    expect(() => checkEncoder(counting, QUERIES)).toThrow(/other features when asked again/)
  })
})

describe('createPlantedRows', () => {
  it('gives the same rows for a seed, and scores that follow the chance', () => {
    expect(createPlantedRows({ rows: 20, seed: 1 })).toEqual(createPlantedRows({ rows: 20, seed: 1 }))
    const rows = createPlantedRows({ rows: 4000, seed: 1 })
    const mean = (part: typeof rows): number =>
      part.reduce((sum, { row, chance }) => sum + (row.models['little']?.score ?? 0) - chance, 0) /
      part.length
    expect(Math.abs(mean(rows))).toBeLessThan(0.03)
    expect(Math.abs(mean(rows.filter(({ chance }) => chance > 0.8)))).toBeLessThan(0.04)
  })
})

function fickle(): Estimator['estimate'] {
  let asked = 0
  return () => ({ pSmall: (asked++ % 7) / 7 })
}

function vandalise(query: Query): Features {
  Object.assign(query, { tools: query.tools + 1 })
  return featuresOf('0.5')
}
