/**
 * Evaluation on recorded outcomes: agrees with the acceptance script's own metrics, and with the published headroom. Skipped, and
 * reported so, where the data is absent.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  averagePgr,
  costAdvantageAtDrop,
  createOutcomeSummarizer,
  createQualityCurve,
  createRng,
  toPairOutcome,
  type OutcomeSummary,
} from '@weir/core'
import { describe, expect, it } from 'vitest'
import { readOutcomes } from '../src/record/outcome-file.ts'

const SHARED = join(import.meta.dirname, '../../../../shared')
const DATA = process.env['WEIR_DATA'] ?? join(SHARED, 'data')
const ACCEPT = join(SHARED, 'accept/accept.mjs')
const file = (name: string): string => join(DATA, `${name}.jsonl.gz`)

type Measure = (
  scores: readonly number[],
  small: readonly number[],
  large: readonly number[],
) => Readonly<Record<'apgr' | 'kept@0' | 'kept@0.01' | 'kept@0.05' | 'operatingPoints', number>>

/** The script runs on import, so its function is taken out of its text. */
async function loadMeasure(): Promise<Measure> {
  const source = /^function measure\([\s\S]*?^}/m.exec(readFileSync(ACCEPT, 'utf8'))?.[0] ?? ''
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(`export ${source}`)}`)
  return (module as { readonly measure: Measure }).measure
}

describe.skipIf(!existsSync(file('llmrouter')) || !existsSync(ACCEPT))(
  'against the acceptance script',
  () => {
    it.each([1, 2, 3])('gives the same numbers for the same scores, seed %i', async (seed) => {
      const measure = await loadMeasure()
      const rng = createRng(seed)
      const [scores, small, large]: [number[], number[], number[]] = [[], [], []]
      const pair = { small: 'qwen2.5-7b-instruct', large: 'llama-3.1-nemotron-51b-instruct' }
      for await (const row of readOutcomes([file('llmrouter')])) {
        const outcome = toPairOutcome(row, pair)
        if (outcome === undefined || rng.next() < 0.5) continue
        // A noisy sight of the truth, rounded so that ties are common.
        const gap = outcome.smallQuality - outcome.largeQuality
        scores.push(Math.round((gap + 3 * rng.next()) * 10 ** seed) / 10 ** seed)
        small.push(outcome.smallQuality)
        large.push(outcome.largeQuality)
      }
      const theirs = measure(scores, small, large)
      const curve = createQualityCurve({ scores, small, large })
      expect(averagePgr(curve)).toBeCloseTo(theirs.apgr, 9)
      expect(costAdvantageAtDrop(curve, 0)).toBe(theirs['kept@0'])
      expect(costAdvantageAtDrop(curve, 0.01)).toBe(theirs['kept@0.01'])
      expect(costAdvantageAtDrop(curve, 0.05)).toBe(theirs['kept@0.05'])
      expect(curve.quality.length).toBe(theirs.operatingPoints)
    })
  },
)

async function summarize(name: string): Promise<OutcomeSummary> {
  const summarizer = createOutcomeSummarizer()
  for await (const row of readOutcomes([file(name)])) summarizer.add(row)
  return summarizer.summarize()
}

describe.skipIf(!existsSync(file('mmlu-pro.scores')))('headroom', () => {
  // data set, small, large, rows, small mean, large mean, small >= large, small > large, pair oracle: from the data's own README
  it.each([
    [
      'llmrouter',
      'qwen2.5-7b-instruct',
      'llama-3.1-nemotron-51b-instruct',
      6108,
      0.512,
      0.617,
      0.81,
      0.066,
      0.68,
    ],
    [
      'mmlu-pro.scores',
      'gemini-1.5-flash-002',
      'gemini-1.5-pro-002',
      11954,
      0.641,
      0.703,
      0.858,
      0.08,
      0.783,
    ],
    [
      'routellm-gsm8k',
      'mistralai/Mixtral-8x7B-Instruct-v0.1',
      'gpt-4-1106-preview',
      1319,
      0.638,
      0.857,
      0.71,
      0.072,
      0.929,
    ],
  ])('of %s is as published', async (name, small, large, ...numbers) => {
    const { pairs } = await summarize(name)
    const pair = pairs.find((p) => p.small === small && p.large === large)
    if (pair === undefined) throw new Error('no such pair')
    const { rows, smallQuality, largeQuality, smallAtLeastLarge, smallAboveLarge, oracleQuality } = pair
    const found = [smallQuality, largeQuality, smallAtLeastLarge, smallAboveLarge, oracleQuality]
    expect(rows).toBe(numbers[0])
    // Published with three digits; half a unit of the last is the most that rounding explains.
    for (const [i, value] of found.entries()) {
      expect(Math.abs(value - (numbers[i + 1] ?? Number.NaN))).toBeLessThan(0.000_52)
    }
  })
})
