/**
 * What `weir headroom` prints on a terminal: the verdict in plain words, then the numbers it stands on. Everything is in --json.
 */
import { REPORTED_DROPS, type ByDrop, type HeadroomReport, type Interval } from '@weir/core'
import { between, count, counted, decimal, percent, UNKNOWN } from './format.ts'
import { renderTable } from './table.ts'

export function renderHeadroom(report: HeadroomReport): string {
  return `${[
    sayVerdict(report),
    renderModels(report),
    renderGains(report),
    renderKept(report),
    sayNoise(report),
    sayTests(report),
    `${counted(report.rows, 'question')}, ${count(report.rowsWithText)} with text, ${count(report.rowsWithCategory)} with a category; intervals 95%, ` +
      `${count(report.resamples)} resamples, seed ${report.seed}, delta ${report.delta}`,
  ].join('\n\n')}\n`
}

function sayVerdict(report: HeadroomReport): string {
  const { verdict, probe, table, small, large, intervals, nonInferiority } = report
  const gains = (gain: typeof probe, name: string): string =>
    gain === null
      ? ''
      : `${points(gain.best)} points of quality (${spread(intervals[`${name}.best`])}) over a random mix that keeps the same ` +
        `${percent(gain.bestShare, 0)} of calls small, ${points(gain.average)} on average over all shares`
  switch (verdict.name) {
    case 'route':
      return (
        `VERDICT: route. It is worth it: ${gains(probe, 'probe')}, from a quick look at the text` +
        `${table === null ? '' : ' and the category'}. A trained router may do better: weir train.`
      )
    case 'task-table':
      return (
        `VERDICT: the task-type table is enough. Routing is worth it: the category alone gains ${gains(table, 'table')}; ` +
        `${verdict.because}. weir train's router holds such a table and reads the category from the text.`
      )
    case 'pin-small':
      return (
        `VERDICT: pin the small model. ${small.model} is as good as ${large.model} here: worse by less than ${points(nonInferiority.margin)} ` +
        `points of quality, or better (lower bound of the gap ${signedPoints(nonInferiority.lowerBound)}).`
      )
    case 'pin-large':
      return (
        `VERDICT: do not route. Pin ${large.model} where its quality is needed: ${verdict.because}. ` +
        'For a lower cost, a random mix does as well as a router would.'
      )
    case 'collect-more':
      return (
        `VERDICT: collect more. ${verdict.because}; about ${count(verdict.rowsNeeded)} questions find a chance of 3 points ` +
        'in nine cases of ten.'
      )
  }
}

function renderModels({ small, large, gap, smallAtLeastLarge, oracle, intervals }: HeadroomReport): string {
  const columns = [{ title: '', align: 'left' as const }, { title: 'value' }, { title: '95% interval' }]
  return renderTable(columns, [
    [`quality of small, ${small.model}`, decimal(small.quality), between(intervals['small.quality'])],
    [`quality of large, ${large.model}`, decimal(large.quality), between(intervals['large.quality'])],
    ['quality gap, small - large', decimal(gap), between(intervals['gap'])],
    [
      'share with small >= large',
      percent(smallAtLeastLarge),
      between(intervals['smallAtLeastLarge'], percent),
    ],
    ['quality of a perfect router (oracle)', decimal(oracle.quality), between(intervals['oracle.quality'])],
  ])
}

function renderGains({ oracle, table, probe, beyondTable, intervals }: HeadroomReport): string {
  const row = (title: string, name: string, gain: { best: number; average?: number } | null): string[] => [
    title,
    gain === null ? UNKNOWN : points(gain.best),
    spread(intervals[`${name}.best`]),
    gain?.average === undefined ? UNKNOWN : points(gain.average),
    spread(intervals[`${name}.average`]),
  ]
  return renderTable(
    [
      { title: 'points over the random mix', align: 'left' as const },
      { title: 'best share' },
      { title: '95% interval' },
      { title: 'average' },
      { title: '95% interval' },
    ],
    [
      row('oracle, luck included', 'oracle', oracle),
      row('category alone (task-type table)', 'table', table),
      row(table === null ? 'text' : 'category and text', 'probe', probe),
      row('text beyond the category', 'beyondTable', beyondTable),
    ],
  )
}

function renderKept({ oracle, random, table, probe, intervals }: HeadroomReport): string {
  const ends = REPORTED_DROPS.map((drop) =>
    between(intervals[`oracle.keptAtDrop.${drop}`], (share) => percent(share, 0)),
  )
  return renderTable(
    [
      { title: 'calls kept small at a drop of', align: 'left' as const },
      ...REPORTED_DROPS.map((drop) => ({ title: percent(drop, 0) })),
    ],
    [
      showKept('random mix', random.keptAtDrop),
      showKept('category alone', table?.keptAtDrop),
      showKept(table === null ? 'text' : 'category and text', probe?.keptAtDrop),
      showKept('oracle', oracle.keptAtDrop),
      ['  95% interval', ...ends],
    ],
  )
}

function showKept(title: string, kept: ByDrop | undefined): string[] {
  return [title, ...REPORTED_DROPS.map((drop) => percent(kept?.[drop]))]
}

function sayNoise({ noise, intervals, undefinedBecause, oracle, probe }: HeadroomReport): string {
  if (noise === null) {
    const found =
      probe === null ? '' : `; of ${points(oracle.best)} points, ${points(probe.best)} are predicted here`
    return `luck in the oracle's lead: ${undefinedBecause['noise'] ?? 'not known'}${found}`
  }
  const honest = `${decimal(noise.honestQuality)} (${between(intervals['noise.honestQuality'])})`
  return (
    `luck in the oracle's lead: ${percent(noise.luckFraction, 0)} (${between(intervals['noise.luckFraction'], (share) => percent(share, 0))}) ` +
    `on ${counted(noise.rows, 'question')} with several answers; chosen by half the answers and judged by the other half, its quality is ${honest}`
  )
}

function sayTests({ tests: { anything, beyondTable }, undefinedBecause }: HeadroomReport): string {
  if (anything === null) return `no test: ${undefinedBecause['tests.anything'] ?? 'not known'}`
  const views = Object.entries(anything.viewPValues).map(([view, p]) => `${view} ${p.toFixed(4)}`)
  const beyond =
    beyondTable === null
      ? ''
      : `\ntext says nothing beyond the category: p = ${beyondTable.pValue.toFixed(4)}`
  return (
    `nothing predicts the gap: p = ${anything.pValue.toFixed(4)} (alone: ${views.join(', ')})${beyond}\n` +
    `a chance of 3 points would have been found in ${percent(anything.power, 0)} of cases`
  )
}

/** 0.0312 -> 3.1 */
function points(quality: number): string {
  return (100 * quality).toFixed(1)
}

function signedPoints(quality: number | null): string {
  return quality === null ? UNKNOWN : `${quality >= 0 ? '+' : ''}${points(quality)} points`
}

function spread(interval: Interval | undefined): string {
  return between(interval, points)
}
