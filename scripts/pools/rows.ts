/** Recorded rows of a pool, for the scripts that measure pool methods: those with text on which every model was judged. */
import { join } from 'node:path'
import type { Outcome } from '@weir/core'
import { createRng, shuffle } from '../../packages/core/src/math/rng.ts'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA } from '../recorded.ts'

export interface PoolRows {
  readonly models: readonly string[]
  readonly rows: readonly Outcome[]
}

export async function readPoolRows(name: string): Promise<PoolRows> {
  const all: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${name}.jsonl.gz`)])) all.push(row)
  const models = [...new Set(all.flatMap((row) => Object.keys(row.models)))].sort()
  const rows = all.filter((row) => models.every((model) => row.models[model]?.score !== undefined))
  return { models, rows }
}

/** Two halves, drawn by the seed. */
export function halve(rows: readonly Outcome[], seed: number): readonly [train: Outcome[], test: Outcome[]] {
  const order = shuffle(createRng(seed), rows)
  const middle = Math.ceil(order.length / 2)
  return [order.slice(0, middle), order.slice(middle)]
}

/** Mean and, over seeds, the half-width of its 95% interval by a normal. */
export function summarise(values: readonly number[]): { readonly mean: number; readonly half: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { mean, half: 1.96 * Math.sqrt(variance / values.length) }
}

export function show(values: readonly number[]): string {
  const { mean, half } = summarise(values)
  return `${mean.toFixed(4)} ± ${half.toFixed(4)}`
}
