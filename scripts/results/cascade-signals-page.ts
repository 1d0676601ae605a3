/** The section on confidence signals of docs/results.md. */
import {
  ABSTAINED,
  BINS,
  DRAWS,
  FITS,
  LABELS,
  TABLED,
  type Abstention,
  type AbstentionResult,
  type AbstentionRow,
  type CalibrationResult,
  type CalibrationRow,
  type CurveResult,
  type CurveStatistics,
  type Fit,
  type Result,
} from './cascade-signals-cases.ts'
import { renderOthers } from './cascade-other-signals.ts'
import { interval, mean, percent, three, type Figure, type Rendered, type Target } from './section.ts'

const NAME = 'cascade-signals'
/** Of the figures of table 1.1 that a run must reproduce. */
const MARGIN = 0.005

const four = (value: number): string => value.toFixed(4)

type Figures = readonly (readonly [string, Figure])[]

interface Part {
  readonly text: string
  readonly figures: Figures
  readonly targets: readonly Target[]
}

const STATISTICS: readonly (keyof CurveStatistics)[] = ['at20', 'at50', 'apgr']

function renderCurve({ of, small, large, measured, least, ...rest }: CurveResult): string {
  const cells = STATISTICS.map((name) => {
    const isNear = Math.abs(measured[name] - of.published[name]) <= MARGIN
    const value = name === 'apgr' ? three(measured[name]) : four(measured[name])
    return `${isNear ? value : `**${value}**`} (${of.published[name]})`
  })
  const reached = `${least === null ? 'all' : percent(least, 0)} (${percent(of.published.least, 0)})`
  return `| ${of.category}: ${of.small} -> ${of.large} | ${rest.rows} | ${rest.dataHash.slice(0, 12)} | ${rest.labels} | ${four(small)} | ${four(large)} | ${cells[0]} | ${cells[1]} | ${four((small + large) / 2)} | ${cells[2]} | ${interval(rest.intervals.apgr)} | ${reached} | ${percent(rest.tied, 0)} | ${rest.apgrOfOrders.map(three).join(' to ')} |`
}

function renderCurves(results: readonly CurveResult[]): Part {
  if (results.length === 0) return NOTHING
  const checked = results.flatMap(({ of, measured }) =>
    STATISTICS.map((name) => ({ of, name, isNear: Math.abs(measured[name] - of.published[name]) <= MARGIN })),
  )
  const far = checked.filter(({ isNear }) => !isNear)
  const text = `### Escalating on one confidence

A two-stage cascade that reads the small model's log-probability (MMLU: of the letter; TriviaQA: of "yes" in its self-check) and escalates below a cut-off. Calibrated on the training rows, replayed on the test rows at every cut-off; served again
at ${results[0]?.cuts ?? 0} of them, share and quality differ from the curve by at most ${Math.max(...results.map(({ difference }) => difference)).toExponential(0)}. In brackets: the figures that were to be reproduced; bold where ours is more than ${MARGIN} away. Random: half escalated at random.
The recorded log-probabilities have six digits, so that many answers of GPT-4o mini tie at certainty (tied: the largest group). We count ties as parted at random; the last column is what the best and the worst order inside that group would give.

| pair | test rows | data | labels | small | large | 20% escalated | 50% escalated | random | APGR | 95% interval | least escalation that reaches large | tied | APGR of orders |
|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---|
${results.map(renderCurve).join('\n')}
`
  const figures = results.flatMap(({ of, measured, intervals }) =>
    STATISTICS.map(
      (name) => [`${NAME}/${of.name}/${name}`, { value: measured[name], interval: intervals[name] }] as const,
    ),
  )
  const explained = far.map(({ of, name }) => `${name} of ${of.name}`).join(', ')
  const target: Target = {
    point: 1,
    what: `figures of table 1.1 (20%, 50%, APGR) reproduced within ${MARGIN} by replay`,
    asked: `${checked.length} of ${checked.length}`,
    reached: `${checked.length - far.length} of ${checked.length}${far.length === 0 ? '' : `; not ${explained}, where ties decide`}`,
    isMet: far.length === 0,
  }
  return { text, figures, targets: [target] }
}

function meanError(rows: readonly CalibrationRow[], fit: Fit): number {
  return mean(rows.map(({ error }) => error[fit][0]))
}

function ratioOf(rows: readonly CalibrationRow[]): number {
  return meanError(rows, 'tailLog') / meanError(rows, 'plain')
}

function betterIn(rows: readonly CalibrationRow[]): number {
  return rows.filter(({ error }) => error.tailLog[0] < error.plain[0]).length
}

function line(name: string, cells: readonly string[]): string {
  return `| ${name} | ${cells.join(' | ')} |`
}

function renderCalibration({ rows }: CalibrationResult): Part {
  const tabled = rows.filter(({ model }) => TABLED.includes(model))
  const meansOf = (of: readonly CalibrationRow[]): readonly string[] => [
    three(mean(of.map(({ raw }) => raw))),
    ...FITS.map((fit) => three(meanError(of, fit))),
    three(ratioOf(of)),
  ]
  const text = `### Calibration from ${LABELS} labels

Expected calibration error on the test rows, ${BINS} bins of equal mass, mean of ${DRAWS} draws of ${LABELS} training rows ± one standard error of that mean. Raw: the model's own probability. Of ${rows.length} pairs of model and data the tail-log beats plain Platt in ${betterIn(rows)};
of the ${tabled.length} whose figures were to be reproduced, in ${betterIn(tabled)}.

| data: model | raw | tail-log Platt | two-sided tail-log Platt | plain Platt | isotonic | tail-log / plain |
|---|---:|---:|---:|---:|---:|---:|
${rows
  .map((row) =>
    line(`${row.category}: ${row.model}`, [
      three(row.raw),
      ...FITS.map((fit) => `${three(row.error[fit][0])} ± ${three(row.error[fit][1])}`),
      three(ratioOf([row])),
    ]),
  )
  .join('\n')}
${line(`mean of the ${tabled.length}`, meansOf(tabled))}
${line(`mean of all ${rows.length}`, meansOf(rows))}
`
  const figures: Figures = [
    [`${NAME}/calibration/ratioTabled`, { value: ratioOf(tabled), interval: null }],
    [`${NAME}/calibration/ratioAll`, { value: ratioOf(rows), interval: null }],
    ...FITS.map(
      (fit) => [`${NAME}/calibration/${fit}`, { value: meanError(rows, fit), interval: null }] as const,
    ),
  ]
  const target: Target = {
    point: 1,
    what: `calibration error from ${LABELS} labels, tail-log against plain Platt`,
    asked: 'ratio at most 0.75',
    reached: `${three(ratioOf(tabled))} on the ${tabled.length} pairs of table 1.2 that are recorded, ${three(ratioOf(rows))} on all ${rows.length}`,
    isMet: ratioOf(tabled) <= 0.75 && ratioOf(rows) <= 0.75,
  }
  return { text, figures, targets: [target] }
}

function cellsOf({ share, error, reduction, interval: range }: Abstention): string {
  const ends = range === null ? '–' : range.map((one) => percent(one)).join(' to ')
  return `${percent(share)} | ${percent(error)} | **${percent(reduction)}** | ${ends}`
}

function abstentionLine({ category, model, error, tested, labelled }: AbstentionRow): string {
  return `| ${category}: ${model} | ${percent(error)} | ${cellsOf(tested)} | ${cellsOf(labelled)} |`
}

function renderAbstention({ rows }: AbstentionResult): Part {
  const text = `### Abstaining on the least confident answers

One stage that gives an answer or none, replayed on the test rows. Left: the cut-off refuses the ${percent(ABSTAINED, 0)} least confident of these rows. Right, as one would live: it refuses ${percent(ABSTAINED, 0)} of the *training* rows, and the share realised is shown. Refusing at random reduces nothing.

| data: model | error | refused | error of the given | reduction | 95% interval | refused | error of the given | reduction | 95% interval |
|---|---:|---:|---:|---:|---|---:|---:|---:|---|
${rows.map(abstentionLine).join('\n')}
`
  const figures = rows.flatMap(({ category, model, tested, labelled }): Figures => [
    [
      `${NAME}/abstention/${category}/${model}/tested`,
      { value: tested.reduction, interval: tested.interval },
    ],
    [
      `${NAME}/abstention/${category}/${model}/labelled`,
      { value: labelled.reduction, interval: labelled.interval },
    ],
  ])
  const mmlu = rows.filter(({ category }) => category === 'mmlu')
  const target: Target = {
    point: 1,
    what: `error on MMLU cut by abstaining on ${percent(ABSTAINED, 0)}`,
    asked: 'at least 35% for GPT-4o and Llama 3.1 405B',
    reached: mmlu.map(({ model, tested }) => `${model} ${percent(tested.reduction)}`).join(', '),
    isMet: mmlu.every(({ tested }) => tested.reduction >= 0.35),
  }
  return { text, figures, targets: [target] }
}

const NOTHING: Part = { text: '', figures: [], targets: [] }

export function renderCascadeSignals(results: readonly Result[]): Rendered {
  const parts = [
    renderCurves(results.filter((one) => one.kind === 'curve')),
    ...results.flatMap((one) => (one.kind === 'calibration' ? [renderCalibration(one)] : [])),
    ...results.flatMap((one) => (one.kind === 'abstention' ? [renderAbstention(one)] : [])),
    ...results.flatMap((one) => (one.kind === 'others' ? [{ ...renderOthers(one), targets: [] }] : [])),
  ]
  return {
    text: `## Confidence signals of cascades

\`rational-cascades-a\`, the MMLU and TriviaQA parts whole, split as the source splits them, unless another set is named. Everything is replayed through the cascade policy.

${parts.map(({ text }) => text).join('\n')}`,
    figures: Object.fromEntries(parts.flatMap(({ figures }) => figures)),
    targets: parts.flatMap(({ targets }) => targets),
  }
}
