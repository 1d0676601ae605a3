/**
 * The methods that learn about pools of any size, in the order in which they are listed. The first is the default.
 */
import { cheapest } from './cheapest.ts'
import { zooter } from './zooter.ts'
import { soft } from './soft.ts'
import { carrot } from './carrot.ts'
import { ridge } from './ridge.ts'
import { mlp } from './mlp.ts'
import { boosted } from './boosted.ts'
import { forest } from './forest.ts'
import { knn } from './knn.ts'
import { logistic } from './logistic.ts'
import { mf } from './mf.ts'
import { blend } from './pool-blend.ts'
import { table } from './table.ts'
import { clusters } from './clusters.ts'
import { occam } from './occam.ts'
import { difficulty } from './difficulty.ts'
import { capability } from './capability.ts'
import { graph } from './graph.ts'
import { text } from './text.ts'
import { sw } from './sw.ts'
import { p2l } from './p2l.ts'
import { grk } from './grk.ts'
import { irt } from './irt.ts'
import type { PoolMethod } from './pool-method.ts'

export const POOL_METHODS: readonly PoolMethod[] = [
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
