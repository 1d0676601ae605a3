/** The public names of @weir/core/suites, written by hand: contract suites for the tests of those who extend weir. */
export { checkEmbedder } from './check-embedder.ts'
export { checkEncoder } from './check-encoder.ts'
export { checkEstimator } from './check-estimator.ts'
export { checkRouter, type RouterCheckOptions } from './check-router.ts'
export { checkScorer } from './check-scorer.ts'
export { createPlantedPool, PLANTED_MODELS, type PlantedPoolOptions } from './planted-pool.ts'
export { createPlantedRows, PLANTED_PAIR, type PlantedOptions, type PlantedRow } from './planted-rows.ts'
