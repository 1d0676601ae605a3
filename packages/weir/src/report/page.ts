/**
 * The HTML report: one file that needs no network and no script. A newcomer reads the headline and the three figures; who wants more finds the
 * curve, asked against delivered, calibration, every metric with its meaning, and where the numbers come from.
 *
 * Model names and file names come from the user: everything that is not markup of this file goes through html.ts.
 */
import { COMPARISON_COLUMNS, listComparison } from './comparison.ts'
import { noteNormalisation } from './efficiency-rows.ts'
import { subjectOf, type Evaluation } from './evaluation.ts'
import { count, counted, decimal, percent } from './format.ts'
import { headlineLevel, renderHeadline } from './headline.ts'
import { escape, renderDocument, renderFacts, renderTable, section } from './html.ts'
import { listMetrics } from './metric-rows.ts'
import { listNullRouters, NULL_COLUMNS } from './null-routers.ts'
import { plotReliability } from './plot-reliability.ts'
import { DRAWN_TYPES, plotTaskTypes } from './plot-task-types.ts'
import { plotCurve, plotLevels } from './plots.ts'
import {
  describeReliability,
  isMiscalibrated,
  listTypes,
  noteTypes,
  TYPE_COLUMNS,
} from './reliability-text.ts'
import { explainLevels, LEVEL_TITLES, toLevelCells } from './level-cells.ts'

/** `writtenAt`: ISO 8601, UTC. */
export function renderPage(evaluation: Evaluation, writtenAt: string): string {
  const { small, large } = evaluation
  const title = `${small.model} or ${large.model}: what routing keeps and saves`
  return renderDocument({
    title,
    content: `<h1>What routing keeps and saves</h1>
<p class="subject">small: <b>${escape(small.model)}</b> · large: <b>${escape(large.model)}</b> · measured on ${counted(evaluation.rows, 'recorded row')}</p>
<p class="headline">${escape(renderHeadline(evaluation))}</p>
${renderKeyFacts(evaluation)}
${evaluation.warnings.map((warning) => `<p class="warning">${escape(warning)}</p>`).join('\n')}
${renderCurve(evaluation)}
${renderLevels(evaluation)}
${renderReliability(evaluation)}
${renderMetrics(evaluation)}
${renderBaselines(evaluation)}
${renderProvenance(evaluation, writtenAt)}`,
  })
}

function renderKeyFacts(evaluation: Evaluation): string {
  const level = headlineLevel(evaluation)
  if (level === undefined) return ''
  const facts = [
    [percent(level.delivered), `of the large model's quality kept at level ${level.asked}`],
    [percent(level.costAdvantage), 'of the calls answered by the small model'],
    ...(level.costSaving === null ? [] : [[percent(level.costSaving), 'of the cost saved']]),
    [decimal(evaluation.apgr), 'APGR: 0.5 is random, higher is better'],
  ]
  return `<ul class="facts">${facts
    .map(([value, what]) => `<li><strong>${escape(value ?? '')}</strong>${escape(what ?? '')}</li>`)
    .join('')}</ul>`
}

function renderCurve(evaluation: Evaluation): string {
  const table =
    evaluation.baselines.taskTable === null ? '' : '<li><span class="table"></span>task-type table</li>'
  return section(
    'Quality against calls kept small',
    'Further right is cheaper, higher is better. The dots are quality levels you can ask for. A router is worth its place where its line is ' +
      'above the straight one; nothing can be above the oracle, which knows both answers.',
    `<ul class="legend"><li><span class="router"></span>this ${subjectOf(evaluation)}</li>${table}<li><span class="random"></span>random</li><li><span class="oracle"></span>oracle</li></ul>
<figure>${plotCurve(evaluation)}</figure>`,
  )
}

function renderLevels(evaluation: Evaluation): string {
  const marked = headlineLevel(evaluation)
  const rows = evaluation.levels.map((level) => ({
    isMarked: level === marked,
    cells: toLevelCells(level),
  }))
  return section(
    'Asked for and delivered',
    "The share of the large model's quality that was asked for, and what came out on these rows. On or above the dashed line the level was kept. " +
      'The bars are 95% intervals; the dotted line is what the small model alone gives. ' +
      explainLevels(evaluation.levels),
    `<figure>${plotLevels(evaluation)}</figure>${renderTable(LEVEL_TITLES, rows)}`,
  )
}

function renderReliability(evaluation: Evaluation): string {
  const { reliability } = evaluation
  if (reliability === null) return ''
  return section(
    `Does the ${subjectOf(evaluation)} know what it does not know?`,
    'Each dot gathers about as many queries with a similar predicted chance that the small model is good enough; the height is how often it was, the ' +
      'bar its 95% interval. On the dashed line predictions are honest.',
    `<figure>${plotReliability(evaluation)}</figure><p class="caption">${escape(describeReliability(reliability))}</p>${renderTypes(reliability)}`,
  )
}

function renderTypes(reliability: NonNullable<Evaluation['reliability']>): string {
  const { byTaskType } = reliability
  const notes = noteTypes(reliability).map((note) => `<p class="caption">${escape(note)}.</p>`)
  if (byTaskType.length === 0) return notes.join('')
  const drawn =
    byTaskType.length > DRAWN_TYPES
      ? `<p class="caption">The ${DRAWN_TYPES} types with most rows of ${byTaskType.length}; all are in the table.</p>`
      : ''
  const cells = listTypes(byTaskType)
  const rows = byTaskType.map((type, i) => ({ isMarked: isMiscalibrated(type), cells: cells[i] ?? [] }))
  return `<h3>Per task type</h3>${drawn}<figure>${plotTaskTypes(byTaskType)}</figure>${renderTable(TYPE_COLUMNS, rows)}${notes.join('')}`
}

function renderMetrics(evaluation: Evaluation): string {
  const cells = listMetrics(evaluation)
    .map(
      ({ name, value, interval, meaning }) =>
        `<tr><td>${escape(name)}</td><td>${escape(value)}</td><td>${escape(interval)}</td><td class="means">${escape(meaning)}</td></tr>`,
    )
    .join('\n')
  const notes = noteNormalisation(evaluation)
    .map((note) => `<p class="caption">${escape(note)}.</p>`)
    .join('')
  const reasons = Object.entries(evaluation.undefinedBecause)
    .map(([name, because]) => `<p class="caption">Not defined: ${escape(name)}: ${escape(because)}.</p>`)
    .join('\n')
  return section(
    'Every metric',
    'Intervals are 95%, by resampling queries.',
    `<div class="scroll"><table><thead><tr><th>metric</th><th>value</th><th>95% interval</th><th class="means">what it means</th></tr></thead>
<tbody>${cells}</tbody></table></div>${notes}${reasons}`,
  )
}

function renderBaselines(evaluation: Evaluation): string {
  const rows = listComparison(evaluation).map((cells) => ({
    isMarked: cells[0] === `this ${subjectOf(evaluation)}`,
    cells,
  }))
  const { taskTable } = evaluation.baselines
  const note =
    taskTable === null
      ? ''
      : `<p class="caption">The task-type table is told each query's category, which a router never is; fitted on ${taskTable.fittedOn}.</p>`
  return section(
    'Beside simpler systems',
    'What the router must beat, and the best there could be. "Kept at 1%" is the largest share of calls that could stay small with at most 1% less quality.',
    renderTable(COMPARISON_COLUMNS, rows) + note + renderNulls(evaluation),
  )
}

function renderNulls(evaluation: Evaluation): string {
  const table = listNullRouters(evaluation)
  if (table === undefined) return ''
  const rows = table.rows.map((cells, i) => ({ isMarked: i === 0, cells }))
  return `<h3>Is a router needed at all?</h3>
<p class="caption">Level ${table.asked} beside what needs no router. ${escape(capitalised(table.note))}</p>
${renderTable(NULL_COLUMNS, rows)}`
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function renderProvenance(evaluation: Evaluation, writtenAt: string): string {
  const { artifact, files, dataHash, seed, resamples } = evaluation
  const facts: readonly (readonly [string, string])[] = [
    ['data', files.join(', ')],
    ['data hash', dataHash],
    ['rows measured', count(evaluation.rows)],
    [
      'rows left out',
      `${count(evaluation.rowsWithoutPair)} without scores of both models, ${count(evaluation.rowsWithoutText)} without text, ${count(evaluation.skipped)} bad`,
    ],
    ['artifact', artifact.file],
    ['trained on', `${counted(artifact.rows, 'row')}, data hash ${artifact.dataHash}`],
    ['label, measure', `${artifact.method}, ${artifact.metric}`],
    ['seeds', `training ${artifact.seed}, resampling ${seed} (${count(resamples)} resamples)`],
    ['weir', artifact.libraryVersion],
    ['written', writtenAt],
  ]
  return section('Where the numbers come from', '', renderFacts(facts))
}
