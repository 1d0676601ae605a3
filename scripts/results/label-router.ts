/**
 * The paper's router in form: predicts the label itself from the text, by the paper's loss (binary cross-entropy with soft labels), with a linear
 * model on weighted n-grams in place of DeBERTa. weir's own router predicts each model's quality instead, so its ranking does not depend on the
 * label; to see what det, prob and trans change, it takes a router that learns nothing but the label.
 */
import {
  createLexicalEncoder,
  createRng,
  queryFromPrompt,
  toPairOutcome,
  type Outcome,
  type Pair,
} from '@weir/core'
import { textColumns, weigh } from '../../packages/core/src/estimate/weighting.ts'
import { fitWeighting } from '../../packages/core/src/learn/fit-weighting.ts'
import { makeLabels } from '../../packages/core/src/learn/labels.ts'
import { selectRelaxation } from '../../packages/core/src/learn/select-relaxation.ts'
import { fitSoftLogistic } from '../../packages/core/src/math/soft-logistic.ts'
import { dotRow, stackRows, type SparseMatrix } from '../../packages/core/src/math/sparse.ts'
import { METHODS, type Method } from './paper-cases.ts'

export interface LabelScores {
  /** Relaxation t* of trans. */
  readonly relaxation: number
  /** The three methods give the training rows the same labels as the one before them. */
  readonly repeats: Readonly<Record<Method, boolean>>
  /** Log-odds of the label, one per held-out row. */
  readonly scores: Readonly<Record<Method, readonly number[]>>
}

const SOLVER = { inversePenalty: 1, epochs: 15, tolerance: 1e-2 }

export interface LabelSplit {
  readonly pair: Pair
  readonly training: readonly Outcome[]
  readonly held: readonly Outcome[]
  readonly seed: number
}

export function scoreByLabels({ pair, training, held, seed }: LabelSplit): LabelScores {
  const encoder = createLexicalEncoder()
  const encode = ({ prompt = '' }: Outcome): ReturnType<typeof encoder.encode> =>
    encoder.encode(queryFromPrompt(prompt))
  const features = training.map(encode)
  const weighting = fitWeighting(features, encoder.spec)
  const toMatrix = (rows: typeof features): SparseMatrix =>
    stackRows(
      rows.map((row) => weigh(row, weighting).text),
      textColumns(weighting),
    )
  const [matrix, heldMatrix] = [toMatrix(features), toMatrix(held.map(encode))]
  const pairs = training.flatMap((row) => toPairOutcome(row, pair) ?? [])
  const relaxation = selectRelaxation(pairs).t
  const labels = METHODS.map((method) => makeLabels(pairs, method, relaxation))
  const scores = labels.map((one) => {
    const { weights, bias } = fitSoftLogistic(
      { matrix, labels: one, rows: [...pairs.keys()] },
      { ...SOLVER, rng: createRng(seed) },
    )
    return held.map((_, row) => dotRow(heldMatrix, row, weights) + bias)
  })
  const [det, prob, trans] = scores
  return {
    relaxation,
    repeats: { det: false, prob: isEqual(labels[0], labels[1]), trans: isEqual(labels[1], labels[2]) },
    scores: { det: det ?? [], prob: prob ?? [], trans: trans ?? [] },
  }
}

function isEqual(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  return a?.every((label, row) => label === b?.[row]) === true
}
