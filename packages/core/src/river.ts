/**
 * River of an artifact: everything a decision depends on, checked once so that serving cannot meet a mismatch.
 */
import type { Artifact } from './contract/artifact.ts'
import type { Candidate, Pair } from './contract/candidate.ts'
import type { Mode } from './contract/decision.ts'
import { WeirError } from './contract/errors.ts'
import type { Embedder, EmbeddingSpec } from './contract/embedder.ts'
import type { EncoderSpec } from './contract/features.ts'
import { createBlendEstimator } from './estimate/blend.ts'
import { readBlend } from './estimate/create-estimator.ts'
import { createEncoder } from './request/encoder.ts'
import type { PolicyName } from './contract/policy.ts'
import type { Scorer } from './contract/score.ts'
import type { FamilyArtifact } from './contract/service-artifact.ts'
import { record } from './contract/stored-fields.ts'
import { createBestOfNService, type StoredBestOfN } from './best-of-n.ts'
import { createCascadeRoutingService } from './cascade-routing-service.ts'
import { createCascadeService, type CascadeServiceOptions } from './cascade-service.ts'
import { fromStoredCascadeRouting } from './stored-cascade-routing.ts'
import type { Caps } from './decide/caps.ts'
import { createPoolRouter } from './pool-river.ts'
import type { River, Service } from './serve.ts'

export interface RiverOptions {
  /** Models that can be called. Default: the artifact's pair. */
  readonly candidates?: readonly Candidate[]
  /** Where a routed query goes when the estimator fails. Default 'large'. */
  readonly onEstimatorFailure?: keyof Pair
  /** What happens to a query unlike the training rows. Default 'large', which is what promises are proven for. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** Mode of a query that names none. Default 'promise': a level that is not provable goes to the large model. */
  readonly mode?: Mode
  /** Policy of a query that names none. Default 'route'. */
  readonly policy?: PolicyName
  /** What happens to an answer that could not be judged. Default 'escalate'. */
  readonly onScorerFailure?: 'escalate' | 'accept'
  /** Limits of one request, for policies that may call more than once. Default: none. */
  readonly caps?: Caps
  /** For policies that look at answers: what reads their signals. Default: none; text alone, and what answers carry. */
  readonly scorers?: readonly Scorer[]
  /** That of the artifact's training. Default: none; the artifact reads text alone. */
  readonly embedder?: Embedder
}

/**
 * Throws `artifact.pair` when a model of the artifact is not a candidate, `artifact.encoder` when it was trained with another
 * encoder, `artifact.truncated` when its parameters are damaged.
 */
export function createRiver(artifact: Artifact, options: RiverOptions = {}): River {
  const { embedder } = options
  const encoder = createEncoder(embedder)
  checkEncoder(artifact.encoder, encoder.spec)
  const { pool } = artifact
  const { pair, calibration } = artifact
  return {
    pair,
    encoder,
    ...(embedder === undefined ? {} : { embedder }),
    ...(pool === undefined
      ? createPairRouter(artifact, { ...options, encoder })
      : createPoolRouter({ ...artifact, pool }, options)),
    levels: calibration.levels,
    mode: options.mode ?? 'promise',
    confidence: 1 - calibration.delta,
    onUnfamiliar: options.onUnfamiliar ?? 'large',
    onEstimatorFailure: options.onEstimatorFailure ?? 'large',
    policy: options.policy ?? 'route',
    onScorerFailure: options.onScorerFailure ?? 'escalate',
    caps: options.caps ?? {},
  }
}

function createPairRouter(
  artifact: Artifact,
  { encoder, ...options }: RiverOptions & Pick<River, 'encoder'>,
): Pick<River, 'candidates' | 'estimator' | 'services'> {
  const { pair } = artifact
  const candidates = options.candidates ?? [{ model: pair.small }, { model: pair.large }]
  for (const side of ['small', 'large'] as const) {
    if (candidates.some(({ model }) => model === pair[side])) continue
    const names = candidates.map(({ model }) => model).join(', ')
    throw new WeirError(
      'artifact.pair',
      `the artifact was trained for ${side} model "${pair[side]}", which is not among the models (${names}); add it, or train for these`,
    )
  }
  // Read once: the cascade's reader looks at questions with the same tables.
  const blend = readBlend(artifact)
  return {
    candidates,
    estimator: createBlendEstimator(blend),
    services: createServices(artifact, { encoder, question: blend }, options),
  }
}

function createServices(
  artifact: Artifact,
  readers: Pick<CascadeServiceOptions, 'encoder' | 'question'>,
  { scorers = [], onUnfamiliar = 'large', onScorerFailure = 'escalate' }: RiverOptions,
): NonNullable<River['services']> {
  const options = { scorers, onUnfamiliar, onScorerFailure }
  const { cascade, 'cascade-routing': routing, 'best-of-n': arms } = artifact.services ?? {}
  return {
    ...(cascade === undefined
      ? {}
      : { cascade: createCascadeService(artifact, cascade, { ...readers, ...options }) }),
    ...(routing === undefined
      ? {}
      : { 'cascade-routing': createRoutingService(routing, artifact.encoder, options) }),
    ...(arms === undefined
      ? {}
      : { 'best-of-n': createBestOfNService(toStoredBestOfN(arms), artifact.encoder) }),
  }
}

function createRoutingService(
  { parameters, levels, delta }: FamilyArtifact,
  spec: EncoderSpec,
  options: Pick<RiverOptions, 'scorers' | 'onUnfamiliar' | 'onScorerFailure'>,
): Service {
  return createCascadeRoutingService(fromStoredCascadeRouting(parameters, spec), {
    ...options,
    levels,
    confidence: 1 - delta,
  })
}

/** Throws `artifact.truncated` when the parameters are no object; their parts are checked where they are read. */
function toStoredBestOfN({ parameters, levels, delta, rows }: FamilyArtifact): StoredBestOfN {
  const stored = record(parameters, 'services.best-of-n')
  return { ...(stored as unknown as StoredBestOfN), levels, confidence: 1 - delta, rows }
}

function checkEncoder(spec: EncoderSpec, ours: EncoderSpec): void {
  const isSame =
    spec.name === ours.name &&
    spec.version === ours.version &&
    spec.buckets === ours.buckets &&
    spec.channels.join() === ours.channels.join() &&
    spec.surface.join() === ours.surface.join()
  if (!isSame) {
    throw new WeirError(
      'artifact.encoder',
      `the artifact needs encoder ${spec.name} version ${spec.version}, this weir has ${ours.name} version ${ours.version}; train again`,
    )
  }
  checkEmbedding(spec.embedding, ours.embedding)
}

/** Where a model lies says nothing: its weights do. */
function checkEmbedding(needed: EmbeddingSpec | undefined, given: EmbeddingSpec | undefined): void {
  const isSame =
    needed?.name === given?.name &&
    needed?.dimension === given?.dimension &&
    needed?.weightsHash === given?.weightsHash
  if (isSame) return
  throw new WeirError(
    'artifact.encoder',
    `the artifact needs ${describe(needed)}, given is ${describe(given)}; name the one it was trained with (--encoder, or encoder in weir.yaml), ` +
      'or train again',
  )
}

function describe(spec: EmbeddingSpec | undefined): string {
  if (spec === undefined) return 'no embedder'
  const { name, model, dimension, weightsHash } = spec
  return `embedder ${name} ${model} (dimension ${dimension}, weights ${weightsHash.slice(0, 12)})`
}
