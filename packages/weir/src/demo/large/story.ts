/**
 * Arithmetic stories: runs every combination of readings (story-read.ts) as a small simulation and returns those that hold together.
 * Amounts are linear in one unknown x, so that "had some, lost 5, now has 7" is solved for the start: k * x + c = 7.
 */
import { interpret, type Interpretation, type Reading, type Solved } from './skill.ts'
import { NOBODY, readStory, type Amount, type Event, type Story } from './story-read.ts'
import { findNames } from './story-words.ts'

/** k * x + c for the one unknown x of the story. */
interface Linear {
  readonly k: number
  readonly c: number
}

interface World {
  readonly now: Map<string, Linear>
  readonly start: Map<string, Linear>
  readonly steps: string[]
  x: number | undefined
  hasUnknown: boolean
  used: number
}

/** Combinations tried at most; a story of five clauses with three pronoun readings has 243. */
const MAX_COMBINATIONS = 512
const X: Linear = { k: 1, c: 0 }

export function solveStory(reading: Reading): readonly Interpretation[] {
  const story = readStory(reading.text)
  if (story === undefined || story.clauses.every((events) => events.length === 0)) return []
  return combine(story.clauses.filter((events) => events.length > 0)).flatMap((events) => {
    const penalty = events.reduce((sum, event) => sum + event.penalty, 0)
    const solved = run(events, story)
    return interpret(
      reading,
      solved === undefined ? undefined : { ...solved, specific: solved.specific - 0.05 * penalty },
    )
  })
}

function combine(clauses: readonly (readonly Event[])[]): readonly (readonly Event[])[] {
  let combinations: readonly (readonly Event[])[] = [[]]
  for (const events of clauses) {
    combinations = combinations
      .flatMap((done) => events.map((event) => [...done, event]))
      .slice(0, MAX_COMBINATIONS)
  }
  return combinations
}

function run(events: readonly Event[], story: Story): Solved | undefined {
  const world: World = {
    now: new Map(),
    start: new Map(),
    steps: [],
    x: undefined,
    hasUnknown: false,
    used: 0,
  }
  const later: Event[] = []
  for (const event of events) if (!apply(world, event)) later.push(event)
  // A comparison may come before what it refers to.
  if (!later.every((event) => apply(world, event))) return undefined
  if ([...world.now.values()].some((amount) => (valueOf(world, amount) ?? 0) < -1e-9)) return undefined
  const answer = ask(world, story)
  if (answer === undefined) return undefined
  const isWhole = Number.isInteger(answer)
  return { answer, steps: world.steps, specific: isWhole ? 0.6 : 0.45, used: world.used + story.merged }
}

/** False when the event refers to someone who has nothing yet. */
function apply(world: World, event: Event): boolean {
  const { holder, other, effect } = event
  if (event.amount.kind === 'compared' && referred(world, event.amount.reference, holder) === undefined) {
    return false
  }
  if (effect !== 'have') held(world, holder)
  const amount = sizeOf(world, event.amount, holder)
  if (amount === undefined) return false
  world.used += countNumbers(event.amount)
  if (effect === 'have') return setHolding(world, holder, amount)
  const sign = effect === 'gain' ? 1 : -1
  put(world, holder, add(held(world, holder), amount, sign))
  if (other !== undefined && other !== holder) put(world, other, add(held(world, other), amount, -sign))
  return true
}

/** How many of the question's numbers the amount explains. */
function countNumbers(amount: Amount): number {
  return amount.kind === 'number' || (amount.kind === 'compared' && amount.plus !== 0) ? 1 : 0
}

function setHolding(world: World, holder: string, amount: Linear): boolean {
  const before = world.now.get(holder)
  if (before !== undefined && before.k !== 0 && amount.k === 0) {
    world.x = (amount.c - before.c) / before.k
    world.steps.push(`Solving for the unknown gives ${world.x}.`)
  }
  put(world, holder, amount)
  if (!world.start.has(holder)) world.start.set(holder, amount)
  return true
}

/** What the holder has; someone not introduced starts with the unknown, the next one with nothing. */
function held(world: World, holder: string): Linear {
  const known = world.now.get(holder)
  if (known !== undefined) return known
  const amount = world.hasUnknown || world.now.size > 0 ? { k: 0, c: 0 } : X
  if (amount === X) world.hasUnknown = true
  world.now.set(holder, amount)
  world.start.set(holder, amount)
  return amount
}

function put(world: World, holder: string, amount: Linear): void {
  world.now.set(holder, amount)
  const value = valueOf(world, amount)
  if (value !== undefined) world.steps.push(`${holder === NOBODY ? 'There are' : `${holder} has`} ${value}.`)
}

function sizeOf(world: World, amount: Amount, holder: string): Linear | undefined {
  switch (amount.kind) {
    case 'number':
      return { k: 0, c: amount.value }
    case 'some':
      if (world.hasUnknown) return undefined
      world.hasUnknown = true
      return X
    case 'share':
      return scale(held(world, holder), amount.value)
    case 'compared': {
      const reference = referred(world, amount.reference, holder)
      return reference === undefined
        ? undefined
        : add(scale(reference, amount.times), { k: 0, c: amount.plus }, 1)
    }
  }
}

/** What the compared person has; a pronoun is someone else than the holder. */
function referred(world: World, reference: string, holder: string): Linear | undefined {
  if (!/^(?:him|her|them)$/i.test(reference)) return world.now.get(reference)
  return [...world.now].findLast(([name]) => name !== holder)?.[1]
}

function add(a: Linear, b: Linear, sign: number): Linear {
  return { k: a.k + sign * b.k, c: a.c + sign * b.c }
}

function scale({ k, c }: Linear, factor: number): Linear {
  return { k: k * factor, c: c * factor }
}

function valueOf({ x }: World, { k, c }: Linear): number | undefined {
  if (k === 0) return c
  return x === undefined ? undefined : k * x + c
}

const AT_START =
  /\b(?:at the start|at first|originally|initially|in the beginning|at the beginning|before|to begin with|to start with)\b/i
const OF_ALL = /\b(?:they|together|altogether|combined|in all|both|all (?:three|\d+|of them))\b/i
const GAP = /\bhow (?:many|much) (more|fewer|less)\b.*\bthan\b/i

function ask(world: World, { question, names }: Story): number | undefined {
  const asked = findNames(question).filter((name) => names.includes(name) && world.now.has(name))
  if (GAP.test(question) && asked.length >= 2) {
    const [a, b] = asked
      .map((name) => world.now.get(name))
      .map((amount) => (amount === undefined ? undefined : valueOf(world, amount)))
    return a === undefined || b === undefined ? undefined : Math.abs(a - b)
  }
  const amounts = AT_START.test(question) ? world.start : world.now
  const holders = askedHolders(question, asked, amounts)
  const values = holders.map((holder) => valueOf(world, amounts.get(holder) ?? X))
  if (values.includes(undefined) || values.length === 0) return undefined
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

function askedHolders(
  question: string,
  asked: readonly string[],
  amounts: ReadonlyMap<string, Linear>,
): readonly string[] {
  if (asked.length === 1 && !/\bthey\b/i.test(question)) return asked
  if (asked.length > 1) return asked
  const noun = /\b(?:does|do|did) (?:the )?(\w+)/i.exec(question)?.[1]?.toLowerCase()
  if (noun !== undefined && amounts.has(noun)) return [noun]
  const holders = [...amounts.keys()]
  if (OF_ALL.test(question)) return holders
  return holders.slice(0, 1)
}
