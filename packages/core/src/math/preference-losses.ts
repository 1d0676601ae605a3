/**
 * Losses of one battle between models of strengths s_i and s_j, with their gradients: what Prompt-to-Leaderboard trains its heads by.
 *
 *   Bradley-Terry   P(i wins) = sigmoid(s_i - s_j); a tie is half a win of each side
 *   Rao-Kupper      P(i wins) = sigmoid(s_i - s_j - eta), P(j wins) = sigmoid(s_j - s_i - eta), P(tie) = the rest
 *   grounded        P(i wins) = a / (a + theta b + 1), P(j wins) = b / (b + theta a + 1), P(both bad) = 1 / (1 + a + b), P(tie) = the rest,
 *                   a = e^s_i, b = e^s_j, theta = 1 + e^eta: a strength of 0 is as good as no answer
 *
 * Source: arXiv:2502.14855 and its public code. Losses are -ln P of what happened.
 */
import { sigmoid } from './logistic.ts'

export type Verdict = 'first' | 'second' | 'tie' | 'bothBad'

export interface Battle {
  readonly first: number
  readonly second: number
  /** How wide ties are. Not used by Bradley-Terry. */
  readonly eta: number
}

export interface BattleLoss {
  readonly loss: number
  /** Derivatives of the loss by the two strengths and eta. */
  readonly first: number
  readonly second: number
  readonly eta: number
}

export type PreferenceLoss = (battle: Battle, verdict: Verdict) => BattleLoss

/** Ties are no narrower than this: P2L's bound on Rao-Kupper's eta. */
const LEAST_ETA = 0.02
/** Keeps a chance that the model gives nothing from an infinite loss. */
const LEAST_CHANCE = 1e-6
/** e^30 is far above what any battle can tell. */
const LARGEST = 30

export function bradleyTerryLoss({ first, second }: Battle, verdict: Verdict): BattleLoss {
  const y = verdict === 'first' ? 1 : verdict === 'second' ? 0 : 0.5
  const p = sigmoid(first - second)
  const loss = -y * Math.log(Math.max(p, LEAST_CHANCE)) - (1 - y) * Math.log(Math.max(1 - p, LEAST_CHANCE))
  return { loss, first: p - y, second: y - p, eta: 0 }
}

/** Knows no answers that are both bad: they tie. */
export function raoKupperLoss({ first, second, eta }: Battle, verdict: Verdict): BattleLoss {
  const wide = Math.max(eta, LEAST_ETA)
  const moves = eta > LEAST_ETA ? 1 : 0
  const win = sigmoid(first - second - wide)
  const lose = sigmoid(second - first - wide)
  if (verdict === 'first' || verdict === 'second') {
    const p = verdict === 'first' ? win : lose
    const slope = verdict === 'first' ? p - 1 : 1 - p
    return { loss: -Math.log(Math.max(p, LEAST_CHANCE)), first: slope, second: -slope, eta: moves * (1 - p) }
  }
  const tie = Math.max(1 - win - lose, LEAST_CHANCE)
  const [bend, back] = [win * (1 - win), lose * (1 - lose)]
  const slope = (bend - back) / tie
  return { loss: -Math.log(tie), first: slope, second: -slope, eta: (-moves * (bend + back)) / tie }
}

export function groundedLoss({ first, second, eta }: Battle, verdict: Verdict): BattleLoss {
  const a = Math.exp(Math.min(first, LARGEST))
  const b = Math.exp(Math.min(second, LARGEST))
  const theta = 1 + Math.exp(eta)
  const [one, other, none] = [a + theta * b + 1, b + theta * a + 1, 1 + a + b]
  const win = {
    p: a / one,
    first: (a / one) * (1 - a / one),
    second: (-a * theta * b) / one ** 2,
    theta: (-a * b) / one ** 2,
  }
  const lose = {
    p: b / other,
    first: (-b * theta * a) / other ** 2,
    second: (b / other) * (1 - b / other),
    theta: (-a * b) / other ** 2,
  }
  const bad = { p: 1 / none, first: -a / none ** 2, second: -b / none ** 2, theta: 0 }
  const tie = {
    p: 1 - win.p - lose.p - bad.p,
    first: -win.first - lose.first - bad.first,
    second: -win.second - lose.second - bad.second,
    theta: -win.theta - lose.theta - bad.theta,
  }
  const happened = { first: win, second: lose, tie, bothBad: bad }[verdict]
  const p = Math.max(happened.p, LEAST_CHANCE)
  return {
    loss: -Math.log(p),
    first: -happened.first / p,
    second: -happened.second / p,
    eta: (-happened.theta * Math.exp(eta)) / p,
  }
}
