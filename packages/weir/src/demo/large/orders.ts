/** Who is tallest, oldest, ...: an order derived from comparisons or from stated values; and which of several numbers is larger. */
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

export function solveOrders(reading: Reading): readonly Interpretation[] {
  return [ages, people, numbers].flatMap((solve) => interpret(reading, solve(reading.text)))
}

/** [more, most, less, least]. */
const SCALES: readonly (readonly [string, string, string, string])[] = [
  ['taller', 'tallest', 'shorter', 'shortest'],
  ['older', 'oldest', 'younger', 'youngest'],
  ['faster', 'fastest', 'slower', 'slowest'],
  ['heavier', 'heaviest', 'lighter', 'lightest'],
  ['bigger', 'biggest', 'smaller', 'smallest'],
  ['larger', 'largest', 'smaller', 'smallest'],
  ['richer', 'richest', 'poorer', 'poorest'],
  ['stronger', 'strongest', 'weaker', 'weakest'],
  ['longer', 'longest', 'shorter', 'shortest'],
]

const TOLD = /\b([A-Z][a-z]+) (?:is|was|runs|are) (?:much )?(\w+er) than ([A-Z][a-z]+)/g
const VALUED = /\b([A-Z][a-z]+) (?:is|was|weighs|runs|has) \$?(\d+(?:\.\d+)?)/g

function people(text: string): Solved | undefined {
  const order = valued(text) ?? compared(text)
  if (order === undefined) return undefined
  const answer = answerYesNo(text, order) ?? answerWho(text, order)
  const [, most, , least] = order.scale
  const steps = [`From ${most} to ${least}: ${order.names.join(', ')}.`]
  return answer === undefined ? undefined : { answer, steps, specific: 1, used: 99 }
}

/** "Is Tom older than Ben?" */
function answerYesNo(text: string, { names, scale }: Order): string | undefined {
  const [more, , less] = scale
  const [, a, word, b] =
    new RegExp(`\\bIs ([A-Z][a-z]+) (${more}|${less}) than ([A-Z][a-z]+)`).exec(text) ?? []
  if (a === undefined || b === undefined) return undefined
  const isAbove = names.indexOf(a) < names.indexOf(b)
  return isAbove === (word === more) ? 'yes' : 'no'
}

/** "Who is the second oldest?" */
function answerWho(text: string, { names, scale }: Order): string | undefined {
  const [, most, , least] = scale
  const [, rank, end] =
    new RegExp(`\\b(?:(second|third|2nd|3rd) )?(${most}|${least})\\b`, 'i').exec(text) ?? []
  if (end === undefined) return undefined
  const skip = rank === undefined ? 0 : /^(?:second|2nd)/i.test(rank) ? 1 : 2
  return end.toLowerCase() === most ? names.at(skip) : names.at(-1 - skip)
}

interface Order {
  /** From most to least. */
  readonly names: readonly string[]
  readonly scale: (typeof SCALES)[number]
}

/** Sorts so that every told comparison holds; undefined when the comparisons contradict each other. */
function compared(text: string): Order | undefined {
  const told = [...text.matchAll(TOLD)].map(([, a = '', word = '', b = '']) => ({
    a,
    word: word.toLowerCase(),
    b,
  }))
  const fitting = SCALES.filter((words) => told.length > 0 && told.every(({ word }) => words.includes(word)))
  // "shorter" belongs to two scales: the superlative asked for decides.
  const scale = fitting.find(([, most, , least]) => text.includes(most) || text.includes(least)) ?? fitting[0]
  if (scale === undefined) return undefined
  const above = told.map(({ a, word, b }) => (word === scale[0] ? ([a, b] as const) : ([b, a] as const)))
  const left = new Set(above.flat())
  const names: string[] = []
  while (left.size > 0) {
    const top = [...left].find((name) => !above.some(([high, low]) => low === name && left.has(high)))
    if (top === undefined) return undefined
    names.push(top)
    left.delete(top)
  }
  return { names, scale }
}

function valued(text: string): Order | undefined {
  const values = [...text.matchAll(VALUED)].map(([, name = '', value]) => [name, Number(value)] as const)
  const scale = SCALES.find((words) => words.some((word) => new RegExp(`\\b${word}\\b`, 'i').test(text)))
  if (values.length < 2 || scale === undefined) return undefined
  return { names: [...values].sort((a, b) => b[1] - a[1]).map(([name]) => name), scale }
}

const OLDER = /\b([A-Z][a-z]+) is (\d+) (?:years? |cm |kg )?(\w+er) than ([A-Z][a-z]+)/

/** "Tom is 3 years older than Ben. Ben is 12." A gap on top of a stated value. */
function ages(text: string): Solved | undefined {
  const [, one = '', gap, word, other = ''] = OLDER.exec(text) ?? []
  const isMore = SCALES.some(([more]) => more === word)
  const asked = /\bhow \w+ (?:is|will) ([A-Z][a-z]+)/i.exec(text)?.[1]
  const stated = [...text.matchAll(VALUED)].find((match) => !match[0].includes(`${one} is ${gap}`))
  if (
    stated === undefined ||
    (asked !== one && asked !== other) ||
    (stated[1] !== one && stated[1] !== other)
  )
    return undefined
  const sign = (asked === one) === isMore ? 1 : -1
  const answer = Number(stated[2]) + (asked === stated[1] ? 0 : sign * Number(gap))
  return { answer, steps: [`${stated[1]} is ${stated[2]}.`], specific: 0.9, used: 2 }
}

const FORM = /\d+\/\d+|\d+(?:\.\d+)?%|\d+(?:\.\d+)?/g

function numbers(text: string): Solved | undefined {
  const asked =
    /\bwhich\b.*?\b(larger|greater|bigger|more|largest|greatest|biggest|smaller|less|smallest|least)\b/i.exec(
      text,
    )
  const forms = text.match(FORM) ?? []
  if (asked === null || forms.length < 2) return undefined
  const isMost = /^(?:la|gr|bi|mo)/i.test(asked[1] ?? '')
  const sorted = [...forms].sort((a, b) => (valueOf(b) - valueOf(a)) * (isMost ? 1 : -1))
  return {
    answer: sorted[0] ?? '',
    steps: forms.map((form) => `${form} = ${valueOf(form)}.`),
    specific: 0.75,
    used: 99,
  }
}

function valueOf(form: string): number {
  const [top = NaN, bottom = 1] = form.replace('%', '/100').split('/').map(Number)
  return top / bottom
}
