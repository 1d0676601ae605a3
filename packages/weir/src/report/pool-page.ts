/**
 * The HTML page of `weir compare --models`: the finding in words, then one chart for each question, the tests, and where the numbers come from.
 */
import type { Table } from './compare-tables.ts'
import { count, counted } from './format.ts'
import { escape, renderDocument, renderFacts, renderTable, section } from './html.ts'
import { renderPoolFinding } from './pool-finding.ts'
import { describePoolPlan, showCost, type PoolResult } from './pool-result.ts'
import {
  listLabelShares,
  listPoolMetrics,
  listPoolModels,
  listPoolService,
  listPoolSystems,
  listPoolTests,
  listStability,
} from './pool-tables.ts'
import { listBudgetSeries, plotPoolBudgets } from './plot-pool-budgets.ts'
import { listPoolLines, plotPoolCurves } from './plot-pool-curves.ts'
import { plotPoolLabels } from './plot-pool-labels.ts'
import { plotPoolGain, plotPoolUtility } from './plot-pool-ranking.ts'
import { plotPoolSpeed } from './plot-pool-speed.ts'
import { plotPoolStability } from './plot-pool-stability.ts'
import { SERIES_STYLE, type Series } from './series.ts'

/** `writtenAt`: ISO 8601, UTC. */
export function renderPoolPage(result: PoolResult, writtenAt: string): string {
  const { models, rows, warnings } = result
  return renderDocument({
    title: `${counted(models.length, 'model')}: which router`,
    style: SERIES_STYLE,
    content: `<h1>Which router for ${counted(models.length, 'model')}, and is the difference real?</h1>
<p class="subject">${models.map(({ model }) => `<b>${escape(model)}</b>`).join(' · ')} · ${counted(rows, 'recorded row')} · ${escape(describePoolPlan(result))}</p>
<p class="headline">${escape(renderPoolFinding(result))}</p>
${warnings.map((warning) => `<p class="warning">${escape(warning)}</p>`).join('\n')}
${renderCharts(result)}
${section('Further metrics', FURTHER, toHtml(listPoolMetrics(result)) + renderReasons(result))}
${renderTests(result)}
${renderProvenance(result, writtenAt)}`,
  })
}

const FURTHER =
  'Means over the splits. Quality, AIQ, APGR and the oracle gap run over the mean costs between the cheapest and the dearest model alone: quality along the router’s own ' +
  'points, AIQ along their hull, APGR as a share of the gap between the two models, the oracle gap as a share of what lies between the hull of singles and the oracle. QNC: least cost at ' +
  'the best single model’s quality, as a share of its cost. V_R and V_B: quality with money no object against the dearest and against the best single model. E_p: bits of doubt in the choice. ' +
  'ECE: calibration error of estimated qualities. IES: efficiency at the 20% budget.'

interface Chart {
  readonly title: string
  readonly caption: string
  readonly plot: string
  readonly table?: Table
}

function renderCharts(result: PoolResult): string {
  return listCharts(result)
    .filter(({ plot }) => plot !== '')
    .map(({ title, caption, plot, table }) =>
      section(title, caption, `<figure>${plot}</figure>${table === undefined ? '' : toHtml(table)}`),
    )
    .join('\n')
}

function listCharts(result: PoolResult): readonly Chart[] {
  return [
    {
      title: 'What quality does money buy?',
      caption:
        'Further left is cheaper, higher is better; means over the splits. Circles are the single models over all rows, the dashed line their hull: what mixing them by lot buys, chosen with the answers ' +
        'known. Above it a router earns its place. Nothing can be above the oracle.',
      plot: withLegend(listPoolLines(result), plotPoolCurves(result)),
      table: listPoolModels(result),
    },
    {
      title: 'What is a router worth to someone who weighs money?',
      caption:
        'Mean utility, quality minus cost at what quality is worth, over a sweep of that worth. Dots are means over the splits, bars 95% intervals, small grey dots the single splits. Bars may ' +
        'overlap and a difference still be real: the systems are measured on the same queries, and the tests below use that.',
      plot: plotPoolUtility(result),
      table: listPoolSystems(result),
    },
    {
      title: 'How far above the hull of single models?',
      caption:
        'Mean quality over the range of costs, minus that of the best mix of single models. Below 0 a router costs more than it is worth.',
      plot: plotPoolGain(result),
    },
    {
      title: 'Is a budget kept?',
      caption:
        'Mean cost of the tested queries against an average budget that was set on the training rows; 0 is on the spot. Budgets that the router never reaches are left out.',
      plot: withLegend(listBudgetSeries(result), plotPoolBudgets(result)),
    },
    {
      title: 'How long does a decision take?',
      caption:
        'Median (full dot) and 99th percentile (empty dot) of a decision on the machine that wrote this page, milliseconds.',
      plot: plotPoolSpeed(result),
      table: listPoolService(result),
    },
    {
      title: 'How many labelled rows does it take?',
      caption:
        'Mean height of the hull (AIQ) by share of the training rows, on the same tested rows; the dashed line is the hull of single models, which needs none.',
      plot: withLegend(methodLegend(result), plotPoolLabels(result)),
      table: listLabelShares(result),
    },
    {
      title: 'Do decisions depend on how a query is written?',
      caption:
        'Share of decisions that stay as they were when the same is asked with slips of the keyboard, in small letters or capitals, with manners, in another frame, or after a system prompt of 10,000 tokens.',
      plot: plotPoolStability(result),
      table: listStability(result),
    },
  ]
}

interface Named extends Series {
  readonly title: string
}

function withLegend(series: readonly Named[], plot: string): string {
  return plot === '' ? '' : `<ul class="legend">${series.map(renderLegend).join('')}</ul>${plot}`
}

/** Lines of methods alone. */
function methodLegend(result: PoolResult): readonly Named[] {
  return listPoolLines(result).filter(({ title }) =>
    result.systems.some(({ name, kind }) => kind === 'method' && name === title),
  )
}

function renderLegend({ title, stroke, dash }: Named): string {
  return `<li><svg viewBox="0 0 34 8" aria-hidden="true"><path d="M0 4H34" stroke="${stroke}" stroke-width="2.5" stroke-dasharray="${dash}"></path></svg>${escape(title)}</li>`
}

function renderReasons({ undefinedBecause }: PoolResult): string {
  return Object.entries(undefinedBecause)
    .map(([name, because]) => `<p class="caption">Not defined: ${escape(name)}: ${escape(because)}.</p>`)
    .join('\n')
}

function renderTests(result: PoolResult): string {
  const { tests, significance, resamples } = result
  if (tests.length === 0) return ''
  return section(
    'Which differences are real?',
    `Differences on the same queries, by drawing the questions anew ${count(resamples)} times. The corrected p-values allow for ${counted(tests.length, 'comparison')} at once (Holm): ` +
      `below ${significance} a method is called better or worse. They speak of other queries of this kind for these trained routers; the standard deviation over splits, and on how many of ` +
      'them the method is ahead, also show the chance in training.',
    toHtml(listPoolTests(result)),
  )
}

/** Marks the rows that found a difference. */
function toHtml({ titles, rows }: Table): string {
  return renderTable(
    titles,
    rows.map((cells) => ({ isMarked: cells.includes('better') || cells.includes('worse'), cells })),
  )
}

function renderProvenance(result: PoolResult, writtenAt: string): string {
  const { files, dataHash, rows, rowsRead, skipped, questions, splits, seeds, resamplingSeed, resamples } =
    result
  const each = splits.map(
    ({ seed, trainingRows, testedRows }) => `${seed}: ${trainingRows} and ${testedRows}`,
  )
  return section(
    'Where the numbers come from',
    '',
    renderFacts([
      ['data', files.join(', ')],
      ['data hash', dataHash],
      ['rows used', `${count(rows)}, ${counted(questions, 'question')}`],
      [
        'rows left out',
        `${count(rowsRead - rows)} without text or a score of all models, ${count(skipped)} bad`,
      ],
      [
        'costs',
        `${showCost(result, result.costRange.from)} to ${showCost(result, result.costRange.to)} a query, the cheapest and the dearest model alone`,
      ],
      ['splits', describePoolPlan(result)],
      ['rows by seed', `trained and tested: ${each.join('; ')}`],
      [
        'seeds',
        `splits and training ${seeds.join(', ')}; resampling ${resamplingSeed} (${count(resamples)} resamples)`,
      ],
      ['written', writtenAt],
    ]),
  )
}
