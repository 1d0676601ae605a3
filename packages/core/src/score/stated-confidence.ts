/**
 * Stated confidence: what the model says of its own certainty in its answer, where it says it in numbers.
 *
 *   "Confidence: 85%"   "I'm 90% sure"   "confidence level of 0.9"   "Certainty: 7/10"   {"confidence": 0.8}   "with 80-90% confidence"
 *
 * The last statement counts; a range counts as its middle. A number without a unit is a fraction up to 1 and a percentage from 11 on;
 * between, the scale is unknown and nothing is taken. "Not 100% sure" and "95% confidence interval" state no confidence. Models overstate
 * (AUC 0.54 to 0.66 on recorded answers): a weak signal, and free only where the prompt asks for it anyway.
 */
import type { Scorer } from '../contract/score.ts'

export function createStatedConfidenceScorer(): Scorer {
  return {
    signal: 'statedConfidence',
    needs: {},
    score({ attempt: { answers = [], best = 0 } }) {
      const value = parseStatedConfidence(answers[best]?.text ?? '')
      return value === undefined ? {} : { value }
    },
  }
}

const NUMBER = String.raw`(\d+(?:\.\d+)?|\.\d+)`
const UNIT = String.raw`(%|percent\b|/ ?100\b|/ ?10\b|/ ?5\b|out of (?:100|10|5)\b)`
/** "80", "80%", "80-90%", "80% to 90 percent", "7/10", "7 out of 10". */
const AMOUNT = String.raw`${NUMBER} ?(?:(?:%|percent)? ?(?:-|–|to) ?${NUMBER} ?)?${UNIT}?`
const ABOUT = String.raw`(?:(?:about|around|roughly|approximately|approx\.?|at|~|≈) ?)?`

/** "confidence (0-100): 85%", "confidence level of 0.9", "confidence: 0.9", "probability that this is right: 0.8". */
const NAMED = new RegExp(
  String.raw`\b(?:confidence|certainty|probability(?=[\w ]{1,40}\b(?:correct|right)\b))(?: (?:level|score|rating|estimate))?(?: (?:in|that|of) (?:my|the|this|it|being)\b[\w ]{0,40}?)? ?(?:[([][^)\]\n]{0,40}[)\]])? ?(?:(?:is|of|:|=|-|–) ?){0,2}${ABOUT}${AMOUNT}(?! ?(?:confidence|ci\b))`,
  'gi',
)
/** "90% sure", "85 percent confident", "with 95% confidence"; not "95% confidence interval", not "not 100% sure". */
const SURE = new RegExp(
  String.raw`(?<!(?:\bnot|n['’]t|\bnever|\bless than|\bunder|\bbelow|\bat most) (?:\w+ )?)(?<![\d.])${NUMBER} ?(?:(?:%|percent)? ?(?:-|–|to) ?${NUMBER} ?)?(%|percent) (?:sure|certain|confident|confidence(?! (?:interval|region|level|band|limit)))\b`,
  'gi',
)

/** Range [0, 1]; undefined when no confidence is stated in numbers. */
export function parseStatedConfidence(text: string): number | undefined {
  const plain = clean(text)
  const said = [...plain.matchAll(NAMED), ...plain.matchAll(SURE)].toSorted((a, b) => a.index - b.index)
  for (const [, from = '', to, unit = ''] of said.reverse()) {
    const amount = to === undefined ? Number(from) : (Number(from) + Number(to)) / 2
    const value = toFraction(amount, unit.toLowerCase())
    if (value !== undefined) return value
  }
  return undefined
}

/** Characters looked at, from the end: what a model says of its certainty comes last, and no text can make the patterns slow. */
const LOOKED_AT = 4000

/** Marks go, runs of white space become one space; a line break stays, unless a colon stands before it. */
function clean(text: string): string {
  return text
    .slice(-LOOKED_AT)
    .replace(/["*`\\]+/g, '')
    .replace(/[_\t\r ]+/g, ' ')
    .replace(/(?: ?\n ?)+/g, '\n')
    .replace(/([:=])\n/g, '$1 ')
}

function toFraction(amount: number, unit: string): number | undefined {
  const scale = scaleOf(amount, unit)
  const value = amount / scale
  return value <= 1 ? value : undefined
}

function scaleOf(amount: number, unit: string): number {
  const [outOf] = /\d+/.exec(unit) ?? []
  if (outOf !== undefined) return Number(outOf)
  if (unit !== '') return 100
  if (amount <= 1) return 1
  return amount > 10 ? 100 : Number.NaN
}
