/**
 * Quality drop: how much worse a system is than sending everything to the large model, as a fraction of the latter.
 *
 *   qualityDrop = (Q(all large) - Q(S)) / |Q(all large)|
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 2.3; the formula is ours, the paper prints none (papers.md A.6). The absolute value keeps
 * the sign right for measures below zero, such as BART score.
 */

/** Lower is better; below 0 the system beats the large model. Undefined when the large model's quality is 0. */
export function qualityDrop(quality: number, large: number): number | undefined {
  return large === 0 ? undefined : (large - quality) / Math.abs(large)
}
