/**
 * Cost of several answers of one model to one query. The one place that knows what `promptBilled` means, for expected costs and for recorded ones:
 *
 *   prompts = 1 when the prompt is billed once, else n
 *   costUsd = n outputTokens outputUsdPerMTok / 10^6 + prompts inputTokens inputUsdPerMTok / 10^6
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.2, which always charges the prompt once. True only of an API that bills one prompt for n
 * completions; n calls of one answer each pay for n prompts, which is the default here.
 */
import type { Candidate } from './candidate.ts'

/** One answer's use, measured or a mean. */
export interface AnswerUse {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Cost of a single answer, its prompt among it, USD. */
  readonly costUsd?: number
}

/** By the candidate's prices where tokens and prices are known, else from `costUsd`; undefined when neither is: unknown is not free. */
export function sampleCostUsd(
  { inputUsdPerMTok, outputUsdPerMTok, promptBilled = 'per-sample' }: Omit<Candidate, 'model'>,
  { inputTokens, outputTokens, costUsd }: AnswerUse,
  samples: number,
): number | undefined {
  const repeated = promptBilled === 'once' ? samples - 1 : 0
  const promptUsd =
    inputUsdPerMTok === undefined || inputTokens === undefined ? 0 : (inputTokens * inputUsdPerMTok) / 1e6
  if (costUsd !== undefined) return samples * costUsd - repeated * promptUsd
  if (inputUsdPerMTok === undefined || outputUsdPerMTok === undefined) return undefined
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  return (samples * outputTokens * outputUsdPerMTok) / 1e6 + (samples - repeated) * promptUsd
}
