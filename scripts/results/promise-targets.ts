/** What issue 3 asks of promises ("It is done when", points 1 to 5), against what the studies found. */
import type { Study } from '../promise-study.ts'
import { allowedShare, findTally } from './promise-tallies.ts'
import { mean, percent, type Target } from './section.ts'

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

function judgeBroken(studies: readonly Study[]): Target {
  const promises = studies.flatMap(({ tallies }) => tallies.filter(({ rule }) => rule === 'promise'))
  const over = promises.filter(
    ({ broken, draws, delta }) => broken / draws > allowedShare(delta, draws),
  ).length
  const worst = Math.max(...promises.map(({ broken, draws, delta }) => broken / draws / delta))
  return {
    point: 1,
    what: `broken promises on recorded outcomes, ${studies.length} pairs`,
    asked: 'at most delta + 2 standard errors in each row',
    reached: `${promises.length - over} of ${promises.length} rows; at worst ${percent(worst, 0)} of delta`,
    isMet: over === 0,
  }
}

function judgeSavings(studies: readonly Study[]): readonly Target[] {
  return SAVINGS.flatMap(({ name, many, few, prototype }) => {
    const study = studies.find((one) => one.name === name)
    if (study === undefined) return []
    const judge = (key: typeof FEW, asked: number, note = ''): Target => {
      const tally = findTally(study, 'promise', key)
      const kept = tally === undefined ? Number.NaN : tally.kept / tally.draws
      return {
        point: 2,
        what: `${name}: kept small, level ${key.level}, ${key.rows} rows, delta ${key.delta}`,
        asked: `at least ${asked}`,
        reached: `${kept.toFixed(3)}${note}`,
        isMet: kept >= asked,
      }
    }
    const key = { rows: study.calibrationRows, level: Q, delta: DELTA }
    return [judge(key, many, closedNote(study, prototype)), judge(FEW, few)]
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

function judgeEstimate(name: string, error: number): Target {
  return {
    point: 4,
    what: `${name}: mean distance from asked to delivered, mode estimate, 500 rows, of the large model's quality`,
    asked: 'at most 1%',
    reached: percent(error, 2),
    isMet: error <= 0.01,
  }
}

function judgeOthers(studies: readonly Study[]): readonly Target[] {
  const llmrouter = studies.filter(({ name }) => name === 'llmrouter')
  const honest = studies.filter(({ name }) => ['gemini', 'llama-gpt4o', 'llmrouter'].includes(name))
  return [
    ...llmrouter.map(({ operatingPoints }) => ({
      point: 3,
      what: 'different operating points on llmrouter',
      asked: 'at least 30',
      reached: `${operatingPoints}`,
      isMet: operatingPoints >= 30,
    })),
    ...studies.map(({ name, estimateError }) => judgeEstimate(name, estimateError)),
    judgeEstimate(`mean of ${studies.length} pairs`, mean(studies.map(({ estimateError }) => estimateError))),
    ...honest.map(({ name, calibrationError }) => ({
      point: 5,
      what: `${name}: calibration error of p(small is good enough)`,
      asked: 'at most 0.03',
      reached: calibrationError.toFixed(3),
      isMet: calibrationError <= 0.03,
    })),
  ]
}

export function judgePromises(studies: readonly Study[]): readonly Target[] {
  return [judgeBroken(studies), ...judgeSavings(studies), ...judgeOthers(studies)]
}
