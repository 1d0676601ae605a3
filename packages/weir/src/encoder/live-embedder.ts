/**
 * The embedder of the gateway: that of the artifact, opened at the start, with a time limit on each query and its failures in the log. A caller never
 * learns of them: the query goes where onEstimatorFailure says.
 */
import { WeirError, type Artifact, type Embedder } from '@weir/core'
import { REAL_CLOCK, type Clock } from '../upstream/clock.ts'
import type { Log } from '../telemetry/log.ts'
import type { EncoderDefinition } from './definition.ts'
import { openEmbedder } from './open.ts'

/** As an option of createRiver. Throws like openEmbedder, and `artifact.encoder` when the artifact wants none. */
export async function openLiveEmbedder(
  definition: EncoderDefinition | null,
  { encoder }: Pick<Artifact, 'encoder'>,
  log: Log,
): Promise<{ readonly embedder?: Embedder }> {
  // What is missing createRiver says.
  if (definition === null) return {}
  if (encoder.embedding === undefined) {
    throw new WeirError(
      'artifact.encoder',
      'the artifact reads text alone, and weir.yaml has an encoder; leave it out, or train again with --encoder',
    )
  }
  const { embedder } = await openEmbedder(definition, { encoder })
  return { embedder: watch(embedder, { timeoutMs: definition.timeoutMs, log, clock: REAL_CLOCK }) }
}

interface Watching {
  /** For one call, ms. */
  readonly timeoutMs: number
  readonly log: Pick<Log, 'warn'>
  readonly clock: Clock
}

export function watch(embedder: Embedder, { timeoutMs, log, clock }: Watching): Embedder {
  return {
    ...embedder,
    async embed(texts) {
      try {
        return await within(embedder.embed(texts), timeoutMs, clock)
      } catch (error) {
        log.warn('gateway.encoder_failed', {
          because: error instanceof WeirError ? error.message : 'unknown',
        })
        throw error
      }
    },
  }
}

/** Rejects with `upstream.first_byte` when `work` is not done in time; what it is then worth is dropped. */
function within<T>(work: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(new WeirError('upstream.first_byte', `no vector within ${timeoutMs} ms`)),
    )
    void work.then(resolve, reject).finally(cancel)
  })
}
