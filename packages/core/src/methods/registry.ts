/**
 * The methods that `weir compare` knows, in the order in which they are listed.
 */
import { cheapest } from './cheapest.ts'
import { zooter } from './zooter.ts'
import { soft } from './soft.ts'
import { carrot } from './carrot.ts'
import { ridge } from './ridge.ts'
import { mlp } from './mlp.ts'
import { boosted } from './boosted.ts'
import { det, prob, trans } from './blend.ts'
import { cascade } from './cascade.ts'
import { label } from './component.ts'
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
import { p2l } from './p2l.ts'
import { grk } from './grk.ts'
import { irt } from './irt.ts'
import type { Method } from './method.ts'
import { onPair } from './on-pair.ts'

export const METHODS: readonly Method[] = [
  trans,
  prob,
  det,
  label,

  cascade,
  onPair(knn),
  onPair(logistic),
  onPair(forest),
  onPair(table),
  onPair(clusters),
  onPair(boosted),
  onPair(mlp),
  onPair(mf),
  onPair(ridge),
  onPair(carrot),
  onPair(soft),
  onPair(zooter),
  onPair(cheapest),
  onPair(occam),
  onPair(difficulty),
  onPair(capability),
  onPair(graph),
  onPair(text),
  onPair(sw),
  onPair(p2l),
  onPair(grk),
  onPair(irt),
]
