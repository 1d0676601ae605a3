/**
 * Finds the clusters of estimate/clusters.ts and each model's mean quality in them. Clusters do not look at labels.
 */
import type { ClusterParameters } from '../estimate/clusters.ts'
import { fitKMeans } from '../math/k-means.ts'
import { createRng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { gatherEmbeddings, meanQualities, type FitPredictorOptions, type PoolSet } from './pool-set.ts'

const MOST_CLUSTERS = 64
/** Small groups are noisy, which shrinking allows for; large ones mix tasks. */
const ROWS_PER_CLUSTER = 16
const ITERATIONS = 15

export function fitClusters(
  set: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): ClusterParameters {
  const { rank, targets } = set
  const embeddings = gatherEmbeddings(set, rows)
  const count = Math.max(2, Math.min(MOST_CLUSTERS, Math.floor(rows.length / ROWS_PER_CLUSTER)))
  const clusterOf = fitKMeans(
    { x: embeddings, columns: rank },
    { clusters: count, iterations: ITERATIONS, rng: createRng(seed) },
  )
  const groupOf = new Int32Array(set.seen.length).fill(-1)
  rows.forEach((row, i) => (groupOf[row] = clusterOf[i] ?? 0))
  const width = targets.length
  const qualities = new Float32Array(count * width)
  targets.forEach((values, j) => {
    const { means } = fitShrunkenMeans({ groupOf, values, groups: count }, rows)
    means.forEach((mean, cluster) => (qualities[cluster * width + j] = mean))
  })
  return {
    centres: toRowTable(centresOf(embeddings, clusterOf, { rank, count }), rank),
    qualities,
    means: Float32Array.from(meanQualities(set, rows)),
  }
}

/** Mean direction of each cluster, of length 1. */
function centresOf(
  embeddings: Float32Array,
  clusterOf: Uint32Array,
  { rank, count }: { readonly rank: number; readonly count: number },
): Float64Array {
  const centres = new Float64Array(count * rank)
  clusterOf.forEach((cluster, i) => {
    for (let c = 0; c < rank; c++)
      centres[cluster * rank + c] = (centres[cluster * rank + c] ?? 0) + (embeddings[i * rank + c] ?? 0)
  })
  for (let cluster = 0; cluster < count; cluster++) {
    const centre = centres.subarray(cluster * rank, (cluster + 1) * rank)
    const length = Math.sqrt(centre.reduce((sum, value) => sum + value * value, 0))
    if (length > 0) centre.forEach((value, c) => (centre[c] = value / length))
  }
  return centres
}
