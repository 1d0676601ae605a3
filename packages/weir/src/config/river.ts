/**
 * River of a configuration: the artifact it names, checked against its models, and the policies and scorers around it. Shared by
 * `weir serve`, a reload, and `weir config check`, so that what one accepts the others do too.
 */
import { createRiver, WeirError, type Artifact, type PoolArtifact, type River } from '@weir/core'
import { openLiveEmbedder } from '../encoder/live-embedder.ts'
import { createExtraCalls, type ExtraCalls } from '../gateway/extra-calls.ts'
import type { GatewayOptions } from '../gateway/start.ts'
import { readArtifact } from '../record/artifact-file.ts'
import type { Log } from '../telemetry/log.ts'
import type { Config } from './load.ts'
import { buildScorers, checkPolicy } from './scorers.ts'

/** What `startGateway` and `replace` take. Throws like `loadRiver`. */
export async function loadGatewayOptions(config: Config, log: Log): Promise<GatewayOptions> {
  const extraCalls = createExtraCalls()
  const river = await loadRiver(config, { extraCalls, log })
  const { record, doubtCut, external, metrics, cache, auth, admin, ...more } = config
  const { telemetry: _telemetry, log: _log, encoder: _encoder, ...rest } = more
  return {
    ...rest,
    river,
    extraCalls,
    log,
    ...(record === null ? {} : { record }),
    ...(doubtCut === null ? {} : { doubtCut }),
    ...(external === null ? {} : { external }),
    ...(metrics === null ? {} : { metrics }),
    ...(cache === null ? {} : { cache }),
    ...(auth === null ? {} : { auth }),
    ...(admin === null ? {} : { admin }),
  }
}

/** Throws `artifact.` errors, `config.signal` and `config.value`; `artifact.pair` when the configuration names another pair or lacks a model of it. */
async function loadRiver(
  config: Config,
  { extraCalls, log }: { readonly extraCalls: ExtraCalls; readonly log: Log },
): Promise<River> {
  const { artifactPath, models, onEstimatorFailure, onUnfamiliar, mode, policy, caps, onScorerFailure } =
    config
  const artifact = await readArtifact(artifactPath)
  checkPair(config, artifact)
  const read = artifact.pool === undefined ? [artifact.pair.small] : []
  const scorers = buildScorers({ specs: config.scorers, models, read, policy, extraCalls })
  const embedding = await openLiveEmbedder(config.encoder, artifact, log)
  const river = createRiver(artifact, {
    ...embedding,
    candidates: models,
    onEstimatorFailure,
    onUnfamiliar,
    mode,
    policy,
    caps,
    onScorerFailure,
    scorers,
  })
  checkPolicy(policy, Object.keys(river.services ?? {}), models)
  warnUnread(artifact, config, log)
  return river
}

function checkPair(config: Config, artifact: Artifact): void {
  const { small, large, models, artifactPath } = config
  const { pair, pool } = artifact
  if (pool !== undefined && pool.members.length > 2) {
    checkPool(config, pool)
    return
  }
  for (const [side, wanted] of [
    ['small', small],
    ['large', large],
  ] as const) {
    const trained = pair[side]
    if (wanted !== null && wanted !== trained) {
      throw new WeirError(
        'artifact.pair',
        `${artifactPath} was trained for ${side} model ${trained}, the configuration says ${wanted}; train again or change "${side}"`,
      )
    }
    if (!models.some(({ model }) => model === trained)) {
      throw new WeirError(
        'artifact.pair',
        `${artifactPath} routes to the ${side} model ${trained}, which "models" does not have; add it or train again`,
      )
    }
  }
}

/** Every model of the pool is called by its own name; a small and a large one there are not. */
function checkPool({ small, large, models, artifactPath }: Config, { members }: PoolArtifact): void {
  const names = members.map(({ model }) => model)
  const named = [small, large].find((one) => one !== null)
  if (named !== undefined) {
    throw new WeirError(
      'artifact.pair',
      `${artifactPath} was trained for a pool of ${names.length} models, the configuration names a pair with ${named}; leave "small" and "large" out`,
    )
  }
  const lacking = names.filter((name) => !models.some(({ model }) => model === name))
  if (lacking.length === 0) return
  throw new WeirError(
    'artifact.pair',
    `${artifactPath} routes to ${lacking.join(', ')}, which "models" does not have; add them, or take them out of the artifact with weir probe --remove`,
  )
}

/** The artifact judges without them, but worse than it was measured. */
function warnUnread({ services }: Artifact, { scorers }: Config, log: Log): void {
  const missing = (services?.cascade?.signals ?? []).filter(
    (name) => !scorers.some(({ signal }) => signal === name),
  )
  if (missing.length === 0) return
  log.warn('gateway.signals_missing', {
    signals: missing.join(', '),
    because: 'the artifact was trained with them and weir.yaml has no scorers for them',
  })
}
