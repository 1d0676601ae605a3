/**
 * The study of promises as text and figures. Truth is exact (the held-out rows are the traffic), so the error of a share of broken promises is
 * that of the draws alone: sqrt(p (1 - p) / draws). A share is marked when it is above delta by more than two such errors at p = delta.
 */
import type { Study, Tally } from '../promise-study.ts'
import { allowedShare, findTally } from './promise-tallies.ts'
import { mean, percent, thousands, twoErrors, type Figure, type Figures, type Rendered } from './section.ts'
import { judgePromises } from './promise-targets.ts'

/** Where all small keeps the level, wholly or nearly, even the unsafe rule breaks nothing and there is little to prove. */
function isBinding(estimate: Tally | undefined): boolean {
  if (estimate === undefined) return true
  return estimate.broken / estimate.draws > 0.005 || estimate.kept / estimate.draws < 0.99
}

function share(tally: Tally | undefined): string {
  return tally === undefined ? '–' : percent(tally.kept / tally.draws)
}

function broken({ broken: count, draws, delta }: Tally): string {
  const value = count / draws
  const mark = value > allowedShare(delta, draws) ? ' **too many**' : ''
  return `${percent(value)} ± ${percent(twoErrors(value, draws))}${mark}`
}

function renderRows(study: Study): readonly string[] {
  return study.tallies
    .filter(({ rule }) => rule === 'promise')
    .toSorted((a, b) => b.rows - a.rows || a.delta - b.delta || a.level - b.level)
    .map((promise) => {
      const key = { rows: promise.rows, level: promise.level, delta: promise.delta }
      const bentkus = findTally(study, 'hoeffding-bentkus', key)
      const estimate = findTally(study, 'estimate', { ...key, delta: 0 })
      const unsafe = estimate === undefined ? '–' : percent(estimate.broken / estimate.draws)
      const note = isBinding(estimate) ? '' : 'hardly binds: all small keeps it, or nearly'
      return `| ${thousands(promise.rows)} | ${promise.delta} | ${promise.level} | ${broken(promise)} | **${share(promise)}** | ${share(bentkus)} | ${share(estimate)} | ${unsafe} | ${note} |`
    })
}

function renderStudy(study: Study): string {
  const { name, pair, rows, dataHash, trainingRows, calibrationRows } = study
  return `### ${name}

${pair.small} -> ${pair.large}. ${thousands(rows)} rows, data ${dataHash.slice(0, 12)}; ${thousands(trainingRows)} train the router, ${thousands(rows - trainingRows)} are the traffic; ${thousands(calibrationRows)} and 500 calibrate. Estimates from
500 rows are off by ${percent(study.estimateError, 2)} of the large model's quality (${percent(study.estimateErrorAlone, 2)} without the training curve); calibration error ${study.calibrationError.toFixed(3)}; at least ${study.operatingPoints} operating points. Ten
bins of the score explain ${percent(study.explainedByScore)} of the variance of Z where 0.95 is just kept.

| rows | delta | level | broken | kept small under promise | by Hoeffding-Bentkus | by point estimate | … which breaks | |
|---:|---:|---:|---:|---:|---:|---:|---:|---|
${renderRows(study).join('\n')}`
}

function figuresOf(study: Study): readonly [string, Figure][] {
  const ofTally = (tally: Tally): [string, Figure][] => {
    const name = `promises/${study.name}/${tally.rule}/${tally.rows}/${tally.level}/${tally.delta}`
    const value = tally.broken / tally.draws
    const error = twoErrors(value, tally.draws)
    return [
      [`${name}/broken`, { value, interval: [Math.max(0, value - error), Math.min(1, value + error)] }],
      [`${name}/kept`, { value: tally.kept / tally.draws, interval: null }],
    ]
  }
  const plain = (name: string, value: number): [string, Figure] => [
    `promises/${study.name}/${name}`,
    { value, interval: null },
  ]
  return [
    ...study.tallies.flatMap(ofTally),
    plain('estimateError', study.estimateError),
    plain('estimateErrorAlone', study.estimateErrorAlone),
    plain('calibrationError', study.calibrationError),
    plain('operatingPoints', study.operatingPoints),
    plain('explainedByScore', study.explainedByScore),
  ]
}

export function renderPromises(studies: readonly Study[]): Rendered {
  const figures: Figures = Object.fromEntries(studies.flatMap(figuresOf))
  const draws = Math.round(mean(studies.flatMap(({ tallies }) => tallies.map((tally) => tally.draws))))
  const text = `## Promises on recorded outcomes

By scripts/promise-study.ts. Five trainings (seeds 1 to 5), rows ordered by question text; the rows that the router has not seen are taken as the whole of the traffic, so the truth of every threshold is
known exactly. Calibration rows are drawn from it with replacement, 200 draws a training: ${thousands(draws)} in all. Broken: the true quality is below level times the large model's. ± two standard errors of the draws;
**too many** where the share exceeds delta by more than two standard errors. Kept small: mean over draws of the true share, 0 where nothing was proven. The point estimate is what the
paper does, without any guarantee.

${studies.map(renderStudy).join('\n\n')}
`
  return { text, figures, targets: judgePromises(studies) }
}
