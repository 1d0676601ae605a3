/**
 * Routers that learned *which* model to send a query to, not how good each one is: shares by multinomial regression on the text.
 *
 *   share = softmax(bias + weights . text)
 *   read_j = the log-ratio of every model's share to the last one's: the same list for all models
 *
 * A share says who is better than whom. Where all models are right it is one over their number, as it is where all are wrong; so it is no reading of a
 * model's quality on its own. What the shares together say of it is fitted like every method's calibration (pool.ts), one weight per log-ratio.
 * Which labels taught the shares is the only difference between the kinds: learn/fit-shares.ts.
 */
import { fromStoredLinear, readLinear, toStoredLinear, type PoolLinear } from './pool-linear.ts'
import type { PredictorKind } from './predictor.ts'

export const soft: PredictorKind = createShares('soft')
export const zooter: PredictorKind = createShares('zooter')
export const cheapest: PredictorKind = createShares('cheapest')

function createShares(name: string): PredictorKind {
  return {
    name,
    create: (parameters, { models }) => ({
      read(seen) {
        const scores = readLinear(parameters as PoolLinear, seen)
        const last = scores[models.length - 1] ?? 0
        const ratios = Array.from(scores.subarray(0, models.length - 1), (score) => score - last)
        return models.map(() => ratios)
      },
    }),
    toStored: (parameters, shape) => toStoredLinear(parameters as PoolLinear, shape),
    fromStored: fromStoredLinear,
  }
}
