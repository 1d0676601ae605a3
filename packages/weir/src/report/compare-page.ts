/**
 * The HTML page of `weir compare`: the finding in words, all methods on one chart, APGR with intervals, the tests, and where the numbers come from.
 */
import { renderFinding } from './compare-finding.ts'
import { describePlan, type ComparisonResult } from './compare-result.ts'
import { listFurtherMetrics, listSystems, listTests, type Table } from './compare-tables.ts'
import { count, counted } from './format.ts'
import { escape, renderDocument, renderFacts, renderTable, section } from './html.ts'
import { plotApgr } from './plot-apgr.ts'
import { listLines, plotCompareCurves, type DrawnLine } from './plot-compare-curves.ts'
import { plotCompareMoney } from './plot-compare-money.ts'
import { SERIES_STYLE } from './series.ts'

/** `writtenAt`: ISO 8601, UTC. */
export function renderComparePage(result: ComparisonResult, writtenAt: string): string {
  const { pair, rows, warnings } = result
  return renderDocument({
    title: `${pair.small} or ${pair.large}: which router`,
    style: SERIES_STYLE,
    content: `<h1>Which router, and is the difference real?</h1>
<p class="subject">small: <b>${escape(pair.small)}</b> · large: <b>${escape(pair.large)}</b> · ${counted(rows, 'recorded row')} · ${escape(describePlan(result))}</p>
<p class="headline">${escape(renderFinding(result))}</p>
${warnings.map((warning) => `<p class="warning">${escape(warning)}</p>`).join('\n')}
${renderCurves(result)}
${renderMoney(result)}
${renderApgr(result)}
${renderTests(result)}
${renderFurther(result)}
${renderProvenance(result, writtenAt)}`,
  })
}

function renderCurves(result: ComparisonResult): string {
  return section(
    'Quality against calls kept small',
    'Further right is cheaper, higher is better; means over the splits. The straight dashed line mixes the two models by lot: the convex hull of ' +
      'single models, which a router must beat. The circles are all large, all small, and the better model for each task type. Lines that ' +
      'coincide show through each other’s gaps. Nothing can be above the oracle, which knows both answers.',
    `<ul class="legend">${listLegend(result).map(renderLegend).join('')}</ul>
<figure>${plotCompareCurves(result)}</figure>
${toHtml(listSystems(result), () => false)}`,
  )
}

function renderMoney(result: ComparisonResult): string {
  const plot = plotCompareMoney(result)
  if (plot === '') return ''
  return section(
    'Quality against money',
    'Further left is cheaper, higher is better. Every call of a query is counted: a cascade pays for the drafts that it throws away, so its line begins right of ' +
      'the large model alone. The straight dashed line is what mixing the two models by lot buys; below it a system costs more than it is worth.',
    `<figure>${plot}</figure>`,
  )
}

/** Methods first, then the nulls. */
function listLegend(result: ComparisonResult): readonly DrawnLine[] {
  const lines = listLines(result)
  const methods = result.systems.filter(({ kind }) => kind === 'method').length
  return [...lines.slice(-methods), ...lines.slice(0, -methods)]
}

function renderLegend({ title, stroke, dash }: DrawnLine): string {
  return `<li><svg viewBox="0 0 34 8" aria-hidden="true"><path d="M0 4H34" stroke="${stroke}" stroke-width="2.5" stroke-dasharray="${dash}"></path></svg>${escape(title)}</li>`
}

function renderApgr(result: ComparisonResult): string {
  const plot = plotApgr(result)
  if (plot === '') return ''
  return section(
    'How much of the gap is recovered',
    'APGR: the share of the quality gap between the two models that is recovered, averaged over all shares of large calls. Dots are means over the splits, ' +
      'bars 95% intervals, small grey dots the single splits. Bars may overlap and a difference still be real: the systems are measured on the same ' +
      'queries, and the tests below use that.',
    `<figure>${plot}</figure>`,
  )
}

function renderTests(result: ComparisonResult): string {
  const { tests, significance, resamples } = result
  if (tests.length === 0) return ''
  return section(
    'Which differences are real',
    `Differences of APGR on the same queries, by drawing the questions anew ${count(resamples)} times. The corrected p-values allow for ${counted(tests.length, 'comparison')} at ` +
      `once (Holm): below ${significance} a method is called better or worse. They speak of other queries of this kind for these trained routers; the standard ` +
      'deviation over splits, and on how many of them the method is ahead, also show the chance in training.',
    toHtml(listTests(result)),
  )
}

function renderFurther(result: ComparisonResult): string {
  const reasons = Object.entries(result.undefinedBecause)
    .map(([name, because]) => `<p class="caption">Not defined: ${escape(name)}: ${escape(because)}.</p>`)
    .join('\n')
  return section(
    'Further metrics',
    'Means over the splits. "Kept at 1%" is the largest share of calls the scores could keep small with at most 1% less quality than all large; CPT(50%) the least ' +
      'share of large calls that recovers half the gap; AUROC how well scores rank "small at least as good"; ECE how far probabilities are from frequencies.',
    toHtml(listFurtherMetrics(result)) + reasons,
  )
}

/** Marks the rows that found a difference. */
function toHtml({ titles, rows }: Table, isMarked = isFinding): string {
  return renderTable(
    titles,
    rows.map((cells) => ({ isMarked: isMarked(cells), cells })),
  )
}

function isFinding(cells: readonly string[]): boolean {
  return cells.includes('better') || cells.includes('worse')
}

function renderProvenance(result: ComparisonResult, writtenAt: string): string {
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
        `${count(rowsRead - rows)} without text or a score of both models, ${count(skipped)} bad`,
      ],
      ['splits', describePlan(result)],
      ['rows by seed', `trained and tested: ${each.join('; ')}`],
      [
        'seeds',
        `splits and training ${seeds.join(', ')}; resampling ${resamplingSeed} (${count(resamples)} resamples)`,
      ],
      ['written', writtenAt],
    ]),
  )
}
