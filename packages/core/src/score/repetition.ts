/**
 * Repetition: a model that goes round in circles, within one answer or over the steps of a conversation.
 *
 *   line     the same line stands `times` times in a row (at least one letter or digit in it)
 *   ending   the text, up to its last letter or digit, ends in one unit of at least MIN_UNIT characters, `times` times over
 *   action   the same answer, tool calls included, for the `times`-th time: counted over the assistant's turns of the conversation and over
 *            this request's attempts of the same model
 *
 * Source: BudgetMLAgent, arXiv:2411.07464 (third identical action). Attempts of *another* model are left out: two models that agree are no sign
 * of trouble. Tool calls of earlier turns are not in a Query, so that over turns texts alone are compared.
 */
import type { Answer } from '../contract/answer.ts'
import type { ScorerInput } from '../contract/score.ts'

/** Characters; shorter units are rulers, ellipses and spaces. */
const MIN_UNIT = 8

/** Characters looked at from the end: a loop that matters is still going on there. */
const LOOKED_AT = 4000

export function isRepeated(answer: Answer, input: ScorerInput, times: number): boolean {
  return (
    hasRepeatedLine(answer.text, times) ||
    hasLoopedEnding(answer.text, times) ||
    isAction(answer, input, times)
  )
}

function hasRepeatedLine(text: string, times: number): boolean {
  let run = 0
  let before = ''
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue
    run = line === before ? run + 1 : 1
    before = line
    if (run >= times && /[\p{L}\p{N}]/u.test(line)) return true
  }
  return false
}

/**
 * From the last letter or digit backwards: the last `unit` characters equal those before, `times` - 1 times over, when the run of characters that
 * equal the one `unit` places later is long enough.
 */
function hasLoopedEnding(text: string, times: number): boolean {
  const end = endOf(text)
  for (let unit = MIN_UNIT; unit * times <= end.length; unit++) {
    let at = end.length - unit - 1
    while (at >= 0 && end[at] === end[at + unit]) at -= 1
    if (end.length - unit - 1 - at >= unit * (times - 1)) return true
  }
  return false
}

/** The end of the text up to its last letter or digit: rulers and dots after it repeat without meaning anything. */
function endOf(text: string): string {
  const end = text.slice(-LOOKED_AT)
  let length = end.length
  while (length > 0 && !/[\p{L}\p{N}]/u.test(end[length - 1] ?? '')) length -= 1
  return end.slice(0, length)
}

function isAction(answer: Answer, { query, attempt, earlier }: ScorerInput, times: number): boolean {
  const action = actionOf(answer)
  if (action === '') return false
  const attempts = earlier.filter(({ model }) => model === attempt.model)
  const before = [
    ...query.turns.filter(({ role }) => role === 'assistant').map(({ text }) => actionOf({ text })),
    ...attempts.flatMap(({ answers = [], best = 0 }) => answers.slice(best, best + 1).map(actionOf)),
  ]
  return before.filter((one) => one === action).length >= times - 1
}

function actionOf({ text, toolCalls = [] }: Answer): string {
  return [text, ...toolCalls.map((call) => `${call.name}(${call.arguments})`)]
    .map((part) => part.split(/\s+/).filter(Boolean).join(' '))
    .filter((part) => part !== '')
    .join('\n')
}
