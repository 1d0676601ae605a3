/**
 * Training with the default encoder: composes request/ and learn/, which do not know each other.
 */
import type { Artifact } from './contract/artifact.ts'
import type { Outcome } from './contract/outcome.ts'
import { fitArtifact, sample, type TrainOptions as FitOptions } from './learn/train.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromOutcome } from './request/query.ts'
import { trainServices } from './train-services.ts'
import { VERSION } from './version.ts'

export type TrainOptions = Omit<FitOptions, 'encoder' | 'toQuery' | 'libraryVersion'>

/** Fits a router for a small/large pair. Throws `data.model`, `data.too_few`, `data.one_class` when the rows cannot teach. */
export async function train(rows: readonly Outcome[], options: TrainOptions): Promise<Artifact> {
  const artifact = await fitArtifact(rows, {
    ...options,
    encoder: createLexicalEncoder(),
    toQuery: queryFromOutcome,
    libraryVersion: VERSION,
  })
  const { pair, seed, policies = [], onProgress, signal } = options
  const services = await trainServices(sample(rows, options), {
    pair,
    policies,
    seed,
    delta: artifact.calibration.delta,
    async onStep(step, done, total) {
      signal?.throwIfAborted()
      await onProgress?.({ step, done, total })
    },
  })
  if (Object.keys(services).length === 0) return artifact
  return { ...artifact, services: { ...artifact.services, ...services } }
}
