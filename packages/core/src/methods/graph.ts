/** GraphRouter, arXiv:2410.03834, adapted. */
import { fitGraph } from '../learn/fit-graph.ts'
import type { PoolMethod } from './pool-method.ts'

export const graph: PoolMethod = {
  name: 'graph',
  summary:
    'queries, task types and models as a graph; an edge is scored from what the edges of both ends say',
  fit: fitGraph,
}
