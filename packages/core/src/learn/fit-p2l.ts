/**
 * Fits the heads of Prompt-to-Leaderboard (estimate/p2l.ts) on the preferences that outcomes give.
 */
import type { LinearStrengths } from '../estimate/strengths.ts'
import { fitPreferenceHead } from '../math/preference-head.ts'
import { bradleyTerryLoss, groundedLoss, type PreferenceLoss } from '../math/preference-losses.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictor } from './pool-set.ts'

export const fitP2l: FitPredictor = createFit(bradleyTerryLoss)

export const fitGrk: FitPredictor = createFit(groundedLoss)

function createFit(loss: PreferenceLoss): FitPredictor {
  return ({ dense, columns, rank, qualities, models }, rows, { seed }): LinearStrengths => {
    const data = { dense, columns, rank, qualities, models: models.length }
    return { vectors: fitPreferenceHead(data, rows, { loss, rng: createRng(seed) }).vectors }
  }
}
