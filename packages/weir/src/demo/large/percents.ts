/** Percentages: parts, fractions of amounts, changes in a row, the percentage asked for, and what was there before a change. */
import { findNumbers } from '../read.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'
import { findShare } from './story-words.ts'

export function solvePercents(reading: Reading): readonly Interpretation[] {
  const text = reading.text.replace(/\bper ?cent\b/gi, '%').replace(/(\d)\s+%/g, '$1%')
  return [partOf, whichPart, changeAsked, reversed, compounded, changed].flatMap((solve) =>
    interpret(reading, solve(text)),
  )
}

const AMOUNT = String.raw`\$?(\d+(?:,\d{3})*(?:\.\d+)?)(?!\d|%|\.\d)`

function toNumber(written = ''): number {
  return Number(written.replaceAll(',', ''))
}

function partOf(text: string): Solved | undefined {
  const found = new RegExp(
    `(\\d+(?:\\.\\d+)?%|\\d+\\/\\d+|half|\\d* ?an? (?:third|quarter|fifth|tenth)|\\d+ (?:thirds?|quarters?|fifths?|tenths?)|(?:third|quarter)) of ${AMOUNT}`,
    'i',
  ).exec(text)
  const share = found === null ? undefined : findShare(found[1] ?? '')
  if (share === undefined || found === null || /\bis what\b/i.test(text)) return undefined
  const answer = share * toNumber(found[2])
  return {
    answer,
    steps: [`${share} x ${found[2]} = ${answer}.`],
    specific: 0.85,
    used: findNumbers(found[0]).length,
  }
}

/** "What percent of 80 is 20", "20 is what percentage of 80", "20 of 80 ... what percentage". */
function whichPart(text: string): Solved | undefined {
  const asks = /\bwhat (?:%|percentage|percent)|\bwhich percentage/i.test(text)
  if (!asks) return undefined
  const wholeFirst = new RegExp(`(?:%|percentage) of ${AMOUNT} (?:is|are|makes) ${AMOUNT}`, 'i').exec(text)
  const partFirst = new RegExp(
    `${AMOUNT} (?:(?:is|are) what (?:%|percentage) of|(?:out )?of(?: the)?) ${AMOUNT}`,
    'i',
  ).exec(text)
  const [part, whole] =
    wholeFirst === null ? [partFirst?.[1], partFirst?.[2]] : [wholeFirst[2], wholeFirst[1]]
  if (part === undefined || whole === undefined) return undefined
  const answer = (100 * toNumber(part)) / toNumber(whole)
  return { answer, steps: [`${part} / ${whole} = ${answer / 100}.`], specific: 1, used: 2 }
}

function changeAsked(text: string): Solved | undefined {
  const found = new RegExp(`\\bfrom ${AMOUNT} to ${AMOUNT}`, 'i').exec(text)
  if (
    found === null ||
    !/\b(?:by )?what (?:%|percentage)|\bpercentage (?:change|increase|decrease)/i.test(text)
  )
    return undefined
  const [from, to] = [toNumber(found[1]), toNumber(found[2])]
  const answer = (100 * Math.abs(to - from)) / from
  return { answer, steps: [`The change is ${Math.abs(to - from)} of ${from}.`], specific: 1, used: 2 }
}

const UP =
  /\b(?:increas|rais|rise|risen|rose|rising|goes up|went up|grow|grew|gain|plus|markup|marked up|interest|tip|tax)/i
const DOWN =
  /\b(?:decreas|reduc|lower|discount|falls?|fell|drops?|dropped|goes down|went down|off\b|cheaper|loses?|lost|sale)/i

function reversed(text: string): Solved | undefined {
  const ofNumber = new RegExp(
    `(\\d+(?:\\.\\d+)?)% of (?:a|an|the|some|which|what) (?:\\w+ )?(?:is|are|equals) ${AMOUNT}`,
    'i',
  ).exec(text)
  if (ofNumber !== null) {
    const answer = (100 * toNumber(ofNumber[2])) / Number(ofNumber[1])
    return {
      answer,
      steps: [`${ofNumber[2]} / ${Number(ofNumber[1]) / 100} = ${answer}.`],
      specific: 1,
      used: 2,
    }
  }
  const asks = /\b(?:original|before|initial|without tax|without the tax|at first|used to)\b/i.test(text)
  const rate = /(\d+(?:\.\d+)?)%/.exec(text)
  const amount = new RegExp(AMOUNT).exec(text.replace(/\d+(?:\.\d+)?%/g, ' '))
  if (!asks || rate === null || amount === null) return undefined
  const factor = 1 + ((DOWN.test(text) ? -1 : 1) * Number(rate[1])) / 100
  const answer = toNumber(amount[1]) / factor
  return { answer, steps: [`${amount[1]} / ${factor} = ${answer}.`], specific: 1, used: 2 }
}

function compounded(text: string): Solved | undefined {
  const years = /\b(?:after|for|in) (\d+) years\b/i.exec(text)
  const rate = /(\d+(?:\.\d+)?)%/.exec(text)
  const amount = new RegExp(AMOUNT).exec(text)
  if (
    years === null ||
    rate === null ||
    amount === null ||
    !/\binterest\b|\bper year\b|\ba year\b/i.test(text)
  )
    return undefined
  const growth = Number(rate[1]) / 100
  const isSimple = /\bsimple interest\b/i.test(text)
  const factor = isSimple ? 1 + growth * Number(years[1]) : (1 + growth) ** Number(years[1])
  const answer = toNumber(amount[1]) * factor
  return { answer, steps: [`The factor is ${factor}.`], specific: 1, used: 3 }
}

/** One or more changes carried out in order: each percentage takes the direction of the clause it stands in. */
function changed(text: string): Solved | undefined {
  const amount = new RegExp(AMOUNT).exec(text.replace(/\d+(?:\.\d+)?%/g, (rate) => ' '.repeat(rate.length)))
  const clauses = text.split(/[.,;]\s|\b(?:and|then)\b/i)
  const steps: string[] = []
  let value = toNumber(amount?.[1])
  let direction = 0
  for (const clause of clauses) {
    direction = DOWN.test(clause) ? -1 : UP.test(clause) ? 1 : direction
    for (const [, rate] of clause.matchAll(/(\d+(?:\.\d+)?)%/g)) {
      value *= 1 + (direction * Number(rate)) / 100
      steps.push(`${direction < 0 ? 'Down' : 'Up'} ${rate}%: ${value}.`)
    }
  }
  if (amount === null || steps.length === 0 || direction === 0) return undefined
  const isPartAsked = /\bhow much (?:is|was) the (?:discount|increase|tip|tax|interest)|\bsave\b/i.test(text)
  const answer = isPartAsked ? Math.abs(value - toNumber(amount[1])) : value
  return { answer, steps, specific: 0.7, used: 1 + steps.length }
}
