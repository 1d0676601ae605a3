/**
 * External scorer: anything behind HTTP that reads a question and an answer and returns a number: a quality-estimation or reward model, a
 * linter, a test runner.
 *
 * Sent: ExternalRequest as JSON. Expected: `{"score": 0.7}` or a bare number; any finite real, higher is better. A reply without one, a failure
 * or a timeout leaves the signal absent, and the policy does what its configuration says. Source: Translate Smart, not Hard, arXiv:2502.12701.
 */
import { isRecord, parseJson } from '../contract/json.ts'
import type { Scorer } from '../contract/score.ts'
import { readCall, type AskExternal } from './extra-call.ts'

export function createExternalScorer({ ask }: { readonly ask: AskExternal }): Scorer {
  return {
    signal: 'external',
    needs: { extraCalls: 1 },
    async score({ query, attempt: { model, answers = [], best = 0 } }) {
      const { text, toolCalls } = answers[best] ?? { text: '' }
      const reply = await ask({
        query,
        model,
        answer: { text, ...(toolCalls === undefined ? {} : { toolCalls }) },
      })
      return readCall(reply, 'external', (said) => parseExternalScore(said.answers?.[0]?.text ?? ''))
    },
  }
}

/** Undefined when the body holds no finite score. */
export function parseExternalScore(body: string): number | undefined {
  try {
    const value = parseJson(body)
    const score = isRecord(value) ? value['score'] : value
    return typeof score === 'number' && Number.isFinite(score) ? score : undefined
  } catch {
    return undefined
  }
}
