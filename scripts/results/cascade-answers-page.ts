/** The section on reading answers, as tables. */
import type { ComparedSystem, Comparison } from '@weir/core'
import type { Kept, LevelMoney, Read, Result } from './cascade-answers.ts'
import {
  interval,
  percent,
  thousands,
  three,
  twoErrors,
  type Figures,
  type Rendered,
  type Target,
} from './section.ts'

const KEPT_AT_NO_DROP = 'costAdvantageAtDrop.0'

export function renderCascadeAnswers(results: readonly Result[]): Rendered {
  const reads = results.filter((one): one is Read => one.kind === 'reading')
  const kept = results.filter((one): one is Kept => one.kind === 'promise')
  const text = `## Reading the answer before giving it

\`mmlu-pro\` with the answers' texts; half of the questions train, the other half is tested, five splits by question. Router and cascade come from the same artifact (\`weir train --policy cascade\`):
the router sees the question, the cascade also the small model's answer. Scores over the share answered by the small model; every query is drafted here. Intervals: 95%, questions drawn anew ${thousands(reads[0]?.comparison.resamples ?? 0)} times.

| pair | rows | data | system | APGR | interval | kept small at no drop | interval | kept small at 1% drop |
|---|---:|---|---|---:|---|---:|---|---:|
${reads.flatMap(renderReading).join('\n')}

Paired test of the two at equal shares of large calls (APGR, same questions): ${reads.map(renderTest).join('; ')}.

### Money

At list prices (USD per million tokens, input / output): gemini-1.5-flash-002 0.075 / 0.30, gemini-1.5-pro-002 1.25 / 5, Llama 3.1 70B 0.88 / 0.88, gpt-4o 2.50 / 10; tokens by length of the texts, four characters each.
Mode estimate, replayed; a draft that is thrown away is paid for. Draft cut-offs by these prices: a query whose draft would hardly be accepted goes straight to the large model.

| pair | level | policy | delivered | kept small | drafted | cost of all large | of it drafts thrown away |
|---|---:|---|---:|---:|---:|---:|---:|
${reads.flatMap(({ studied, money }) => money.map((one) => renderMoney(studied.name, one))).join('\n')}

### The promise of the cascade

As for routers above: five trainings, 200 calibrations each, rows drawn from held-out traffic whose true quality is known; 1,000 calibrations a row of the table.

| pair | rows | level | delta | broken | kept small | point estimate broken | its kept small |
|---|---:|---:|---:|---:|---:|---:|---:|
${kept.flatMap(renderPromise).join('\n')}
`
  return { text, figures: figuresOf(reads, kept), targets: targetsOf(reads, kept) }
}

function systemOf({ systems }: Comparison, name: string): ComparedSystem | undefined {
  return systems.find((one) => one.name === name)
}

function renderReading({ studied, rows, dataHash, comparison }: Read): readonly string[] {
  return ['router', 'cascade'].map((name) => {
    const statistics = systemOf(comparison, name)?.statistics
    const [apgr, none, one] = [
      statistics?.apgr,
      statistics?.[KEPT_AT_NO_DROP],
      statistics?.['costAdvantageAtDrop.0.01'],
    ]
    return `| ${studied.name} | ${thousands(rows)} | ${dataHash.slice(0, 12)} | ${name} | **${three(apgr?.mean)}** | ${interval(apgr?.interval)} | **${three(none?.mean)}** | ${interval(none?.interval)} | ${three(one?.mean)} |`
  })
}

function renderTest({ studied, comparison }: Read): string {
  const test = comparison.tests.find(({ method }) => method === 'cascade')
  return `${studied.name} ${three(test?.difference?.mean)} (${interval(test?.difference?.interval)}), p = ${three(test?.adjustedPValue)}, ahead on ${test?.ahead ?? 0} of ${comparison.splits.length} splits`
}

function renderMoney(pair: string, one: LevelMoney): string {
  const share = (usd: number): string => percent(one.largeUsd === 0 ? null : usd / one.largeUsd)
  return `| ${pair} | ${one.level} | ${one.policy} | ${one.delivered.toFixed(4)} | ${percent(one.kept)} | ${percent(one.drafted)} | ${share(one.costUsd)} | ${one.policy === 'route' ? '–' : share(one.wastedUsd)} |`
}

function renderPromise({ study }: Kept): readonly string[] {
  return study.tallies
    .filter(({ rule }) => rule === 'promise')
    .map(({ rows, level, delta, draws, broken, kept }) => {
      const point = study.tallies.find(
        (one) => one.rule === 'estimate' && one.rows === rows && one.level === level,
      )
      const ofPoint =
        point === undefined ? [null, null] : [point.broken / point.draws, point.kept / point.draws]
      return `| ${study.name} | ${thousands(rows)} | ${level} | ${delta} | ${percent(broken / draws)} | ${three(kept / draws)} | ${percent(ofPoint[0])} | ${three(ofPoint[1])} |`
    })
}

function figuresOf(reads: readonly Read[], kept: readonly Kept[]): Figures {
  const figures: Record<string, Figures[string]> = {}
  for (const { studied, comparison } of reads) {
    const statistics = systemOf(comparison, 'cascade')?.statistics
    for (const [name, of] of [
      ['apgr', statistics?.apgr],
      ['kept0', statistics?.[KEPT_AT_NO_DROP]],
    ] as const) {
      figures[`cascade-answers/${studied.name}/${name}`] = {
        value: of?.mean ?? null,
        interval: of?.interval ? [of.interval[0], of.interval[1]] : null,
      }
    }
  }
  for (const read of reads) Object.assign(figures, comparedFigures(read))
  for (const { study } of kept)
    figures[`cascade-answers/${study.name}/broken`] = { value: worst(study), interval: null }
  return figures
}

function single(value: number | null | undefined): Figures[string] {
  return { value: value ?? null, interval: null }
}

/** What README.md puts beside the cascade: the router on the same rows, and the money of both at one level. */
function comparedFigures({ studied: { name }, comparison, money }: Read): Figures {
  const router = systemOf(comparison, 'router')?.statistics
  const levels = money.filter(({ level }) => level === SHOWN_LEVEL)
  return {
    [`cascade-answers/${name}/router.apgr`]: single(router?.apgr?.mean),
    [`cascade-answers/${name}/router.kept0`]: single(router?.[KEPT_AT_NO_DROP]?.mean),
    ...Object.fromEntries(
      levels.flatMap(({ policy, delivered, costUsd, largeUsd }) => [
        [`cascade-answers/${name}/${policy}.delivered`, single(delivered)],
        [`cascade-answers/${name}/${policy}.cost`, single(costUsd / largeUsd)],
      ]),
    ),
  }
}

/** Level whose money README.md shows. */
const SHOWN_LEVEL = 0.99

/** Largest share of broken promises as a multiple of delta. */
function worst({ tallies }: Kept['study']): number {
  return Math.max(
    ...tallies
      .filter(({ rule }) => rule === 'promise')
      .map(({ broken, draws, delta }) => broken / draws / delta),
  )
}

function targetsOf(reads: readonly Read[], kept: readonly Kept[]): readonly Target[] {
  const paired = reads.map(({ studied, comparison }): Target => {
    const test = comparison.tests.find(({ method }) => method === 'cascade')
    return {
      point: 4,
      what: `${studied.name}: reading the answer against the router at equal shares of large calls`,
      asked: 'better, by a paired test',
      reached: `APGR +${three(test?.difference?.mean)}, p = ${three(test?.adjustedPValue)}`,
      isMet: test?.verdict === 'better',
    }
  })
  const gemini = reads.find(({ studied }) => studied.name === 'gemini')
  const none = gemini && systemOf(gemini.comparison, 'cascade')?.statistics[KEPT_AT_NO_DROP]?.mean
  const promised = kept.map(({ study }): Target => {
    const rows = study.tallies.filter(({ rule }) => rule === 'promise')
    const within = rows.filter(
      ({ broken, draws, delta }) => broken / draws <= delta + twoErrors(delta, draws),
    )
    return {
      point: 4,
      what: `${study.name}: broken promises of the cascade, 1,000 calibrations a row`,
      asked: 'at most delta + 2 standard errors in each row',
      reached: `${within.length} of ${rows.length} rows; at worst ${percent(worst(study), 0)} of delta`,
      isMet: within.length === rows.length,
    }
  })
  const noDrop: Target = {
    point: 4,
    what: 'gemini: answered by the small model at no drop, answer read',
    asked: 'at least 0.58',
    reached: three(none),
    isMet: (none ?? 0) >= 0.58,
  }
  return [...paired, ...(gemini === undefined ? [] : [noDrop]), ...promised]
}
