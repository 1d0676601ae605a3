/**
 * The small demo program: quick, cheap and good at one simple step. It takes the first skill whose keyword it sees, so a question of
 * several steps gets an honest wrong answer; wording it does not know gets "I don't know." Number words end at twelve.
 */
import { declineSize, digitise, type Program, type Reply } from '../read.ts'
import { answerDates, answerUnits } from './measures.ts'
import {
  answerExpression,
  answerLarger,
  answerList,
  answerPercent,
  answerSequence,
  answerSpeed,
  answerStory,
  answerWorded,
} from './numbers.ts'
import { answerOrders, answerSets, answerStrings } from './words.ts'

export const SMALL_MODEL = 'demo-small'

const SKILLS: readonly ((text: string) => string | undefined)[] = [
  answerSets,
  answerStrings,
  answerDates,
  answerUnits,
  answerOrders,
  answerSequence,
  answerList,
  answerPercent,
  answerLarger,
  answerSpeed,
  answerExpression,
  answerStory,
  answerWorded,
]

export const smallProgram: Program = {
  model: SMALL_MODEL,
  reply(prompt: string): Reply {
    const refusal = declineSize(prompt)
    if (refusal !== undefined) return { text: refusal, tried: 0 }
    const text = digitise(prompt.trim(), 12)
    let tried = 0
    for (const skill of SKILLS) {
      tried += 1
      const answer = skill(text)
      if (answer !== undefined) return { text: answer, tried }
    }
    return { text: "I don't know.", tried }
  },
}
