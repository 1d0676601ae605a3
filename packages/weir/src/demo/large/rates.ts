/** Speed, price and work: quantities with units, matched against the rules that connect them. */
import { findDays } from '../calendar.ts'
import { findNumbers } from '../read.ts'
import { findUnit } from '../units.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

export function solveRates(reading: Reading): readonly Interpretation[] {
  const text = reading.text.replace(/\bkmh\b|\bkph\b/gi, 'km/h').replace(/\bmph\b/gi, 'miles/hour')
  return [travel, meeting, perOne, proportion, workers, pipes].flatMap((solve) =>
    interpret(reading, solve(text)),
  )
}

interface Quantities {
  /** Meters per second. */
  readonly speeds: readonly number[]
  /** Meters. */
  readonly distances: readonly number[]
  /** Seconds. */
  readonly times: readonly number[]
}

const SPEED = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*(?:\/|per |an? )\s*(h|hour|minute|min|second|s)\b/gi
/** The same without the flag that makes a pattern remember where it stopped. */
const SPEED_UNITS = new RegExp(SPEED.source, 'i')
const PLAIN = /(\d+(?:\.\d+)?)\s*([a-z]+)\b/gi

function readQuantities(text: string): Quantities {
  const speeds: number[] = []
  const rest = text.replace(SPEED, (...match: string[]) => {
    const [all = '', amount, unit = '', per = ''] = match
    const [top, bottom] = [findUnit(unit), findUnit(per)]
    if (top?.dimension !== 'length' || bottom === undefined) return all
    speeds.push((Number(amount) * top.size) / bottom.size)
    return ' '
  })
  const found = [...rest.matchAll(PLAIN)].map(([, amount, name = '']) => ({
    amount: Number(amount),
    unit: findUnit(name),
  }))
  const of = (dimension: string): readonly number[] =>
    found
      .filter(({ unit }) => unit?.dimension === dimension)
      .map(({ amount, unit }) => amount * (unit?.size ?? NaN))
  return { speeds, distances: of('length'), times: of('time') }
}

/** The unit in which the question wants a length or a time: the one it names, else that of the speed, else km and hours. */
function askedUnit(text: string, dimension: 'length' | 'time'): number {
  const question = text.split(/[.?]\s/).findLast((part) => /\b(?:how|what|give)\b/i.test(part)) ?? text
  const named = [...question.matchAll(/\b(?:how many|in|give)\s+([a-z]+)\b/gi)].map((match) =>
    findUnit(match[1] ?? ''),
  )
  const [, , distance = '', time = ''] = SPEED_UNITS.exec(text) ?? []
  const units = [...named, findUnit(distance), findUnit(time)]
  return units.find((unit) => unit?.dimension === dimension)?.size ?? (dimension === 'length' ? 1000 : 3600)
}

function askedSpeed(text: string): number {
  const found = /\bin\s+(km|kilometers|m|meters|miles)\s*(?:\/|per)\s*(h|hour|s|second|minute)\b/i.exec(text)
  return found === null
    ? 1000 / 3600
    : (findUnit(found[1] ?? '')?.size ?? NaN) / (findUnit(found[2] ?? '')?.size ?? NaN)
}

function travel(text: string): Solved | undefined {
  const { speeds, distances, times } = readQuantities(text)
  const used = speeds.length + distances.length + times.length
  const [speed, distance, time] = [speeds[0], distances[0], times[0]]
  if (speed !== undefined && time !== undefined && distances.length === 0 && speeds.length === times.length) {
    const total = speeds.reduce((sum, one, leg) => sum + one * (times[leg] ?? NaN), 0)
    const answer = total / askedUnit(text, 'length')
    return {
      answer,
      steps: speeds.map((one, leg) => `Leg ${leg + 1}: ${(one * (times[leg] ?? NaN)) / 1000} km.`),
      specific: 0.9,
      used,
    }
  }
  if (speeds.length === 1 && speed !== undefined && distance !== undefined) {
    const answer = distance / speed / askedUnit(text, 'time')
    return { answer, steps: [`Distance by speed is ${distance / speed} seconds.`], specific: 0.9, used }
  }
  if (distance === undefined || time === undefined || !/\b(?:speed|how fast)\b/i.test(text)) return undefined
  return { answer: distance / time / askedSpeed(text), steps: ['Distance by time.'], specific: 0.9, used }
}

function meeting(text: string): Solved | undefined {
  const { speeds, distances } = readQuantities(text)
  const [a, b] = speeds
  const [distance] = distances
  if (a === undefined || b === undefined || distance === undefined || !/\b(?:towards?|meet)\b/i.test(text))
    return undefined
  const answer = distance / (a + b) / askedUnit(text, 'time')
  return {
    answer,
    steps: [`Together they close ${((a + b) * 3600) / 1000} km each hour.`],
    specific: 1,
    used: 3,
  }
}

/** "One ticket costs $4. How much do 6 cost?", "earns $12 per hour ... in 7 hours". */
function perOne(text: string): Solved | undefined {
  const isOne =
    /\b(?:1|one|an?|each|every)\s+[\w ]+?\s+(?:costs?|weighs?|takes?|needs?)\b/i.test(text) ||
    /\d+ ?[\w]* (?:per|an?|each|every) \w+/i.test(text)
  const numbers = findNumbers(
    text.replace(/\b(?:1|one) (?=\w+(?: of \w+)? (?:costs?|weighs?|takes?|needs?))/i, 'a '),
  )
  const [rate, count] = numbers
  if (!isOne || numbers.length !== 2 || rate === undefined || count === undefined) return undefined
  return { answer: rate * count, steps: [`${rate} x ${count} = ${rate * count}.`], specific: 0.5, used: 3 }
}

const MEASURED = String.raw`(\$?)(\d+(?:\.\d+)?) ?(\w*)`
const THREE = new RegExp(`${MEASURED}\\b.*?${MEASURED}\\b.*?${MEASURED}`)

/** Three numbers where the first two belong together: 3 pens cost 12, so 7 pens cost 28. */
function proportion(text: string): Solved | undefined {
  const found = THREE.exec(text)
  const asks = /\bhow (?:many|much|long|far)\b/i.test(text) && findDays(text).length === 0
  if (!asks || found === null || findNumbers(text).length !== 3) return undefined
  if (/\b(?:worker|painter|pump)s?\b/i.test(text)) return undefined
  const [a, b, c] = [Number(found[2]), Number(found[5]), Number(found[8])]
  const [kindA, kindB, kindC] = [1, 4, 7].map((at) => `${found[at]}${singular(found[at + 2])}`)
  if (kindA !== kindC && kindB !== kindC) return undefined
  const answer = kindA === kindC ? (b / a) * c : (a / b) * c
  return { answer, steps: [`In proportion: ${answer}.`], specific: 0.6, used: 3 }
}

function singular(word = ''): string {
  return word.toLowerCase().replace(/s$/, '')
}

/** More hands, less time: workers x days stays the same. */
function workers(text: string): Solved | undefined {
  const found =
    /(\d+) (?:workers?|people|men|women|painters?|machines?|pumps?|cooks?)\b.*?(\d+) (days?|hours?|minutes?)\b.*?(\d+) (?:workers?|people|men|women|painters?|machines?|pumps?|cooks?)\b/i.exec(
      text,
    )
  if (found === null || !/\bhow (?:many|long)\b/i.test(text)) return undefined
  const [a, days, b] = [Number(found[1]), Number(found[2]), Number(found[4])]
  const answer = (a * days) / b
  return { answer, steps: [`The work is ${a * days} ${found[3]} of one.`], specific: 0.9, used: 3 }
}

/** Two that fill, paint or dig together: rates add. */
function pipes(text: string): Solved | undefined {
  const times = [...text.matchAll(/\bin (\d+(?:\.\d+)?) (?:hours?|minutes?|days?)/gi)].map(([, time]) =>
    Number(time),
  )
  if (times.length < 2 || !/\b(?:together|both)\b/i.test(text)) return undefined
  const answer = 1 / times.reduce((sum, time) => sum + 1 / time, 0)
  return {
    answer,
    steps: [`Together they do ${1 / answer} of it in one unit of time.`],
    specific: 1,
    used: times.length,
  }
}
