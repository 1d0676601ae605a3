/** The table of docs/methods/signals.md names every signal with its scale and the needs that its scorer states. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createScorers, SIGNALS, type Attempt, type ScorerNeeds, type ScorerSpec } from '@weir/core'
import { describe, expect, it } from 'vitest'

const DOC = readFileSync(join(import.meta.dirname, '../docs/methods/signals.md'), 'utf8')
const ROWS = [...DOC.matchAll(/^\| `(\w+)` \| (logprob|probability|real) \| ([^|]+) \|/gm)].map(
  ([, ...cells]) => cells,
)
const CHECKS = [...DOC.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|[^|]+\|$/gm)].flatMap(([, names = '']) =>
  [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
)

const ask = async (): Promise<Attempt> => ({ model: 'a' })
const SPECS: readonly ScorerSpec[] = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map(
  (signal): ScorerSpec => {
    if (signal === 'validity') return { signal, checks: [{ check: 'nonEmpty' }] }
    return signal === 'judge' ? { signal, model: 'a' } : { signal }
  },
)
const SCORERS = createScorers(SPECS, {
  upstreams: [{ model: 'a', logprobs: true, topLogprobs: 20, samples: 9 }],
  ask,
  askExternal: ask,
})

function describeNeeds({
  logprobs = false,
  topLogprobs = 0,
  samples = 1,
  extraCalls = 0,
}: ScorerNeeds): string {
  const needs = [
    ...(extraCalls > 0 ? [`${extraCalls} extra call`] : []),
    ...(topLogprobs > 0 ? [`${topLogprobs} likeliest tokens`] : logprobs ? ['token log-probabilities'] : []),
    ...(samples > 1 ? [`${samples} answers a call`] : []),
  ]
  return needs.length === 0 ? 'nothing' : needs.join(', ')
}

describe('docs/methods/signals.md', () => {
  it('names every signal', () => {
    expect(new Set(ROWS.map(([signal]) => signal))).toEqual(new Set(Object.keys(SIGNALS)))
    expect(ROWS).toHaveLength(Object.keys(SIGNALS).length)
  })

  it.each(SCORERS.map((scorer) => [scorer.signal, scorer.needs] as const))(
    'states what %s needs',
    (signal, needs) => {
      const [, scale, stated] = ROWS.find(([name]) => name === signal) ?? []
      expect(scale).toBe(SIGNALS[signal])
      expect(stated).toBe(describeNeeds(needs))
    },
  )

  it('names every check of form', () => {
    const source = readFileSync(join(import.meta.dirname, '../packages/core/src/score/checks.ts'), 'utf8')
    const checks = [...source.matchAll(/readonly check: '(\w+)'/g)].map(([, name]) => name)
    expect(checks.length).toBeGreaterThan(5)
    expect(new Set(CHECKS.filter((name) => checks.includes(name)))).toEqual(new Set(checks))
  })
})
