/** Unit conversions: sums of quantities, speeds ("kilometers per hour", "km/h"), differences, temperatures. */
import { findUnit, type Unit } from '../units.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

export function solveConversion(reading: Reading): readonly Interpretation[] {
  const text = reading.text
    .replace(/\bsquare met(?:er|re)s?\b/gi, 'sqm')
    .replace(/\bsquare kilomet(?:er|re)s?\b/gi, 'sqkm')
    .replace(/\bsquare (?:feet|foot)\b/gi, 'sqft')
    .replace(/\bmph\b/gi, 'miles per hour')
    .replace(/\bkmh\b|\bkph\b/gi, 'km per hour')
  return [...interpret(reading, temperature(text)), ...interpret(reading, convert(text))]
}

const UNIT = String.raw`([A-Za-z]+)(?:\s*(?:\/|\bper\b)\s*(?:an?\s+)?([A-Za-z]+))?`
const QUANTITY = new RegExp(String.raw`(-?\d+(?:,\d{3})*(?:\.\d+)?)\s*${UNIT}`, 'g')
const TARGETS: readonly RegExp[] = [
  new RegExp(String.raw`\bhow many ${UNIT}`, 'i'),
  new RegExp(String.raw`\b(?:to|into|answer in|result in)\s+${UNIT}`, 'i'),
  new RegExp(String.raw`\bin\s+${UNIT}(?=\s*(?:[?.,]|$|\bis\b|\bequal))`, 'i'),
]

function measure(name: string | undefined, per: string | undefined): Unit | undefined {
  const top = findUnit(name ?? '')
  if (top === undefined || per === undefined) return top
  const bottom = findUnit(per)
  return bottom === undefined
    ? undefined
    : { dimension: `${top.dimension}/${bottom.dimension}`, size: top.size / bottom.size }
}

function convert(text: string): Solved | undefined {
  const target = TARGETS.map((pattern) => pattern.exec(text))
    .map((match) => (match === null ? undefined : measure(match[1], match[2])))
    .find((unit) => unit !== undefined)
  if (target === undefined) return undefined
  const amounts: number[] = []
  for (const [, number = '', name, per] of text.matchAll(QUANTITY)) {
    const unit = measure(name, per)
    if (unit?.dimension === target.dimension) amounts.push(Number(number.replaceAll(',', '')) * unit.size)
  }
  const [first, ...rest] = amounts
  if (first === undefined) return undefined
  const isDifference = /\b(?:than|minus|less|difference|subtract)\b/i.test(text)
  const total = rest.reduce((sum, amount) => (isDifference ? Math.abs(sum - amount) : sum + amount), first)
  const answer = total / target.size
  return {
    answer,
    steps: [`In base units: ${total}.`, `Divided by ${target.size}: ${answer}.`],
    specific: 0.75,
    used: amounts.length,
  }
}

const DEGREES = /(-?\d+(?:\.\d+)?)\s*(?:°|degrees?|deg)?\s*(celsius|fahrenheit|kelvin|[CFK])\b/i
const TO_SCALE = /\b(?:to|in|into)\s+(?:degrees?\s+|°)?(celsius|fahrenheit|kelvin|[CFK])\b/i

function temperature(text: string): Solved | undefined {
  const from = DEGREES.exec(text)
  const to = TO_SCALE.exec(text)
  if (from === null || to === null) return undefined
  const celsius = TO_CELSIUS[(from[2] ?? '').charAt(0).toUpperCase()]?.(Number(from[1]))
  const answer =
    celsius === undefined ? undefined : FROM_CELSIUS[(to[1] ?? '').charAt(0).toUpperCase()]?.(celsius)
  if (celsius === undefined || answer === undefined) return undefined
  return { answer, steps: [`That is ${celsius} degrees Celsius.`], specific: 1, used: 1 }
}

const TO_CELSIUS: Readonly<Record<string, (degrees: number) => number>> = {
  C: (degrees) => degrees,
  F: (degrees) => ((degrees - 32) * 5) / 9,
  K: (degrees) => degrees - 273.15,
}
const FROM_CELSIUS: Readonly<Record<string, (degrees: number) => number>> = {
  C: (degrees) => degrees,
  F: (degrees) => (degrees * 9) / 5 + 32,
  K: (degrees) => degrees + 273.15,
}
