/**
 * Signals other than log-probabilities, on recorded answers: each scorer reads the answer itself inside a replay, and its value is held against
 * whether that answer was right.
 */
import { join } from 'node:path'
import {
  auroc,
  bootstrap,
  createAgreementScorer,
  createCascadePolicy,
  createStatedConfidenceScorer,
  createValidityScorer,
  type AgreementMode,
  type Draw,
  type Interval,
  type Outcome,
  type River,
  type Scorer,
} from '@weir/core'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, hashOf } from '../recorded.ts'
import { RESAMPLES, SEED } from './cascade-signals-cases.ts'
import { createConfidenceRiver, replayRows } from './confidence-river.ts'
import { interval, mean, percent, three, type Figure } from './section.ts'

interface Studied {
  readonly file: string
  readonly model: string
  readonly signal: 'statedConfidence' | 'agreement'
  readonly mode?: AgreementMode
  /** Answers read. */
  readonly samples: number
}

const STATED: readonly Studied[] = [
  'Meta-Llama-3.1-8B-Instruct',
  'claude-3-haiku-20240307',
  'gpt-4o',
  'deepseek-v3',
  'gemini-2.5-flash',
].map((model) => ({ file: 'confidence', model, signal: 'statedConfidence', samples: 1 }))

const AGREEING: readonly Studied[] = [
  ...['deepseek-instruct-1.3b', 'codellama-7b', 'deepseek-instruct-33b'].map((model): Studied => ({
    file: 'cruxeval-output',
    model,
    signal: 'agreement',
    mode: 'exact',
    samples: 10,
  })),
  ...['llama-2-13b-chat+pot1', 'gpt-4+cot1'].map((model): Studied => ({
    file: 'mot-gsm',
    model,
    signal: 'agreement',
    mode: 'number',
    samples: 10,
  })),
]

export interface OtherRow {
  readonly of: Studied
  readonly rows: number
  readonly dataHash: string
  /** Share of the answers that carry the signal. */
  readonly carried: number
  readonly quality: number
  /** Over the answers that carry it. */
  readonly auroc: number
  readonly interval: Interval | null
}

export interface ValidityRow {
  readonly rows: number
  readonly dataHash: string
  readonly small: number
  readonly large: number
  /** Share that fails a check and is escalated. */
  readonly share: number
  readonly quality: number
  /** Escalating as many at random. */
  readonly random: number
  readonly gain: Interval | null
}

export interface OtherResult {
  readonly kind: 'others'
  readonly rows: readonly OtherRow[]
  readonly validity: ValidityRow
}

async function readRows(file: string, models: readonly string[]): Promise<readonly Outcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${file}.jsonl.gz`)])) {
    const kept = models.flatMap((model) => {
      const { [model]: outcome } = row.models
      if (outcome === undefined) return []
      // The scorer is to read what was said, not what the source read in it.
      const { confidence: _, answerProb: __, logprob: ___, ...rest } = outcome
      return [[model, rest] as const]
    })
    if (kept.length === models.length) rows.push({ ...row, models: Object.fromEntries(kept) })
  }
  return rows
}

async function measureOne(of: Studied): Promise<OtherRow> {
  const rows = await readRows(of.file, [of.model])
  const scorer: Scorer =
    of.signal === 'agreement'
      ? createAgreementScorer({ mode: of.mode ?? 'exact' })
      : createStatedConfidenceScorer()
  const river = createConfidenceRiver(
    [{ model: of.model, samples: of.samples, accept: 0.5, reject: 0.5 }],
    {},
    [scorer],
  )
  const read = (await replayRows(river, rows)).map(({ attempts: [attempt] }) => ({
    value: attempt?.score?.signals[of.signal],
    quality: attempt?.quality ?? 0,
  }))
  const carried = read.filter((one) => one.value !== undefined)
  const values = carried.map(({ value }) => value ?? 0)
  const labels = carried.map(({ quality }) => quality)
  const { area } = bootstrap(carried.length, (draw: Draw) => ({ area: auroc(values, labels, draw) }), {
    seed: SEED,
    resamples: RESAMPLES,
  })
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    carried: carried.length / rows.length,
    quality: mean(read.map(({ quality }) => quality)),
    auroc: auroc(values, labels) ?? Number.NaN,
    interval: area ?? null,
  }
}

const PAIR = { small: 'mistralai/Mixtral-8x7B-Instruct-v0.1', large: 'gpt-4-1106-preview' }

/** The form of the final answer that the prompts of this set ask for. */
const FINAL_MARK = '####\\s*[-$]*[\\d.,]+'

/** A cascade whose only rule is the form of the answer: anything that fails a check is escalated. */
function createValidityRiver(): River {
  const stages = [
    { model: PAIR.small, accept: 1 },
    { model: PAIR.large, accept: 0 },
  ]
  const river = createConfidenceRiver(stages, {})
  const cascade = {
    levels: river.levels,
    confidence: river.confidence,
    scoring: {
      scorers: [
        createValidityScorer({
          checks: [
            { check: 'nonEmpty' },
            { check: 'finalNumber' },
            { check: 'notRepeated' },
            { check: 'regex', pattern: FINAL_MARK },
          ],
        }),
      ],
      estimator: {
        name: 'validity',
        signals: ['validity'] as const,
        estimate: ({ signals: { validity = null } }: { signals: { validity?: number | null } }) => ({
          pGoodEnough: validity,
        }),
      },
    },
    createPolicy: () => createCascadePolicy({ stages }),
  }
  return { ...river, services: { cascade } }
}

async function measureValidity(): Promise<ValidityRow> {
  const rows = await readRows('routellm-gsm8k', [PAIR.small, PAIR.large])
  const replayed = await replayRows(createValidityRiver(), rows)
  const small = rows.map(({ models }) => models[PAIR.small]?.score ?? 0)
  const large = rows.map(({ models }) => models[PAIR.large]?.score ?? 0)
  const escalated = replayed.map(({ attempts }) => (attempts.length > 1 ? 1 : 0))
  const given = replayed.map(({ accepted }) => accepted?.quality ?? 0)
  const gainOf = (draw: Draw): number => {
    const over = (column: readonly number[]): number =>
      column.reduce((sum, one, i) => sum + one * (draw[i] ?? 0), 0) / rows.length
    const [weak, strong] = [over(small), over(large)]
    return over(given) - (weak + over(escalated) * (strong - weak))
  }
  const { gain } = bootstrap(rows.length, (draw: Draw) => ({ gain: gainOf(draw) }), {
    seed: SEED,
    resamples: RESAMPLES,
  })
  const share = mean(escalated)
  return {
    rows: rows.length,
    dataHash: hashOf(rows),
    small: mean(small),
    large: mean(large),
    share,
    quality: mean(given),
    random: mean(small) + share * (mean(large) - mean(small)),
    gain: gain ?? null,
  }
}

export async function measureOthers(): Promise<OtherResult> {
  const rows: OtherRow[] = []
  for (const of of [...STATED, ...AGREEING]) rows.push(await measureOne(of))
  return { kind: 'others', rows, validity: await measureValidity() }
}

function line({ of, dataHash, carried, quality, ...row }: OtherRow): string {
  const how = of.mode === undefined ? '' : `, ${of.mode}, ${of.samples} samples`
  return `| ${of.signal}${how} | ${of.file}: ${of.model} | ${row.rows} | ${dataHash.slice(0, 12)} | ${three(quality)} | ${percent(carried)} | **${three(row.auroc)}** | ${interval(row.interval)} |`
}

export function renderOthers({ rows, validity }: OtherResult): {
  readonly text: string
  readonly figures: readonly (readonly [string, Figure])[]
} {
  const text = `### What other signals tell

Each scorer reads the recorded answer in a replay. AUROC: the chance that a right answer scores above a wrong one, over the answers that carry the signal; 0.5 tells nothing. Of several samples the first is the answer that is judged.

| signal | data: model | rows | data | quality | carried | AUROC | 95% interval |
|---|---|---:|---|---:|---:|---:|---|
${rows.map(line).join('\n')}

Form alone, on routellm-gsm8k (${validity.rows} rows, ${validity.dataHash.slice(0, 12)}), Mixtral-8x7B -> GPT-4: an answer that is empty, has no final number behind the mark that its prompt asks for, or goes round in circles is escalated. That is ${percent(validity.share)} of the answers; accuracy ${three(validity.quality)},
against ${three(validity.random)} for as many at random (difference ${interval(validity.gain)}), ${three(validity.small)} for the small model and ${three(validity.large)} for the large one.
`
  return {
    text,
    figures: [
      ...rows.map(
        ({ of, auroc: value, interval: range }) =>
          [`cascade-signals/${of.signal}/${of.file}/${of.model}`, { value, interval: range }] as const,
      ),
      ['cascade-signals/validity/share', { value: validity.share, interval: null }],
      [
        'cascade-signals/validity/gain',
        { value: validity.quality - validity.random, interval: validity.gain },
      ],
    ],
  }
}
