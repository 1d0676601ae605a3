/**
 * The methods that `weir compare` knows, in the order in which they are listed.
 */
import { det, prob, trans } from './blend.ts'
import { cascade } from './cascade.ts'
import { label, table } from './component.ts'
import { knn } from './knn.ts'
import type { Method } from './method.ts'
import { onPair } from './on-pair.ts'

export const METHODS: readonly Method[] = [trans, prob, det, label, table, cascade, onPair(knn)]
