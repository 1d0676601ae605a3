/**
 * Selectors: which of several answers is given.
 *
 *   plurality   the answer that most of them agree on; the first of equals        self-consistency, Wang et al., arXiv:2203.11171
 *   reward      the answer that a learned reward ranks highest                     answer-reward.ts
 */
import type { Selector } from '../contract/score.ts'
import { pluralityOf, type AgreementMode } from './agreement.ts'

export function createPluralitySelector(mode: AgreementMode = 'exact'): Selector {
  return { name: 'plurality', select: (answers) => pluralityOf(answers, mode).best }
}
