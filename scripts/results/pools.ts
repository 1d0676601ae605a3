/**
 * Pools: every method that learns about a pool on every data set, beside the nulls, through `comparePool` alone. Five seeds, half of the drawn rows
 * to train on and half to test, split by question; one lesson a split is shared by all methods.
 */
import { comparePool, POOL_METHODS } from '@weir/core'
import { hashOf } from '../recorded.ts'
import {
  LABEL_CASES,
  LABEL_METHODS,
  LABEL_ROWS,
  LABEL_SHARES,
  POOL_CASES,
  readPoolRows,
  ROWS,
  SEEDS,
  STABILITY_ROWS,
  type PoolResult,
} from './pools-cases.ts'
import { renderPools } from './pools-page.ts'
import { createSection, type Section } from './section.ts'

const LABELS = 'labels-'

async function measure(name: string): Promise<PoolResult> {
  const isLabels = name.startsWith(LABELS)
  const of = POOL_CASES.find((one) => one.name === (isLabels ? name.slice(LABELS.length) : name))
  if (of === undefined) throw new Error(`no case ${name}`)
  const began = process.cpuUsage()
  const rows = await readPoolRows(of, isLabels ? LABEL_ROWS : ROWS)
  const dataHash = hashOf(rows)
  const comparison = await comparePool(rows, {
    models: of.models,
    ...(of.callCosts === undefined ? {} : { callCosts: of.callCosts }),
    methods: isLabels ? POOL_METHODS.filter((method) => LABEL_METHODS.includes(method.name)) : POOL_METHODS,
    seeds: SEEDS,
    plan: { kind: 'share', trainingShare: 0.5 },
    dataHash,
    now: () => performance.now(),
    ...(isLabels ? { labelShares: LABEL_SHARES } : { stabilityRows: STABILITY_ROWS }),
    onProgress: ({ split, method, step }) => {
      if (step === 'fitting') process.stderr.write(`pools/${name}: split ${split + 1}, ${method}\n`)
    },
  })
  const { user, system } = process.cpuUsage(began)
  return { of: { ...of, name }, dataHash, comparison, seconds: (user + system) / 1e6 }
}

export const pools: Section = createSection({
  name: 'pools',
  issue: 6,
  cases: [...POOL_CASES.map(({ name }) => name), ...LABEL_CASES.map((name) => LABELS + name)],
  measure,
  render: (results) => renderPools(results),
})
