/** Cascades chosen from rows, as text and figures. */
import type { Result, Tried } from './cascade-search.ts'
import { deviation, mean, percent, three, type Figure, type Rendered, type Target } from './section.ts'

/** Of one figure over the splits. */
interface Spread {
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
}

function spreadOf({ splits }: Tried, figure: string): Spread {
  const values = splits.map((one) => one[figure] ?? Number.NaN)
  return {
    mean: mean(values),
    deviation: deviation(values),
    least: Math.min(...values),
    most: Math.max(...values),
  }
}

function withError({ mean, deviation }: Spread, digits = 3): string {
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`
}

interface Table {
  readonly title: string
  readonly heads: readonly string[]
  readonly cells: (tried: Tried) => readonly string[]
}

const TABLES: Readonly<Record<string, Table>> = {
  search: {
    title: `### Searched chains under a budget (FrugalGPT)

Budget: share of the dearest model's mean cost. Gain: accuracy above the hull of the single models at the cost that was metered. Foretold: on the rows of the search.`,
    heads: [
      'budget',
      'stages',
      'accuracy',
      'gain',
      'least gain',
      'cost / budget',
      'most',
      'foretold',
      'best single',
      'chosen most often',
    ],
    cells: (tried) => {
      const of = (figure: string): Spread => spreadOf(tried, figure)
      const [share = '', stages = ''] = tried.name.split('/')
      return [
        percent(Number(share), 0),
        `up to ${stages}`,
        withError(of('quality')),
        withError(of('gain')),
        three(of('gain').least),
        three(of('budget').mean),
        three(of('budget').most),
        three(of('foretold').mean),
        three(of('bestSingle').mean),
        tried.choice ?? '',
      ]
    },
  },
  labels: {
    title: `### Few labels

The same search at a budget of 20%, up to 2 stages: quality of a row by its label alone (1), and by the mean of label and calibrated chance (0.5).`,
    heads: ['rows', 'weight of the label', 'accuracy', 'gain', 'cost / budget', 'most', 'foretold'],
    cells: (tried) => {
      const of = (figure: string): Spread => spreadOf(tried, figure)
      const [rows = '', weight = ''] = tried.name.split('/')
      return [
        Number(rows) > 1e5 ? 'the half' : rows,
        weight,
        withError(of('quality')),
        withError(of('gain')),
        three(of('budget').mean),
        three(of('budget').most),
        three(of('foretold').mean),
      ]
    },
  },
  'meta-verifier': {
    title: `### Meta-verifiers (AutoMix)

Lift of the incremental benefit per cost; the verifier is the answer's own log-probability, priced as one more call of the small model. 0: a random share at equal cost without a draft. The aim was a lift above 0 for every pair.`,
    heads: ['small model', 'meta-verifier', 'lift', 'least', 'lift on the training rows', 'escalated'],
    cells: (tried) => {
      const [small = '', kind = ''] = tried.name.split('/')
      const lift = spreadOf(tried, 'lift')
      return [
        small,
        kind,
        withError(lift),
        three(lift.least),
        three(spreadOf(tried, 'trained').mean),
        percent(spreadOf(tried, 'escalated').mean),
      ]
    },
  },
  quantile: {
    title: `### Running quantile (margin sampling)

The tested half as one stream; nothing is trained, expected costs are the other half's means. Offline: the same share escalated with all signals known beforehand. The aim was to be within 0.01 of it and within 2% of the budget, for gpt-4o-mini on MMLU.`,
    heads: [
      'small model',
      'budget pays for',
      'accuracy',
      'against offline',
      'least',
      'cost / budget',
      'least',
      'most',
      'escalated',
    ],
    cells: (tried) => {
      const [small = '', share = ''] = tried.name.split('/')
      const [difference, budget] = [spreadOf(tried, 'difference'), spreadOf(tried, 'budget')]
      return [
        small,
        percent(Number(share), 0),
        withError(spreadOf(tried, 'online')),
        withError(difference),
        three(difference.least),
        three(budget.mean),
        three(budget.least),
        three(budget.most),
        percent(spreadOf(tried, 'escalated').mean),
      ]
    },
  },
  abstention: {
    title: `### Reject cuts (HCMA)

At most 20% declined. Error: of the answers given. Cost: of the last model alone.`,
    heads: [
      'chain',
      'labels',
      'error of the last model alone',
      'error',
      'reduced by',
      'least',
      'declined',
      'cost',
    ],
    cells: (tried) => {
      const [chain = '', labels = ''] = tried.name.split('/')
      const reduction = spreadOf(tried, 'reduction')
      return [
        chain,
        labels === 'half' ? 'all of the half' : labels,
        three(spreadOf(tried, 'alone').mean),
        withError(spreadOf(tried, 'error')),
        percent(reduction.mean),
        percent(reduction.least),
        percent(spreadOf(tried, 'abstained').mean),
        percent(spreadOf(tried, 'cost').mean, 0),
      ]
    },
  },
}

function renderTable(kind: string, results: readonly Result[]): string {
  const table = TABLES[kind]
  if (table === undefined) throw new Error(`no table for ${kind}`)
  const rows = results.flatMap(({ set, tried }) =>
    tried.map((one) => `| ${[set, ...table.cells(one)].join(' | ')} |`),
  )
  return `${table.title}

| set | ${table.heads.join(' | ')} |
|---|${table.heads.map(() => '---|').join('')}
${rows.join('\n')}
`
}

/** Mean of each figure; a later run must stay within two standard deviations of the splits. */
function figuresOf({ kind, set, tried }: Result): readonly [string, Figure][] {
  return tried.flatMap((one) =>
    Object.keys(one.splits[0] ?? {}).map((figure): [string, Figure] => {
      const { mean, deviation } = spreadOf(one, figure)
      const interval = [mean - 2 * deviation, mean + 2 * deviation] as const
      return [`cascade-search/${kind}-${set}/${one.name}/${figure}`, { value: mean, interval }]
    }),
  )
}

/** Point 2 of issue 4, when the cases that answer it were run. */
function targetsOf(results: readonly Result[]): readonly Target[] {
  const find = (kind: string, name: (tried: Tried) => boolean): readonly Found[] =>
    results
      .filter((one) => one.kind === kind)
      .flatMap(({ set, tried }) => tried.filter(name).map((one) => ({ set, one })))
  const searched = find('search', ({ name }) => name === '0.2/2')
  return [
    ...targetOf(searched, {
      what: 'accuracy of searched cascades above the hull of single models, budget 20% of the dearest',
      asked: 'at least 0.025 on both sets, seeds 0 to 9',
      figure: 'gain',
      isMet: (gain) => gain.mean >= 0.025,
    }),
    ...targetOf(searched, {
      what: 'metered cost of the same over the budget, mean of the splits',
      asked: 'at most 1.05',
      figure: 'budget',
      isMet: (budget) => budget.mean <= 1.05,
    }),
  ]
}

interface Found {
  readonly set: string
  readonly one: Tried
}

interface Wanted {
  readonly what: string
  readonly asked: string
  readonly figure: string
  readonly isMet: (spread: Spread) => boolean
}

function targetOf(found: readonly Found[], { what, asked, figure, isMet }: Wanted): readonly Target[] {
  if (found.length === 0) return []
  const spreads = found.map(({ one }) => spreadOf(one, figure))
  const reached = found.map(({ set, one }, i) => `${set} ${one.name}: ${three(spreads[i]?.mean)}`).join(', ')
  return [{ point: 2, what, asked, reached, isMet: spreads.every(isMet) }]
}

export function renderCascadeSearch(results: readonly Result[]): Rendered {
  const kinds = [...new Set(results.map(({ kind }) => kind))]
  const data = [...new Map(results.map((one) => [one.set, one])).values()]
  const text = `## Cascades chosen from rows

rational-cascades-a: ${data.map(({ set, rows, dataHash }) => `${set} ${rows} rows (${dataHash.slice(0, 12)})`).join(', ')}. Halves by question text, seeds 0 to 9, the source's own split pooled; chosen on one half,
replayed on the other through serve. Confidence: log-probability, tail-log Platt, fitted on the first half. Money: the rows' metered cost of every call, rejected answers and checks among it. ± is
the standard deviation over the splits. Nothing was tuned on these splits: parameters are the papers'. Methods: [methods/cascade-search.md](methods/cascade-search.md).

${kinds
  .map((kind) =>
    renderTable(
      kind,
      results.filter((one) => one.kind === kind),
    ),
  )
  .join('\n')}`
  return { text, figures: Object.fromEntries(results.flatMap(figuresOf)), targets: targetsOf(results) }
}
