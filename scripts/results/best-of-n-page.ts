/** The best-of-n section as text, with the figures and the targets of issue 4, point 5. */
import { READ, RESAMPLES, type Case, type Compared, type Result } from './best-of-n-cases.ts'
import { COT_TOKENS, SPLITS } from './samples.ts'
import { interval, thousands, three, type Figure, type Rendered, type Target } from './section.ts'

const BILLING: Readonly<Record<Case['billing'], string>> = {
  once: 'prompt once',
  'per-sample': 'prompt n times',
}

function find({ compared }: Result, name: string): Compared | undefined {
  return compared.find((one) => one.name === name)
}

/** "+0.021 (0.014 to 0.028)" */
function cell(compared: Compared | undefined): string {
  if (compared === undefined || compared.interval === null) return '–'
  const sign = compared.value >= 0 ? '+' : ''
  return `${sign}${three(compared.value)} (${interval(compared.interval)})`
}

function renderVotes(result: Result): readonly string[] {
  const { of, systems } = result
  const single = ['random', 'query', 'text of one sample'].map(
    (name) =>
      `| ${of.title} | 1, ${name} | ${three(systems[`plurality: ${name}`])} | ${three(systems[`escalated: ${name}`])} | | | |`,
  )
  const votes = ['2 samples', '3 samples', '5 samples', '10 samples', READ].map((name) => {
    const k = name.split(' ')[0]
    return (
      `| ${of.title} | ${k}, ${name === READ ? 'agreement, query and text' : 'agreement'} | ${three(systems[`plurality: ${name}`])} | **${three(systems[`escalated: ${name}`])}** | ` +
      `${cell(find(result, `escalated: ${name} - query`))} | ${cell(find(result, `escalated: ${name} - text of one sample`))} | ` +
      `${cell(find(result, `money: ${name} - query`))}, ${BILLING[of.billing]} |`
    )
  })
  return [...single, ...votes]
}

const NUMBERS = ['n = 1', 'n = 2', 'n = 3', 'n = 5'] as const
const ROUTED = ['fixed with hindsight', ...NUMBERS, "the paper's rule"] as const

function renderJoint(result: Result): string {
  const { of, systems } = result
  return (
    `| ${of.title}, ${BILLING[of.billing]} | ${three(systems['joint'])} | ${three(systems['fixed'])} | ` +
    `${cell(find(result, 'fixed'))} | ${ROUTED.map((name) => cell(find(result, name))).join(' | ')} |`
  )
}

/** USD per million queries. */
function millions(usd: number | undefined): string {
  return usd === undefined ? '–' : (usd * 1e6).toFixed(1)
}

function renderArms({ of, systems }: Result): readonly string[] {
  return Object.keys(systems)
    .filter((name) => name.startsWith('fixed '))
    .map(
      (name) =>
        `| ${of.title} | ${name.slice('fixed '.length)} | ${three(systems[name])} | ${millions(systems[`cost ${name}`])} | ${millions(systems[`expected ${name}`])} |`,
    )
}

function figuresOf({ of, compared }: Result): readonly [string, Figure][] {
  return compared.map(({ name, value, interval }) => [`best-of-n/${of.name}/${name}`, { value, interval }])
}

function isProven(compared: Compared | undefined): boolean {
  return (compared?.interval?.[0] ?? -1) > 0
}

function list(all: readonly (Compared | undefined)[]): string {
  return all.map((one) => three(one?.value)).join(', ')
}

function targetsOf(votes: readonly Result[], joints: readonly Result[]): readonly Target[] {
  const signal = votes.map((result) => find(result, `escalated: ${READ} - text of one sample`))
  const fixed = joints.map((result) => find(result, 'fixed'))
  const numbers = joints.map((result) => NUMBERS.map((name) => find(result, name)))
  const worst = numbers.map((all) => Math.min(...all.map((one) => one?.value ?? Infinity)))
  return [
    {
      point: 5,
      what: 'agreement of 5 samples added to what a trained reader sees of one sample, mean quality at equal calls',
      asked: 'better, paired',
      reached: list(signal),
      isMet: signal.every(isProven),
    },
    {
      point: 5,
      what: 'best-of-n chosen with the model against the best mixtures of fixed (model, n), at equal cost',
      asked: 'better, paired',
      reached: list(fixed),
      isMet: fixed.every(isProven),
    },
    {
      point: 5,
      what: 'the same against models routed at a fixed n, the least gain over any n',
      asked: 'better, paired',
      reached: worst.map((one) => three(one)).join(', '),
      isMet: numbers.every((all) =>
        all.every((one) => one === undefined || one.interval === null || isProven(one)),
      ),
    },
  ]
}

export function renderBestOfN(results: readonly Result[]): Rendered {
  const votes = results.filter(({ of }) => of.kind === 'agreement')
  const joints = results.filter(({ of }) => of.kind === 'joint')
  const text = `## Several samples: agreement, and best-of-n

Recorded samples (scripts/results/samples.ts), half of the questions for training and the other half replayed through \`serve\`, ${SPLITS} splits. Samples are shuffled by the split's seed: the sources sort
them, the first of ten being right more often than the last. Money: list prices of 2024, characters / 4 as tokens, ${COT_TOKENS} tokens for reasoning that the data leaves out. In brackets 95% intervals of
differences, ${thousands(RESAMPLES)} paired resamples of the rows.

**Agreement.** The plurality answer of k samples is given when enough of them agree, else the large model answers. Mean quality over the share escalated, so at equal calls of each model: a single-sample
cascade may draw k samples too, it can only read one. A call is a sample. *Random* and *query* give the mean sample; *query* is the trained router's score; *text* reads the sample with the
trained answer reader. Money: quality at equal cost against the router, which throws no draft away.

| recorded outcomes | samples, signal | small alone | mean quality | against query | against text | money, against query |
|---|---|---:|---:|---:|---:|---:|
${votes.flatMap(renderVotes).join('\n')}

**Best-of-n.** Mean quality between the cheapest arm's cost and the reference's. *Fixed*: the best mixtures of all (model, n) and the reference without a look at the query, picked on
the training rows; *with hindsight*: on the tested ones. *n = …*: the
same predictions, that n alone, over the costs both can do; – where n answers cost as much as the reference.

| recorded outcomes | joint | fixed | joint - fixed | ${ROUTED.map((name) => `joint - ${name}`).join(' | ')} |
|---|---:|---:|---:|${ROUTED.map(() => '---:').join('|')}|
${joints.map(renderJoint).join('\n')}

Every arm for every query: what was billed, and what the policy expected before it called (the prompt's characters, the mean output of the training rows), in USD per million queries. Input tokens are characters / 4 in both, so only outputs can differ.

| recorded outcomes | arm | mean quality | billed | expected |
|---|---|---:|---:|---:|
${joints.flatMap(renderArms).join('\n')}
`
  return {
    text,
    figures: Object.fromEntries(results.flatMap(figuresOf)),
    targets: votes.length > 0 && joints.length > 0 ? targetsOf(votes, joints) : [],
  }
}
