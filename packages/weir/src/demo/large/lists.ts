/** Lists of numbers: extremes, sums, order, median, selections; and number sequences with a rule found by search. */
import { findNumbers } from '../read.ts'
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

export function solveLists(reading: Reading): readonly Interpretation[] {
  return [listed, sequence].flatMap((solve) => interpret(reading, solve(reading.text)))
}

type Numbers = readonly number[]

const ascending = (list: Numbers): Numbers => [...list].sort((a, b) => a - b)
const sum = (list: Numbers): number => list.reduce((total, value) => total + value, 0)
const at = (list: Numbers, index: number): number => list.at(index) ?? NaN

function median(list: Numbers): number {
  const sorted = ascending(list)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2
}

/** Wordings, most specific first. */
const QUESTIONS: readonly (readonly [RegExp, (list: Numbers) => number | string])[] = [
  [
    /\b(?:difference between the (?:largest|biggest|maximum)|range of)\b/i,
    (list) => Math.max(...list) - Math.min(...list),
  ],
  [/\bsum of the even\b/i, (list) => sum(list.filter((value) => value % 2 === 0))],
  [/\bsum of the odd\b/i, (list) => sum(list.filter((value) => value % 2 !== 0))],
  [/\bhow many\b.*\beven\b/i, (list) => list.filter((value) => value % 2 === 0).length],
  [/\bhow many\b.*\bodd\b/i, (list) => list.filter((value) => value % 2 !== 0).length],
  [/\bsecond (?:largest|biggest|highest)\b/i, (list) => at(ascending(list), -2)],
  [/\bsecond (?:smallest|lowest)\b/i, (list) => at(ascending(list), 1)],
  [
    /\b(?:sort|order|arrange)\b.*\b(?:descending|largest to smallest|decreasing|highest to lowest)\b/i,
    (list) => ascending(list).toReversed().join(', '),
  ],
  [/\b(?:sort|order|arrange)\b/i, (list) => ascending(list).join(', ')],
  [/\bmedian\b/i, median],
  [/\b(?:mean|average)\b/i, (list) => sum(list) / list.length],
  [/\b(?:largest|biggest|greatest number|maximum|highest|max)\b/i, (list) => Math.max(...list)],
  [/\b(?:smallest|lowest|minimum|least number|min)\b/i, (list) => Math.min(...list)],
  [/\b(?:sum|total)\b/i, sum],
  [/\bproduct\b/i, (list) => list.reduce((product, value) => product * value, 1)],
]

const LIST = /-?\d+(?:\.\d+)?(?:(?:,\s*|,?\s+and\s+)-?\d+(?:\.\d+)?){1,}/
const BOUND = /\b(greater|larger|bigger|more|less|smaller|fewer) than (-?\d+(?:\.\d+)?)/i

function listed(text: string): Solved | undefined {
  const found = LIST.exec(text)
  if (found === null) return undefined
  const list = findNumbers(found[0].replace(/\band\b/g, ','))
  const bound = BOUND.exec(text)
  if (bound !== null) {
    const isAbove = /^(?:greater|larger|bigger|more)$/i.test(bound[1] ?? '')
    const kept = list.filter((value) => (isAbove ? value > Number(bound[2]) : value < Number(bound[2])))
    return {
      answer: /\bhow many\b/i.test(text) ? kept.length : kept.join(', ') || 'none',
      specific: 1,
      used: list.length + 1,
    }
  }
  const asked = QUESTIONS.find(([wording]) => wording.test(text.replace(found[0], ' ')))
  if (asked === undefined) return undefined
  const answer = asked[1](list)
  return { answer, steps: [`In order: ${ascending(list).join(', ')}.`], specific: 0.7, used: list.length }
}

/** A rule continues the terms, or does not fit them. */
type Rule = (terms: Numbers) => number | undefined

function isConstant(list: Numbers): boolean {
  return list.length > 0 && list.every((value) => Math.abs(value - at(list, 0)) < 1e-9)
}

function differences(terms: Numbers): Numbers {
  return terms.slice(1).map((term, index) => term - at(terms, index))
}

/** Polynomial of degree `order`: the differences of that order are all equal, and at least two of them are seen. */
function byDifferences(order: number): Rule {
  return (terms) => {
    const rows = [terms]
    for (let depth = 0; depth < order; depth += 1) rows.push(differences(rows.at(-1) ?? []))
    const last = rows.at(-1) ?? []
    return last.length >= 2 && isConstant(last)
      ? rows.reduce((next, row) => next + at(row, -1), 0)
      : undefined
  }
}

const geometric: Rule = (terms) => {
  const ratios = terms.slice(1).map((term, index) => term / at(terms, index))
  return isConstant(ratios) && Number.isFinite(ratios[0]) ? at(terms, -1) * at(ratios, 0) : undefined
}

const additive: Rule = (terms) => {
  const isSum =
    terms.length >= 4 &&
    terms.slice(2).every((term, index) => term === at(terms, index) + at(terms, index + 1))
  return isSum ? at(terms, -1) + at(terms, -2) : undefined
}

const RULES: readonly (readonly [string, Rule])[] = [
  ['equal steps', byDifferences(1)],
  ['equal ratios', geometric],
  ['each the sum of the two before', additive],
  ['steps that grow equally', byDifferences(2)],
]

function sequence(text: string): Solved | undefined {
  const found = LIST.exec(text)
  if (found === null || !/\b(?:next|continue|sequence|pattern|series|term)\b/i.test(text)) return undefined
  const terms = findNumbers(found[0])
  const place = /\b(\d+)(?:st|nd|rd|th) (?:term|number|element)\b/i.exec(text)
  const wanted = place === null ? terms.length + 1 : Math.min(Number(place[1]), 10_000)
  for (const [name, rule] of RULES) {
    const all = extend(terms, rule, wanted)
    if (all !== undefined)
      return {
        answer: at(all, wanted - 1),
        steps: [`The rule: ${name}.`],
        specific: 1,
        used: terms.length + (place === null ? 0 : 1),
      }
  }
  // No rule fits: going on with the last step is a guess, and the reply says so.
  const guess = at(terms, -1) + at(differences(terms), -1)
  return {
    answer: guess,
    steps: ['No rule fits exactly; this goes on with the last step.'],
    specific: 0.2,
    used: terms.length,
  }
}

function extend(terms: Numbers, rule: Rule, wanted: number): Numbers | undefined {
  const all = [...terms]
  while (all.length < wanted) {
    const next = rule(all)
    if (next === undefined) return undefined
    all.push(next)
  }
  return all
}
