/**
 * Scorers of a configuration: from what is written to what the gateway builds, and the check that the upstreams can give what the signals
 * need. The models whose answers are read are known once the artifact is: the check is made when the river is built, before anything is served.
 */
import {
  createScorers,
  WeirError,
  type Candidate,
  type PolicyName,
  type Scorer,
  type ScorerSpec,
  type UpstreamStatement,
} from '@weir/core'
import type { ExtraCalls } from '../gateway/extra-calls.ts'
import { dropUndefined } from '../record/drop-undefined.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import type { WrittenScorers } from './written-scorers.ts'

/** One spec for each signal that is written. */
export function toSpecs(written: WrittenScorers): readonly ScorerSpec[] {
  return Object.entries(written)
    .filter(([, options]) => options !== undefined)
    .map(([signal, options]) => toSpec(signal, options))
}

/** What the gateway alone uses (an address, a cut on a stream) is no part of the spec. */
function toSpec(signal: string, options: Readonly<Record<string, unknown>>): ScorerSpec {
  const { url: _url, timeoutMs: _timeoutMs, apiKey: _apiKey, cut: _cut, ...rest } = options
  return { signal, ...dropUndefined(rest) } as ScorerSpec
}

/** Models that scorers ask themselves. */
export function askedModels(specs: readonly ScorerSpec[]): readonly string[] {
  return specs.flatMap((spec) => ('model' in spec && spec.model !== undefined ? [spec.model] : []))
}

export interface ScorerSources {
  readonly specs: readonly ScorerSpec[]
  readonly models: readonly UpstreamModel[]
  /** Models whose answers are read. */
  readonly read: readonly string[]
  readonly policy: PolicyName
  readonly extraCalls: Pick<ExtraCalls, 'ask' | 'askExternal'>
}

/** Throws `config.signal` when a model cannot give what a signal needs, `config.value` for options that cannot be used. */
export function buildScorers({ specs, models, read, policy, extraCalls }: ScorerSources): readonly Scorer[] {
  const { ask, askExternal } = extraCalls
  const statements = models.map((model) => toStatement(model, policy))
  const readOnes = statements.filter(({ model }) => read.includes(model))
  // Each is held against the models it concerns: a model that only checks need not give what the read ones must.
  return specs.flatMap((spec) => {
    const isAsking = spec.signal === 'selfCheck' && spec.model !== undefined
    return createScorers([spec], { upstreams: isAsking ? statements : readOnes, ask, askExternal })
  })
}

/** Of best-of-n the artifact says how many; any number of answers can be drawn. */
function toStatement(
  { model, logprobs = false, topLogprobs = 0 }: UpstreamModel,
  policy: PolicyName,
): UpstreamStatement {
  return { model, logprobs, topLogprobs, ...(policy === 'best-of-n' ? { samples: Infinity } : {}) }
}

/** Throws `config.value` when a policy needs an artifact that was trained for it. */
export function checkPolicy(
  policy: PolicyName,
  served: readonly string[],
  candidates: readonly Candidate[],
): void {
  if (policy === 'route' || served.includes(policy)) return
  const [small = 'A', large = 'B'] = candidates.map(({ model }) => model)
  throw new WeirError(
    'config.value',
    `policy ${policy} needs an artifact that was trained for it, and this one serves ${['route', ...served].join(', ')}; ` +
      `make one with "weir train --policy ${policy} --small ${small} --large ${large}", or leave policy out`,
  )
}
