/**
 * Quality levels of an artifact as text: what is promised, what is estimated, and a bar for the share kept small, so that the price of
 * certainty is seen at once.
 */
import type { Artifact, Calibration, CascadeArtifact, FamilyArtifact, OperatingPoint } from '@weir/core'
import { dollars, percent } from './format.ts'

/** Levels of the table; the artifact holds more. */
const SHOWN_LEVELS: readonly number[] = [0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 1]
/** Characters of a bar that means "everything is kept small". */
const BAR_WIDTH = 30

export interface ShownLevel {
  readonly promise: OperatingPoint
  readonly estimate: OperatingPoint
}

export function shownLevels({ levels }: Pick<Calibration, 'levels'>): readonly ShownLevel[] {
  return levels.promise.flatMap((promise, i) => {
    const estimate = levels.estimate[i]
    return estimate === undefined || !SHOWN_LEVELS.includes(promise.quality) ? [] : [{ promise, estimate }]
  })
}

/** What a cascade adds to the router of its artifact. Lines without a line feed at the end. */
export function writeCascade(cascade: CascadeArtifact, { small, large }: Artifact['pair']): string {
  const { rows, signals, crossValidation: cv, costs } = cascade
  const read = signals.length === 0 ? 'the text alone' : `the text and ${signals.join(', ')}`
  return [
    `cascade: ${rows} answers of ${small} read (${read}); APGR over the share escalated ${show(cv.apgr)}, the router's on these rows ${show(cv.routerApgr)}, ` +
      `AUROC ${show(cv.auroc)}, calibration error ${cv.expectedCalibrationError.toFixed(3)}`,
    costs === null
      ? `costs of the calls are not in the rows: every query is drafted by ${small}, and what thrown-away drafts cost is not known`
      : `a draft costs ${dollars(costs.smallUsd)}, a call of ${large} ${dollars(costs.largeUsd)}: where a draft would hardly be accepted, the query goes straight to ${large}`,
    writeLevels(cascade),
  ].join('\n')
}

/** Policies over a family of settings. */
export const FAMILIES = ['cascade-routing', 'best-of-n'] as const

/** Lines without a line feed at the end. */
export function writeFamily(
  name: (typeof FAMILIES)[number],
  { rows, delta, levels }: FamilyArtifact,
  { large }: Artifact['pair'],
): string {
  return [
    `${name}: levels from ${rows} training rows, cross-fitted (asymptotic guarantee), delta ${delta}; shares are of queries not answered by ${large}`,
    '',
    'level   not large, promised         not large, estimated',
    ...shownLevels({ levels }).map(writeLevel),
  ].join('\n')
}

function show(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(3)
}

/** Lines without a line feed at the end. */
export function writeLevels({ calibration }: Pick<Artifact, 'calibration'>): string {
  return [
    describeCalibration(calibration),
    '',
    'level   kept small, promised        kept small, estimated',
    ...shownLevels(calibration).map(writeLevel),
    '',
    `# promised: at least that share of the large model's quality, with confidence ${percent(1 - calibration.delta, 0)}, on traffic like these rows`,
    ': estimated: what these rows suggest, no guarantee',
  ].join('\n')
}

/** Which rows the levels come from, and how sure they are. */
export function describeCalibration({ rows, source, guarantee, dataHash, delta, date }: Calibration): string {
  const which =
    source === 'held-out'
      ? `${rows} rows that training has not seen`
      : `${rows} training rows, cross-fitted (asymptotic guarantee; weir calibrate on fresh rows proves it at any number)`
  return (
    `calibrated on ${which}, data ${dataHash.slice(0, 12)}${date === null ? '' : `, ${date}`}, ` +
    `delta ${delta}${guarantee === 'finite-sample' ? ', finite-sample guarantee' : ''}`
  )
}

function writeLevel({ promise, estimate }: ShownLevel): string {
  const promised = promise.threshold === null ? 'not provable' : percent(promise.expectedCostAdvantage)
  const line = [
    promise.quality.toFixed(2).padStart(5),
    promised.padStart(14),
    percent(estimate.expectedCostAdvantage).padStart(14),
    ` ${bar(promise.expectedCostAdvantage, estimate.expectedCostAdvantage)}`,
  ].join(' ')
  return promise.threshold === null ? `${line} ${needed(promise)}` : line
}

function bar(promised: number, estimated: number): string {
  const solid = Math.round(BAR_WIDTH * promised)
  const open = Math.max(0, Math.round(BAR_WIDTH * estimated) - solid)
  return `|${'#'.repeat(solid)}${':'.repeat(open)}${' '.repeat(Math.max(0, BAR_WIDTH - solid - open))}|`
}

function needed({ rowsNeeded }: OperatingPoint): string {
  if (rowsNeeded === undefined) return ''
  if (rowsNeeded === null) return 'no number of such rows would prove it'
  return `needs about ${rowsNeeded} rows`
}
