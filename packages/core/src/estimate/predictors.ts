/**
 * The predictors that artifacts of this version may hold, by name: one line for each.
 */
import { cheapest, soft, zooter } from './shares.ts'
import { carrot } from './carrot.ts'
import { ridge } from './ridge.ts'
import { mlp } from './mlp.ts'
import { boosted } from './boosted.ts'
import { WeirError } from '../contract/errors.ts'
import { blend } from './pool-blend.ts'
import { forest } from './forest.ts'
import { knn } from './knn.ts'
import { logistic } from './logistic.ts'
import { table } from './table.ts'
import { clusters } from './clusters.ts'
import { mf } from './mf.ts'
import { occam } from './occam.ts'
import { difficulty } from './difficulty.ts'
import { capability } from './capability.ts'
import { graph } from './graph.ts'
import { text } from './text.ts'
import { sw } from './sw.ts'
import { grk, p2l } from './p2l.ts'
import { irt } from './irt.ts'
import type { PredictorKind } from './predictor.ts'

const KINDS: readonly PredictorKind[] = [
  blend,
  knn,
  logistic,
  forest,
  table,
  clusters,
  boosted,
  mlp,
  mf,
  ridge,
  carrot,
  soft,
  zooter,
  cheapest,
  occam,
  difficulty,
  capability,
  graph,
  text,
  sw,
  p2l,
  grk,
  irt,
]

/** Throws `artifact.format_version` for a name this version does not know. */
export function predictorKind(name: string): PredictorKind {
  const kind = KINDS.find((one) => one.name === name)
  if (kind !== undefined) return kind
  throw new WeirError(
    'artifact.format_version',
    `the artifact's predictor "${name.slice(0, 40)}" is unknown to this version of weir; upgrade weir or train again`,
  )
}
