/** What issue 3 asks of promises ("It is done when", points 1 to 5), against what the studies found. */
import type { Study } from '../promise-study.ts'
import { allowedShare, findTally } from './promise-tallies.ts'
import { percent } from './section.ts'

const Q = 0.95
const DELTA = 0.05
const FEW = { rows: 500, level: 0.9, delta: DELTA }

/** By pair: savings asked for, and what the prototype kept at level 0.95 with 2,000 rows. */
const SAVINGS: readonly {
  readonly name: string
  readonly many: number
  readonly few: number
  readonly prototype: number
}[] = [
  { name: 'gemini', many: 0.68, few: 0.76, prototype: 0.637 },
  { name: 'llama-gpt4o', many: 0.5, few: 0.65, prototype: 0.463 },
]

function verdict(isMet: boolean): string {
  return isMet ? 'met' : '**missed**'
}

function renderBroken(studies: readonly Study[]): string {
  const promises = studies.flatMap(({ tallies }) => tallies.filter(({ rule }) => rule === 'promise'))
  const over = promises.filter(
    ({ broken, draws, delta }) => broken / draws > allowedShare(delta, draws),
  ).length
  const worst = Math.max(...promises.map(({ broken, draws, delta }) => broken / draws / delta))
  return `| 1 | broken promises, ${studies.length} pairs | at most delta + 2 standard errors in each row of the tables | ${promises.length - over} of ${promises.length} rows; at worst ${percent(worst, 0)} of delta | ${verdict(over === 0)} |`
}

function renderSavings(studies: readonly Study[]): readonly string[] {
  return SAVINGS.flatMap(({ name, many, few, prototype }) => {
    const study = studies.find((one) => one.name === name)
    if (study === undefined) return []
    const row = (key: typeof FEW, asked: number, note = ''): string => {
      const tally = findTally(study, 'promise', key)
      const kept = tally === undefined ? Number.NaN : tally.kept / tally.draws
      return `| 2 | ${name}: kept small, level ${key.level}, ${key.rows} rows, delta ${key.delta} | ${asked} | ${kept.toFixed(3)}${note} | ${verdict(kept >= asked)} |`
    }
    const key = { rows: study.calibrationRows, level: Q, delta: DELTA }
    return [row(key, many, closedNote(study, prototype)), row(FEW, few)]
  })
}

/** How much of the way from the prototype to the (unsafe) point estimate was gone. */
function closedNote(study: Study, prototype: number): string {
  const key = { rows: study.calibrationRows, level: Q }
  const promise = findTally(study, 'promise', { ...key, delta: DELTA })
  const estimate = findTally(study, 'estimate', key)
  if (promise === undefined || estimate === undefined) return ''
  const [kept, unsafe] = [promise.kept / promise.draws, estimate.kept / estimate.draws]
  return `; ${percent((kept - prototype) / (unsafe - prototype), 0)} of the distance from the prototype (${prototype}) to the point estimate (${unsafe.toFixed(3)}) closed`
}

function renderOthers(studies: readonly Study[]): readonly string[] {
  const worst = Math.max(...studies.map(({ estimateError }) => estimateError))
  const llmrouter = studies.find(({ name }) => name === 'llmrouter')
  const honest = studies.filter(({ name }) => ['gemini', 'llama-gpt4o', 'llmrouter'].includes(name))
  return [
    ...(llmrouter === undefined
      ? []
      : [
          `| 3 | operating points on llmrouter | at least 30 | ${llmrouter.operatingPoints} | ${verdict(llmrouter.operatingPoints >= 30)} |`,
        ]),
    `| 4 | mean distance asked to delivered, mode estimate, 500 rows, worst of ${studies.length} pairs | 1% | ${percent(worst, 2)} | ${verdict(worst <= 0.01)} |`,
    ...honest.map(
      ({ name, calibrationError }) =>
        `| 5 | ${name}: calibration error of p(small is good enough) | 0.03 | ${calibrationError.toFixed(3)} | ${verdict(calibrationError <= 0.03)} |`,
    ),
  ]
}

export function renderTargets(studies: readonly Study[]): string {
  return [
    '| point of issue 3 | what | asked | reached | |',
    '|---|---|---|---|---|',
    renderBroken(studies),
    ...renderSavings(studies),
    ...renderOthers(studies),
  ].join('\n')
}
