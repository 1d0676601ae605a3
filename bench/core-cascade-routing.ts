/**
 * One decision of cascade routing, in microseconds: pools of 3, 5 and 11 models, every state from no answer to all but one, money that
 * matters and money that does not. Without learning: estimates and covariances are drawn. Each decision's fastest of REPEATS, so that other
 * processes do not count. `node bench/core-cascade-routing.ts [--json]`
 */
import { createRng } from '@weir/core'
import { createCascadeRoutingPolicy } from '../packages/core/src/decide/cascade-routing.ts'
import type { Attempt, State } from '@weir/core'

const DECISIONS = 3000
const WARM_UP = 500
const REPEATS = 5
const POOLS: readonly number[] = [3, 5, 11]

interface Timing {
  readonly models: number
  readonly p50Us: number
  readonly p99Us: number
}

function time(models: number): Timing {
  const rng = createRng(models)
  const names = Array.from({ length: models }, (_, i) => `model-${i}`)
  const covariance = names.flatMap((_, i) => names.map((__, j) => (i === j ? 0.3 : 0.1)))
  const policies = [0, 0.05, 0.5].map((weight) =>
    createCascadeRoutingPolicy({ models: names, covarianceOf: () => covariance, costWeights: [weight] }),
  )
  const timings: number[] = []
  for (let k = 0; k < DECISIONS + WARM_UP; k++) {
    const state = drawState(names, k % models, () => rng.next())
    const policy = policies[k % policies.length]!
    let fastest = Infinity
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const start = performance.now()
      policy.next(state)
      fastest = Math.min(fastest, performance.now() - start)
    }
    if (k >= WARM_UP) timings.push(1000 * fastest)
  }
  timings.sort((a, b) => a - b)
  const at = (share: number): number => timings[Math.floor(share * timings.length)]!
  return { models, p50Us: at(0.5), p99Us: at(0.99) }
}

function drawState(models: readonly string[], answered: number, next: () => number): State {
  const candidates = models.map((model, i) => ({
    model,
    quality: 0.4 + 0.5 * next(),
    costUsd: i < answered ? 0 : next(),
  }))
  const attempts = models
    .slice(0, answered)
    .map((model): Attempt => ({ model, score: { signals: {}, pGoodEnough: 0.5, candidates, calls: [] } }))
  return {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: models.map((model) => ({ model })),
    attempts,
    estimates: { pSmall: 0.5, candidates },
  }
}

const cascadeRouting = POOLS.map(time)
if (process.argv.includes('--json')) console.log(JSON.stringify({ cascadeRouting }))
else {
  console.log('A decision of cascade routing, p50 and p99 (asked: p99 1 ms with 5 models, 3 ms with 11)')
  for (const { models, p50Us, p99Us } of cascadeRouting) {
    console.log(`  ${String(models).padStart(2)} models  ${p50Us.toFixed(0)} µs  ${p99Us.toFixed(0)} µs`)
  }
}
