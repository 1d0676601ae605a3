/**
 * The large demo program. Every skill reads the question in every way it can; the reading that explains most of the question wins and
 * its working is written out. Nothing is looked up: a question of your own gets a computed answer, or the admission that there is none.
 */
import { askedPlaces, declineSize, digitise, type Program, type Reply } from '../read.ts'
import { solveArithmetic, solveNumberFacts } from './arithmetic.ts'
import { solveConversion } from './conversion.ts'
import { solveDates } from './dates.ts'
import { solveLists } from './lists.ts'
import { solveOrders } from './orders.ts'
import { solvePercents } from './percents.ts'
import { solveRates } from './rates.ts'
import { solveSets } from './sets.ts'
import type { Interpretation, Reading, Skill } from './skill.ts'
import { solveStory } from './story.ts'
import { solveStrings } from './strings.ts'
import { solveTrade } from './trade.ts'

export const LARGE_MODEL = 'demo-large'

const SKILLS: readonly Skill[] = [
  solveArithmetic,
  solveNumberFacts,
  solveStory,
  solveTrade,
  solveConversion,
  solveDates,
  solveStrings,
  solveSets,
  solveLists,
  solvePercents,
  solveRates,
  solveOrders,
]

export const largeProgram: Program = {
  model: LARGE_MODEL,
  reply(prompt: string): Reply {
    const refusal = declineSize(prompt)
    if (refusal !== undefined) return { text: refusal, tried: 0 }
    const text = prompt.replace(/\s+/g, ' ').trim()
    const readings = readAll(text)
    const found = readings.flatMap((reading) => SKILLS.flatMap((skill) => skill(reading)))
    const best = found.reduce<Interpretation | undefined>(
      (top, one) => (top === undefined || one.fit > top.fit ? one : top),
      undefined,
    )
    const tried = found.length
    if (best === undefined)
      return { text: 'I could not find a reading of this question that I can compute.', tried }
    return {
      text: [
        `I read the question in ${tried} ${tried === 1 ? 'way' : 'ways'}.`,
        ...best.steps,
        `Answer: ${best.answer}`,
      ].join('\n'),
      tried,
    }
  },
}

/** The question as it stands and, when different, with instructions such as "Round to 2 decimals" taken out. */
function readAll(text: string): readonly Reading[] {
  const places = askedPlaces(text) ?? 4
  const digits = digitise(text)
  const bare = digits.replace(/\s*\b(?:Round(?:ed)?|Give|Answer|If several)\b[^.?]*[.?]?\s*$/i, '').trim()
  const texts = bare === digits || bare === '' ? [digits] : [digits, bare]
  return texts.map((one) => ({ text: one, places }))
}
