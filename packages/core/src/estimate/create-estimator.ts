/**
 * The estimator of an artifact. One line per method; the parameters' shape belongs to the method's stored-*.ts.
 */
import type { Artifact } from '../contract/artifact.ts'
import { WeirError } from '../contract/errors.ts'
import type { Estimator } from '../contract/estimate.ts'
import { createBlendEstimator, type BlendParameters } from './blend.ts'
import { fromStoredBlend } from './stored-blend.ts'

/** Throws `artifact.truncated` for damaged parameters, `artifact.format_version` for a method this version does not know. */
export function createEstimator(artifact: Pick<Artifact, 'estimator' | 'encoder'>): Estimator {
  return createBlendEstimator(readBlend(artifact))
}

/** The estimator's parameters, for those who also read questions with its readers. Throws as createEstimator. */
export function readBlend({ estimator, encoder }: Pick<Artifact, 'estimator' | 'encoder'>): BlendParameters {
  if (estimator.name === 'blend') return fromStoredBlend(estimator.parameters, encoder)
  throw new WeirError(
    'artifact.format_version',
    `the artifact's estimator "${estimator.name.slice(0, 40)}" is unknown to this version of weir; upgrade weir or train again`,
  )
}
