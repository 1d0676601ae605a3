/**
 * How often `weir headroom` is wrong, where the truth is known: the table of docs/methods/headroom.md.
 *
 *   node scripts/headroom-simulation.ts [--replicates 400] [--seed 1] [scenario…]
 *
 * Texts are made of a topic's words, a difficulty word and a varying number of sentences. The large model alone is right with chance
 * 0.18 - shift / 2, the small one alone with 0.055 + shift / 2, as in recorded pairs; the shift depends on what the scenario names and is scaled so that a router that knew it would gain exactly the
 * planted chance over the random mix at its best share. Texts are drawn anew every BATCH replicates, effects and answers every time.
 */
import { parseArgs } from 'node:util'
import type { Pair } from '@weir/core'
import { createHeadroom, createSight, type HeadroomInput } from '../packages/core/src/evaluate/headroom.ts'
import type { HeadroomVerdictName } from '../packages/core/src/evaluate/headroom-report.ts'
import { seeQuestions } from '../packages/core/src/headroom.ts'
import { createRng, type Rng } from '../packages/core/src/math/rng.ts'

const PAIR: Pair = { small: 'small', large: 'large' }
/** Chances of the two ways to differ, as between Mixtral-8x7B and GPT-4 on MMLU. */
const LARGE_ONLY = 0.18
const SMALL_ONLY = 0.055
const BATCH = 40
const TOPICS = 12
const WORDS = 15
const DIFFICULTIES = ['simple', 'ordinary', 'tricky'] as const

interface Scenario {
  readonly name: string
  readonly rows: number
  /** Best gain of a router that knows the shift. 0: nothing to find. */
  readonly chance: number
  readonly driver: 'topic' | 'topic and difficulty word' | 'difficulty word' | 'length'
  readonly hasCategory: boolean
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'null', rows: 1000, chance: 0, driver: 'topic', hasCategory: true },
  { name: 'null-text', rows: 1000, chance: 0, driver: 'topic', hasCategory: false },
  { name: 'category', rows: 2000, chance: 0.03, driver: 'topic', hasCategory: true },
  { name: 'words', rows: 2000, chance: 0.03, driver: 'topic and difficulty word', hasCategory: false },
  { name: 'within', rows: 2000, chance: 0.03, driver: 'difficulty word', hasCategory: true },
  { name: 'length', rows: 2000, chance: 0.03, driver: 'length', hasCategory: false },
  { name: 'category-1000', rows: 1000, chance: 0.03, driver: 'topic', hasCategory: true },
  { name: 'words-1000', rows: 1000, chance: 0.03, driver: 'topic and difficulty word', hasCategory: false },
]

interface Text {
  readonly topic: number
  readonly difficulty: number
  readonly sentences: number
  readonly prompt: string
}

export function drawTexts(rows: number, rng: Rng): readonly Text[] {
  return Array.from({ length: rows }, (_, i) => {
    const [topic, difficulty, sentences] = [rng.int(TOPICS), rng.int(DIFFICULTIES.length), 1 + rng.int(8)]
    const lines = Array.from({ length: sentences }, () => {
      const words = Array.from({ length: 6 }, () =>
        rng.next() < 0.4
          ? `topic${String.fromCharCode(97 + topic)}${WORD_ENDS[rng.int(WORDS)]}`
          : `filler${WORD_ENDS[rng.int(WORDS)]}`,
      )
      return `${words.join(' ')}.`
    })
    return {
      topic,
      difficulty,
      sentences,
      prompt: `A ${DIFFICULTIES[difficulty]} question, ${i}: ${lines.join(' ')}`,
    }
  })
}

const WORD_ENDS =
  'alpha bravo china delta eagle frost grape honey igloo jolly karma lemon mango night ocean'.split(' ')

/** Chance of the small model on each text, less the mean; the positive part has mean `chance`. */
function drawShifts(texts: readonly Text[], { driver, chance }: Scenario, rng: Rng): readonly number[] {
  const topics = Array.from({ length: TOPICS }, () => drawNormal(rng))
  const raw = texts.map(({ topic, difficulty, sentences }) => {
    if (driver === 'topic') return topics[topic]!
    if (driver === 'difficulty word') return difficulty
    if (driver === 'length') return Math.log(sentences)
    return topics[topic]! + 1.2 * difficulty
  })
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length
  const best = raw.reduce((sum, value) => sum + Math.max(0, value - mean), 0) / raw.length
  return raw.map((value) => (chance * (value - mean)) / best)
}

function drawNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
}

function answer(input: HeadroomInput, shifts: readonly number[], rng: Rng): HeadroomInput {
  const questions = input.questions.map((question, i) => {
    const u = rng.next()
    const shift = shifts[i]! / 2
    // One model alone is right, or both are, or neither: what matters is the gap.
    const [small, large] = u < LARGE_ONLY - shift ? [0, 1] : u > 1 - SMALL_ONLY - shift ? [1, 0] : [1, 1]
    return { ...question, small, large, smallScores: [small], largeScores: [large] }
  })
  return { ...input, questions }
}

/** How often each verdict was given, and the mean of the power that the reports claim. */
async function simulate(scenario: Scenario, replicates: number, seed: number): Promise<string> {
  const rng = createRng(seed)
  const counts = new Map<HeadroomVerdictName, number>()
  let power = 0
  for (let done = 0; done < replicates;) {
    const texts = drawTexts(scenario.rows, rng)
    const rows = texts.map(({ prompt, topic }, i) => ({
      id: String(i),
      prompt,
      ...(scenario.hasCategory ? { category: String(topic) } : {}),
      models: { small: { score: 0 }, large: { score: 0 } },
    }))
    const seen = seeQuestions(rows, { pair: PAIR, seed })
    const sight = createSight(answer(seen, drawShifts(texts, scenario, rng), rng), rng)
    for (let i = 0; i < BATCH && done < replicates; i++, done++) {
      const input = answer(seen, drawShifts(texts, scenario, rng), rng)
      const { verdict, tests } = await createHeadroom(sight === undefined ? input : { ...input, sight }, {
        seed: seed + done,
        resamples: 50,
      })
      counts.set(verdict.name, (counts.get(verdict.name) ?? 0) + 1)
      power += tests.anything!.power / replicates
    }
    process.stderr.write(`\r${scenario.name}: ${done} of ${replicates} `)
  }
  return toRow(scenario, { counts, power, replicates })
}

function toRow(
  { name, rows, chance, driver, hasCategory }: Scenario,
  {
    counts,
    power,
    replicates,
  }: {
    readonly counts: ReadonlyMap<HeadroomVerdictName, number>
    readonly power: number
    readonly replicates: number
  },
): string {
  const share = (...names: readonly HeadroomVerdictName[]): number =>
    names.reduce((sum, one) => sum + (counts.get(one) ?? 0), 0) / replicates
  const worth = share('route', 'task-table')
  const error = Math.sqrt((worth * (1 - worth)) / replicates)
  const planted = chance === 0 ? 'nothing' : `${100 * chance} points, by ${driver}`
  const cells = [
    name,
    String(rows),
    planted,
    hasCategory ? 'yes' : 'no',
    `${percent(worth)} ± ${percent(2 * error)}`,
    percent(share('route')),
    percent(share('task-table')),
    percent(share('pin-small')),
    percent(share('pin-large')),
    percent(share('collect-more')),
    percent(power),
  ]
  return `| ${cells.join(' | ')} |`
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { replicates: { type: 'string', default: '400' }, seed: { type: 'string', default: '1' } },
  })
  console.log(
    '| scenario | rows | planted | category given | worth it (± 2 se) | route | task-table | pin-small | pin-large | collect-more | power claimed |',
  )
  console.log('|---|---:|---|---|---:|---:|---:|---:|---:|---:|---:|')
  for (const scenario of SCENARIOS) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue
    console.log(await simulate(scenario, Number(values.replicates), Number(values.seed)))
  }
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`
}

if (import.meta.main) await main()
