/** Sets in braces, named or not, combined by one or two operations; questions about lists of numbers are in lists.ts. */
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'

type Items = readonly string[]

export function solveSets(reading: Reading): readonly Interpretation[] {
  return [combined, told].flatMap((solve) => interpret(reading, solve(reading.text)))
}

const SET = /(?:\b([A-Z])\s*=\s*)?\{([^{}]*)\}/g

function findSets(text: string): ReadonlyMap<string, Items> {
  const sets = new Map<string, Items>()
  for (const [, name, inside = ''] of text.matchAll(SET)) {
    sets.set(name ?? `#${sets.size}`, [
      ...new Set(
        inside
          .split(/[,;]/)
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      ),
    ])
  }
  return sets
}

type Combine = (a: Items, b: Items) => Items

const union: Combine = (a, b) => [...new Set([...a, ...b])]
const common: Combine = (a, b) => a.filter((item) => b.includes(item))
const without: Combine = (a, b) => a.filter((item) => !b.includes(item))
const apart: Combine = (a, b) => [...without(a, b), ...without(b, a)]

/** Wordings, most specific first. */
const WORDINGS: readonly (readonly [RegExp, Combine])[] = [
  [/symmetric difference|exactly one of|in one but not both/i, apart],
  [/intersection|in common|\bboth\b|\bcommon\b|∩|\bshared?\b/i, common],
  [/\bnot (?:in|elements? of|members? of)\b|\bminus\b|\bdifference\b|\bbut not\b|\\/i, without],
  [/union|united|∪|\beither\b|\bcombine|\ball elements\b|\btogether\b/i, union],
]

const SECOND_STEP: readonly (readonly [RegExp, Combine])[] = [
  [/\b(?:remove|minus|without|subtract|take away|not in)\b[^.?]*\b([A-Z])\b/, without],
  [/\b(?:united|union|joined|combined)\s+with\s+([A-Z])\b/, union],
  [/\b(?:intersect\w*)\s+(?:\w+\s+)?with\s+([A-Z])\b/, common],
]

function combined(text: string): Solved | undefined {
  const sets = findSets(text)
  const bare = text.replace(SET, ' ')
  const two = sets.size === 2 ? oneStep(bare, sets) : twoSteps(bare, sets)
  if (two === undefined) return undefined
  const isCount = /\bhow many\b|\bsize of\b|\bnumber of\b/i.test(bare)
  return { answer: isCount ? two.value.length : write(two.value), steps: two.steps, specific: 1, used: 99 }
}

interface Result {
  readonly value: Items
  readonly steps: readonly string[]
}

function oneStep(bare: string, sets: ReadonlyMap<string, Items>): Result | undefined {
  const [a, b] = sets.values()
  const combine = WORDINGS.find(([wording]) => wording.test(bare))?.[1]
  if (a === undefined || b === undefined || combine === undefined) return undefined
  const value = combine(a, b)
  return { value, steps: [`The two sets combined: ${write(value)}.`] }
}

const INNER = /\b(union|intersection|difference) of ([A-Z]) and ([A-Z])\b/
const FIRST_STEP: Readonly<Record<string, Combine>> = { union, intersection: common, difference: without }

/** "the union of A and B", then something with C. */
function twoSteps(bare: string, sets: ReadonlyMap<string, Items>): Result | undefined {
  const inner = INNER.exec(bare)
  const half =
    inner === null ? undefined : FIRST_STEP[inner[1] ?? '']?.(named(sets, inner[2]), named(sets, inner[3]))
  if (inner === null || half === undefined) return undefined
  const after = bare.slice(inner.index + inner[0].length)
  const [wording, combine] = SECOND_STEP.find(([pattern]) => pattern.test(after)) ?? []
  if (wording === undefined || combine === undefined) return undefined
  const value = combine(half, named(sets, wording.exec(after)?.[1]))
  return { value, steps: [`${inner[0]}: ${write(half)}.`, `Then: ${write(value)}.`] }
}

/** A set that was not given is empty. */
function named(sets: ReadonlyMap<string, Items>, name = ''): Items {
  return sets.get(name) ?? []
}

/** "Mia has the lottery numbers 3, 5 and 8. Paul has ...": two sentences that list things after the same noun. */
function told(text: string): Solved | undefined {
  const lists = [
    ...text.matchAll(
      /\b[A-Z]\w+ (?:has|likes|owns|knows|bought|plays|speaks) (?:the )?(?:[\w ]*(?:numbers|colou?rs|cards|fruits?)\s)?([\w-]+(?:, [\w-]+)* and [\w-]+)\./g,
    ),
  ]
  const [a, b] = lists.map(([, inside = '']) => inside.split(/, | and /))
  if (a === undefined || b === undefined) return undefined
  const asked = text.slice((lists[1]?.index ?? 0) + (lists[1]?.[0].length ?? 0))
  const value = /\bboth\b|\bin common\b/i.test(asked)
    ? common(a, b)
    : /\bnot\b/i.test(asked)
      ? without(a, b)
      : union(a, b)
  const isCount = /\bhow many\b/i.test(asked)
  return {
    answer: isCount ? value.length : write(value),
    steps: [`From the two lists: ${write(value)}.`],
    specific: 0.8,
    used: 99,
  }
}

function write(items: Items): string {
  return items.length === 0 ? 'none' : items.join(', ')
}
