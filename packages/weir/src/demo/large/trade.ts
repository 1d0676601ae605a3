/** Groups, equal shares, packing and shopping: products, quotients, remainders and sums of prices. */
import { findNumbers } from '../read.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

export function solveTrade(reading: Reading): readonly Interpretation[] {
  return [shopping, groups, shares, packing].flatMap((solve) => interpret(reading, solve(reading.text)))
}

const ITEM =
  /(\d+)\s+\w+(?:\s\w+)?\s+(?:(?:at|for|costing|that cost)\s+)?\$(\d+(?:\.\d+)?)\s+(?:each|apiece|per \w+)/gi

/** "3 pens at $2 each and 2 mugs at $4 each", with the change from what was paid or the money left. */
function shopping(text: string): Solved | undefined {
  const items = [...text.matchAll(ITEM)].map((match) => [Number(match[1]), Number(match[2])] as const)
  if (items.length === 0) return undefined
  const total = items.reduce((sum, [count, price]) => sum + count * price, 0)
  const steps = [
    ...items.map(([count, price]) => `${count} x ${price} = ${count * price}.`),
    `Together ${total}.`,
  ]
  const used = 2 * items.length
  const money =
    /(?:\bhas|\bhad|\bpays? with|\bpaid with|\bgives the cashier|\bwith a)\s+\$(\d+(?:\.\d+)?)/i.exec(text)
  if (money !== null && /\b(?:change|left|remain|back)\b/i.test(text)) {
    const rest = Number(money[1]) - total
    return {
      answer: rest,
      steps: [...steps, `${money[1]} - ${total} = ${rest}.`],
      specific: 0.8,
      used: used + 1,
    }
  }
  return { answer: total, steps, specific: 0.8, used }
}

const GROUPS: readonly RegExp[] = [
  /(\d+)\s+\w+\s+(?:with|of|containing|holding|that (?:each )?(?:hold|contain)s?)\s+(\d+)\s+\w+(?:\s+(?:in\s+)?(?:each|every|apiece))/i,
  /(\d+)\s+\w+\s+and\s+(?:each|every)\s+\w*\s*(?:contains?|holds?|has)\s+(\d+)/i,
  /(?:each|every|one|an?|1)\s+\w+\s+(?:holds?|contains?|has|fits)\s+(\d+)\s+\w+.*\bhow many\b.*\bin\s+(\d+)/i,
  /(\d+)\s+\w+\.\s+(?:each|every)\s+(?:\w+\s+)?(?:holds?|contains?|has)\s+(\d+)/i,
]

function groups(text: string): Solved | undefined {
  const found = GROUPS.map((pattern) => pattern.exec(text)).find((match) => match !== null)
  if (found === undefined || found === null) return undefined
  const [a, b] = [Number(found[1]), Number(found[2])]
  return { answer: a * b, steps: [`${a} x ${b} = ${a * b}.`], specific: 0.8, used: 2 }
}

function shares(text: string): Solved | undefined {
  const isShared =
    /\b(?:shared?|shares|divided?|divides|splits?|distributed?|distributes)\b.*\b(?:equally|evenly|fairly)\b/i.test(
      text,
    )
  const [total, people, ...more] = findNumbers(text)
  if (!isShared || total === undefined || people === undefined || more.length > 0) return undefined
  const each = Math.floor(total / people)
  if (/\b(?:left over|remain)/i.test(text)) return { answer: total % people, specific: 0.85, used: 2 }
  const answer = Number.isInteger(total) ? each : total / people
  return { answer, steps: [`${total} / ${people} = ${answer}.`], specific: 0.8, used: 2 }
}

function packing(text: string): Solved | undefined {
  const found = /(\d+)\s+\w+\s+(?:in)?to\s+\w+\s+of\s+(\d+)/i.exec(text)
  if (found === null) return undefined
  const [total, size] = [Number(found[1]), Number(found[2])]
  const isRest = /\b(?:left over|remain|not packed)/i.test(text)
  const answer = isRest
    ? total % size
    : /\bfull\b/i.test(text)
      ? Math.floor(total / size)
      : Math.ceil(total / size)
  return {
    answer,
    steps: [`${total} = ${Math.floor(total / size)} x ${size} + ${total % size}.`],
    specific: 0.9,
    used: 2,
  }
}
