/**
 * Training with the default encoder: composes request/ and learn/, which do not know each other.
 */
import type { Artifact } from './contract/artifact.ts'
import type { Outcome } from './contract/outcome.ts'
import { fitArtifact, sample, type TrainOptions as FitOptions } from './learn/train.ts'
import type { Embedder } from './contract/embedder.ts'
import { readWith } from './embed.ts'
import { trainServices } from './train-services.ts'
import { VERSION } from './version.ts'

export interface TrainOptions extends Omit<FitOptions, 'encoder' | 'toQuery' | 'libraryVersion'> {
  /** Its vectors join what the router reads; serving then needs the same one. Default: none. */
  readonly embedder?: Embedder
}

/** Fits a router for a small/large pair. Throws `data.model`, `data.too_few`, `data.one_class` when the rows cannot teach. */
export async function train(rows: readonly Outcome[], options: TrainOptions): Promise<Artifact> {
  const { embedder, ...rest } = options
  const reading = await readWith(embedder, rows, (done, total) =>
    options.onProgress?.({ step: 'embedding queries', done, total }),
  )
  const artifact = await fitArtifact(rows, {
    ...rest,
    ...reading,
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
