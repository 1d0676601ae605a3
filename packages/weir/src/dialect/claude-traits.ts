/**
 * Claude traits: what differs between generations of Anthropic's models, by their names. Known older ones are listed; what is not listed is
 * taken to be new. Source: Anthropic's model and thinking pages, November 2026. Anthropic-compatible servers of others: see `isClaude`.
 */
export interface ClaudeTraits {
  readonly isClaude: boolean
  /** 'budget': thinking takes `budget_tokens`; 'adaptive': it takes an effort. */
  readonly thinking: 'budget' | 'adaptive'
  /** False when `temperature`, `top_p` and `top_k` are refused. */
  readonly samples: boolean
  /** `max_tokens` when nobody says: the API needs one. Below every limit of the generation; the answer ends with `length` where it is reached. */
  readonly maxOutputTokens: number
}

/** Up to 4.5. */
const BUDGET = /claude-(?:instant|v?2|3|(?:opus|sonnet|haiku)-4(?:$|[@-](?:0|1|5)(?!\d)|[@-]20\d{6}))/
/** Up to 4.6. */
const SAMPLING = /claude-(?:instant|v?2|3|(?:opus|sonnet|haiku)-4(?:$|[@-](?:0|1|5|6)(?!\d)|[@-]20\d{6}))/
const SMALL = /claude-(?:instant|v?2|3(?!-[57]))/
const MEDIUM = /claude-3-5/

export function claudeTraits(model: string): ClaudeTraits {
  const isClaude = model.includes('claude')
  return {
    isClaude,
    thinking: !isClaude || BUDGET.test(model) ? 'budget' : 'adaptive',
    samples: !isClaude || SAMPLING.test(model),
    maxOutputTokens: limitOf(model, isClaude),
  }
}

function limitOf(model: string, isClaude: boolean): number {
  if (SMALL.test(model)) return 4096
  if (!isClaude || MEDIUM.test(model)) return 8192
  return 32_000
}
