/**
 * A river whose cascade decides from one calibrated confidence a model, for studies of signals: no router, every query is drafted. Rows go
 * through replay(), so that a figure is about the code that serves.
 */
import {
  createCascadePolicy,
  createConfidenceEstimator,
  createLexicalEncoder,
  replay,
  type CascadeStage,
  type ConfidenceCalibration,
  type LabelledConfidence,
  type Outcome,
  type Replayed,
  type River,
  type Scorer,
} from '@weir/core'

export type Calibrations = Readonly<Record<string, ConfidenceCalibration>>

/** One or two stages. Signals are the recorded ones, and those of the scorers. */
export function createConfidenceRiver(
  stages: readonly CascadeStage[],
  calibrations: Calibrations,
  scorers: readonly Scorer[] = [],
): River {
  const models = stages.map(({ model }) => model)
  const [small = '', large = small] = models
  const point = {
    quality: 1,
    mode: 'estimate',
    threshold: stages[0]?.accept ?? 0,
    expectedCostAdvantage: 0,
    expectedQuality: 1,
  } as const
  const levels = { promise: [], estimate: [point] }
  return {
    pair: { small, large },
    candidates: models.map((model) => ({ model })),
    encoder: createLexicalEncoder(),
    estimator: { name: 'none', estimate: () => ({ pSmall: 1 }) },
    levels,
    mode: 'estimate',
    confidence: 0.95,
    policy: 'cascade',
    services: {
      cascade: {
        levels,
        confidence: 0.95,
        scoring: { scorers, estimator: createConfidenceEstimator(calibrations) },
        createPolicy: () => createCascadePolicy({ stages }),
      },
    },
  }
}

export async function replayRows(river: River, rows: readonly Outcome[]): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = []
  for (const row of rows) {
    const one = await replay(river, row, { kind: 'quality', quality: 1 })
    if (one === undefined) throw new Error(`row ${row.id} holds no text`)
    replayed.push(one)
  }
  return replayed
}

/** The signal that each row holds of a model, as a cascade reads it, with the quality of its answer. */
export async function readConfidences(
  rows: readonly Outcome[],
  model: string,
): Promise<readonly LabelledConfidence[]> {
  const river = createConfidenceRiver([{ model, accept: 0.5, reject: 0.5 }], {})
  return (await replayRows(river, rows)).map(({ attempts: [attempt], row }) => {
    const value = attempt?.score?.signals.logprob
    const label = attempt?.quality
    if (value === undefined || label === undefined)
      throw new Error(`row ${row.id} has no confidence of ${model}`)
    return { value, label }
  })
}
