/** Cascades chosen from rows: the section's targets, and one split of the recorded rows through the whole path. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  cascadeWithin,
  createCascadePolicy,
  createRunningQuantilePolicy,
  EMPTY_MEMORY,
  remember,
  searchCascades,
  walkCascade,
  type CandidateRows,
} from '@weir/core'
import { describe, expect, it } from 'vitest'
import { DATA } from '../recorded.ts'
import {
  calibrateModels,
  CASCADE_FILE,
  halve,
  meanOf,
  readCascadeRows,
  replayPolicy,
  toCandidateRows,
} from './cascade-replay.ts'
import { renderCascadeSearch } from './cascade-search-page.ts'
import type { Result } from './cascade-search.ts'

function resultOf(gains: readonly number[], budget: number): Result {
  const splits = gains.map((gain) => ({ gain, budget, quality: 0.8, foretold: 0.8, bestSingle: 0.8 }))
  return { kind: 'search', set: 'mmlu', rows: 10, dataHash: 'x', tried: [{ name: '0.2/2', splits }] }
}

describe('the section', () => {
  it('says what was asked and whether it was reached', () => {
    const { targets, figures, text } = renderCascadeSearch([resultOf([0.02, 0.04], 1.04)])
    expect(targets?.map(({ isMet }) => isMet)).toEqual([true, true])
    expect(targets?.[0]?.reached).toBe('mmlu 0.2/2: 0.030')
    expect(figures['cascade-search/search-mmlu/0.2/2/gain']?.value).toBeCloseTo(0.03, 12)
    expect(text).toContain('| mmlu | 20% | up to 2 | 0.800 ± 0.000 | 0.030 ± 0.014 |')
    expect(renderCascadeSearch([resultOf([0.02, 0.02], 1.06)]).targets?.map(({ isMet }) => isMet)).toEqual([
      false,
      false,
    ])
  })
})

const hasData = existsSync(join(DATA, `${CASCADE_FILE}.jsonl.gz`))

describe.skipIf(!hasData)('one split of the recorded rows', () => {
  it(
    'a replay of the chosen cascade costs and answers what the rows foretell, within the budget',
    { timeout: 60_000 },
    async () => {
      const { training, tested } = halve(await readCascadeRows('triviaqa'), 0)
      const models = Object.keys(training[0]?.models ?? {})
      const calibrations = calibrateModels(training, models)
      const found = searchCascades(toCandidateRows(training, calibrations))
      const budget = 0.2 * meanOf(training, (row) => row.models['gpt-4o']?.costUsd)
      const { stages } = cascadeWithin(found, budget) ?? { stages: [] }
      expect(stages).toHaveLength(2)
      const tally = await replayPolicy(tested, {
        models,
        calibrations,
        createPolicy: () => createCascadePolicy({ stages }),
      })
      const fresh: readonly CandidateRows[] = toCandidateRows(tested, calibrations)
      const walked = walkCascade(fresh, stages)
      expect(tally.quality).toBeCloseTo(walked.quality, 12)
      expect(tally.costUsd).toBeCloseTo(walked.costUsd, 12)
      expect(tally.costUsd).toBeLessThan(1.1 * budget)
    },
  )

  it(
    'a running quantile served with a memory that its caller keeps spends its budget',
    { timeout: 60_000 },
    async () => {
      const { tested } = halve(await readCascadeRows('triviaqa'), 0)
      const pair = { small: 'gpt-4o-mini', large: 'gpt-4o' }
      const costOf = (model: string): number => meanOf(tested, (row) => row.models[model]?.costUsd)
      const costUsd = { small: costOf(pair.small), large: costOf(pair.large) }
      const budgetUsdPerQuery = costUsd.small + 0.2 * costUsd.large
      const settings = { signal: 'logprob', period: tested.length } as const
      let memory = EMPTY_MEMORY
      const tally = await replayPolicy(tested, {
        models: [pair.small, pair.large],
        createPolicy: () =>
          createRunningQuantilePolicy({ pair, memory, budgetUsdPerQuery, costUsd, ...settings }),
        onServed: (attempts) => {
          memory = remember(memory, attempts, { model: pair.small, ...settings })
        },
      })
      expect(tally.costUsd / budgetUsdPerQuery).toBeGreaterThan(0.98)
      expect(tally.costUsd / budgetUsdPerQuery).toBeLessThan(1.02)
      expect(tally.escalated).toBeGreaterThan(0.15)
      expect(memory.requests).toBe(0)
    },
  )
})
