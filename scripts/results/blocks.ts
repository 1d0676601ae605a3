/** What stands between the markers of README.md and docs, by name of the marker: text made from figures alone. */
import { mean, percent, three, type Figures } from './section.ts'
import { figureOf, valueOf } from './stored-figures.ts'

/** Cases of the routing section that README.md shows. */
const SHOWN: readonly (readonly [name: string, title: string])[] = [
  ['mmlu', 'RouteLLM MMLU half, Mixtral-8x7B -> GPT-4'],
  ['gsm8k', 'GSM8K, Mixtral-8x7B -> GPT-4'],
  ['gemini', 'MMLU-Pro, gemini-1.5-flash -> pro'],
  ['llama-gpt4o', 'MMLU-Pro, Llama-3.1-70B -> GPT-4o'],
  ['llmrouter', 'mixed tasks, Qwen2.5-7B -> Nemotron-51B'],
]

const NUMBERS = ['None', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten']

function renderRouting(figures: Figures): string {
  const rows = SHOWN.map(([name, title]) => {
    const of = (statistic: string): number => valueOf(figures, `routing/${name}/${statistic}`)
    const [low, high] = figureOf(figures, `routing/${name}/apgr`).interval ?? []
    return `| ${title} | **${three(of('apgr'))}** | ${three(low)} to ${three(high)} | ${three(of('tableApgr'))} | ${three(of('delivered95'))} | ${percent(of('kept95'), 0)} |`
  })
  return [
    '| recorded outcomes | APGR (random 0.5) | 95% interval | table of *given* task types | asked 0.95, delivered | kept small there |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function count(n: number): string {
  return NUMBERS[n] ?? String(n)
}

/** How many of the goals set for routing are missed, and by how much. */
function renderGoals(figures: Figures): string {
  const goals = Object.keys(figures).filter((name) => /^routing\/.*\.asked$/.test(name))
  const short = goals
    .map((name) => valueOf(figures, name) - valueOf(figures, name.slice(0, -'.asked'.length)))
    .filter((missing) => missing > 0)
  if (short.length === 0)
    return `All ${count(goals.length).toLowerCase()} goals we had set ourselves are met.`
  const by = [...new Set([Math.min(...short), Math.max(...short)].map(three))].join(' to ')
  return `${count(short.length)} of the ${count(goals.length).toLowerCase()} goals we had set ourselves ${short.length === 1 ? 'is' : 'are'} missed, by ${by}; the page says which.`
}

/** Pairs of the promise study with the rows that calibrate them, as named in the figures. */
const PROMISED: readonly (readonly [name: string, rows: number, title: string])[] = [
  ['gemini', 2000, 'MMLU-Pro, gemini-1.5-flash -> pro'],
  ['llama-gpt4o', 2000, 'MMLU-Pro, Llama-3.1-70B -> GPT-4o'],
  ['llama-8b-70b', 2000, 'MMLU-Pro, Llama-3.1-8B -> 70B'],
  ['llmrouter', 1000, 'mixed tasks, Qwen2.5-7B -> Nemotron-51B'],
  ['mmlu', 2000, 'RouteLLM MMLU half, Mixtral-8x7B -> GPT-4'],
]

function renderPromises(figures: Figures): string {
  const rows = PROMISED.flatMap(([name, many, title]) =>
    [many, 500].map((n) => {
      const of = (rule: string, delta: number, statistic: string): string =>
        percent(valueOf(figures, `promises/${name}/${rule}/${n}/0.95/${delta}/${statistic}`))
      return `| ${title} | ${n} | **${of('promise', 0.05, 'kept')}** | ${of('promise', 0.05, 'broken')} | ${of('hoeffding-bentkus', 0.05, 'kept')} | ${of('estimate', 0, 'kept')} | ${of('estimate', 0, 'broken')} |`
    }),
  )
  return [
    'Level 0.95, confidence 95%, 1,000 calibrations a row of the table:',
    '',
    '| recorded outcomes | calibration rows | kept small under promise | broken | kept by Hoeffding-Bentkus | kept by point estimate | which breaks |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    `Estimates from 500 rows miss the level asked for by ${percent(mean(PROMISED.map(([name]) => valueOf(figures, `promises/${name}/estimateError`))), 2)} of the large model's quality, mean of the five pairs.`,
  ].join('\n')
}

/** Pairs of the section on reading answers. */
const READ: readonly (readonly [name: string, title: string])[] = [
  ['gemini', 'MMLU-Pro, gemini-1.5-flash -> pro'],
  ['llama-gpt4o', 'MMLU-Pro, Llama-3.1-70B -> GPT-4o'],
]

function renderCascade(figures: Figures): string {
  const rows = READ.flatMap(([name, title]) => {
    const of = (statistic: string): number => valueOf(figures, `cascade-answers/${name}/${statistic}`)
    const row = (policy: 'route' | 'cascade', apgr: string, kept: string): string =>
      `| ${title} | ${policy === 'route' ? 'question alone' : '**answer read**'} | ${three(of(apgr))} | ${percent(of(kept))} | ${of(`${policy}.delivered`).toFixed(3)} | ${percent(of(`${policy}.cost`))} |`
    return [row('route', 'router.apgr', 'router.kept0'), row('cascade', 'apgr', 'kept0')]
  })
  return [
    '| recorded outcomes | | APGR | answered by the small model at no drop | asked 0.99 (estimate), delivered | cost there, of all large |',
    '|---|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

export const BLOCKS: Readonly<Record<string, (figures: Figures) => string>> = {
  routing: renderRouting,
  goals: renderGoals,
  promises: renderPromises,
  cascade: renderCascade,
}
