/**
 * Best-of-n as an artifact keeps it and as a river serves it: composes estimate/, decide/, score/ and learn/, which do not know each other.
 */
import type { Candidate } from './contract/candidate.ts'
import type { Mode, OperatingPoint } from './contract/decision.ts'
import { WeirError } from './contract/errors.ts'
import type { EncoderSpec } from './contract/features.ts'
import type { Outcome } from './contract/outcome.ts'
import { packArray, unpackArray, type PackedArray } from './contract/packed-array.ts'
import type { AnswerEstimator, Selector } from './contract/score.ts'
import { createBestOfNPolicy, type ArmUse, type BestOfNPolicyOptions } from './decide/best-of-n.ts'
import { createArmEstimator } from './estimate/best-of-n.ts'
import { fromStoredArms, toStoredArms, type StoredArms } from './estimate/stored-arms.ts'
import { DEFAULT_DELTA, LEVELS } from './learn/calibration.ts'
import { fitAnswerReward, type FittedReward } from './learn/fit-answer-reward.ts'
import { fitArms, type BestOfNOptions } from './learn/fit-best-of-n.ts'
import { selectArmLevels } from './learn/select-arm-levels.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromOutcome } from './request/query.ts'
import type { AgreementMode } from './score/agreement.ts'
import { createRewardSelector } from './score/answer-reward.ts'
import { createPluralitySelector } from './score/select.ts'
import type { Service } from './serve.ts'

/** How the best of several answers is chosen. */
export type StoredSelector =
  | { readonly name: 'plurality'; readonly mode: AgreementMode }
  | ({
      readonly name: 'reward'
      readonly text: PackedArray
      readonly exchange: readonly number[]
    } & Pick<FittedReward, 'pairs' | 'pairAccuracy' | 'curve' | 'isFooled'>)

/** What an artifact keeps under `services['best-of-n']`. Plain data. */
export interface StoredBestOfN {
  readonly reference: string
  readonly rule: NonNullable<BestOfNPolicyOptions['rule']>
  /** Mean cost of one answer of the reference, USD. */
  readonly unitUsd: number
  /** By model. */
  readonly uses: Readonly<Record<string, ArmUse>>
  readonly selector: StoredSelector
  readonly arms: StoredArms
  readonly levels: Readonly<Record<Mode, readonly OperatingPoint[]>>
  /** 1 - delta of the promises. */
  readonly confidence: number
  /** Rows that taught. */
  readonly rows: number
}

export interface TrainBestOfNOptions extends Pick<
  BestOfNOptions,
  'models' | 'reference' | 'samples' | 'seed'
> {
  /** Prices to decide by, of all models; without them the rows' `costUsd` decides. */
  readonly candidates?: readonly Candidate[]
  /** 'plurality' where answers have a short final form; 'reward', a learned proxy, for open answers. Default 'plurality'. */
  readonly selector?: StoredSelector['name']
  /** How answers are compared when the samples vote. Default 'exact'. */
  readonly agreement?: AgreementMode
  /** Default 'value'. */
  readonly rule?: StoredBestOfN['rule']
  /** Chance that the promise of a level is broken. Default 0.05. */
  readonly delta?: number
}

/**
 * Learns from rows with several samples per model. Throws `data.too_few` when too few rows have them, `data.field` when the cost of a model is known
 * neither from prices and tokens nor from the rows.
 */
export function trainBestOfN(rows: readonly Outcome[], options: TrainBestOfNOptions): StoredBestOfN {
  const { reference, rule = 'value', delta = DEFAULT_DELTA, seed } = options
  const { selector, selectorFor } = fitSelector(rows, options)
  const fitted = fitArms(rows, { ...options, ...READING, selectorFor })
  const uses = addPrices(fitted.uses, options.candidates ?? [])
  const policy = { reference, uses, rule, unitUsd: unitOf(uses, reference) }
  const levels = selectArmLevels(fitted, { levels: LEVELS, delta, seed, policy })
  return {
    ...policy,
    selector,
    arms: toStoredArms(fitted.parameters),
    levels,
    confidence: 1 - delta,
    rows: fitted.examples.length,
  }
}

const READING = { encoder: createLexicalEncoder(), toQuery: queryFromOutcome } as const

function fitSelector(
  rows: readonly Outcome[],
  options: TrainBestOfNOptions,
): { readonly selector: StoredSelector } & Pick<BestOfNOptions, 'selectorFor'> {
  const { selector = 'plurality', agreement: mode = 'exact' } = options
  if (selector === 'plurality') {
    const plurality = createPluralitySelector(mode)
    return { selector: { name: selector, mode }, selectorFor: () => plurality }
  }
  const { reward, heldOutFor, ...measured } = fitAnswerReward(rows, { ...options, ...READING })
  return {
    selector: {
      name: selector,
      ...measured,
      text: packArray(reward.text, 'int8'),
      exchange: reward.exchange,
    },
    selectorFor: (query) => createRewardSelector(heldOutFor(query), READING.encoder),
  }
}

function createSelector(stored: StoredSelector): Selector {
  if (stored.name === 'plurality') return createPluralitySelector(stored.mode)
  const text = unpackArray(stored.text, 'selector.text')
  return createRewardSelector({ text, exchange: stored.exchange }, READING.encoder)
}

/** The prices of the candidates beside the means of the rows; of no use to anyone where neither tells a cost. */
function addPrices(
  uses: Readonly<Record<string, ArmUse>>,
  candidates: readonly Candidate[],
): Record<string, ArmUse> {
  const priced = Object.entries(uses).map(([model, use]): [string, ArmUse] => {
    const { inputUsdPerMTok, outputUsdPerMTok, promptBilled } = candidates.find(
      (one) => one.model === model,
    ) ?? { model }
    const known: ArmUse = {
      ...use,
      ...(inputUsdPerMTok === undefined ? {} : { inputUsdPerMTok }),
      ...(outputUsdPerMTok === undefined ? {} : { outputUsdPerMTok }),
      ...(promptBilled === undefined ? {} : { promptBilled }),
    }
    if (use.costUsd !== undefined || isPriced(known)) return [model, known]
    throw new WeirError(
      'data.field',
      `no row says what an answer of ${model} costs (costUsd), and its prices and output tokens are not all known; give one of them`,
    )
  })
  return Object.fromEntries(priced)
}

function isPriced({ inputUsdPerMTok, outputUsdPerMTok, outputTokens }: ArmUse): boolean {
  return inputUsdPerMTok !== undefined && outputUsdPerMTok !== undefined && outputTokens !== undefined
}

function unitOf(uses: Readonly<Record<string, ArmUse>>, reference: string): number {
  const {
    costUsd,
    inputUsdPerMTok = 0,
    outputUsdPerMTok = 0,
    inputTokens = 0,
    outputTokens = 0,
  } = uses[reference] ?? {}
  const byPrice = (inputTokens * inputUsdPerMTok + outputTokens * outputUsdPerMTok) / 1e6
  return byPrice > 0 ? byPrice : (costUsd ?? 1)
}

/** Answers are chosen among, not judged: no chance of being good enough is claimed after they were read. */
const UNJUDGED: AnswerEstimator = {
  name: 'none',
  signals: [],
  estimate: () => ({ pGoodEnough: null }),
}

/** Throws `artifact.truncated` when the stored arms are damaged. */
export function createBestOfNService(stored: StoredBestOfN, encoder: EncoderSpec): Service {
  const { reference, rule, unitUsd, uses, levels, confidence, selector } = stored
  const arms = fromStoredArms(stored.arms, encoder)
  return {
    levels,
    confidence,
    stages: [...new Set([...arms.arms.map(({ model }) => model), reference])],
    estimator: createArmEstimator(arms),
    scoring: { scorers: [], estimator: UNJUDGED, selector: createSelector(selector) },
    createPolicy: ({ threshold, mode }) =>
      createBestOfNPolicy({
        reference,
        threshold,
        uses,
        rule,
        unitUsd,
        noThresholdReason: mode === 'promise' ? 'level_not_provable' : 'level_not_feasible',
      }),
  }
}
