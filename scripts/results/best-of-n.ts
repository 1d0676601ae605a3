/**
 * Samples: agreement of several answers as a cascade's signal, and best-of-n with model and n chosen together. Acceptance point 5 of issue 4.
 *
 * Half of the questions teach, the other half are replayed, ten splits. Intervals: 95%, rows of the data set drawn with replacement, the same draw for
 * every split and system, statistic averaged over splits.
 */
import {
  areaUnderDeferralCurve,
  bootstrapPValue,
  createCostCurve,
  createRng,
  quantile,
  type Draw,
} from '@weir/core'
import { hashOf } from '../recorded.ts'
import { measureAgreement, measureReadAgreement, measureSingle, type CascadeTrials } from './agreement.ts'
import {
  ARM_SAMPLES,
  CASES,
  READ,
  RESAMPLES,
  VOTES,
  type Case,
  type Compared,
  type Result,
} from './best-of-n-cases.ts'
import { renderBestOfN } from './best-of-n-page.ts'
import { measureJoint, type Systems } from './joint-choice.ts'
import { cheapest, drawnMean, hullOf, meanHeight, type Point } from './plane-heights.ts'
import { readSampledRows, splitSampled, type SampledSplit } from './samples.ts'
import { createSection, mean, type Section } from './section.ts'

/** A named number of one split under a draw; undefined where it has none. */
type Statistics = Readonly<Record<string, number | undefined>>
type OfSplit = (copies: ArrayLike<number>) => Statistics

const SEED = 1

async function measureCase(name: string): Promise<Result> {
  const of = CASES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  const rows = await readSampledRows(of)
  const splits = splitSampled(of, rows)
  const measured: { readonly tested: readonly number[]; readonly statistics: OfSplit }[] = []
  for (const split of splits) {
    const statistics = of.kind === 'agreement' ? await agreementOf(of, split) : await jointOf(of, split)
    measured.push({ tested: split.tested, statistics })
    process.stderr.write(`${name}: split ${split.seed} of ${splits.length}\n`)
  }
  const perSplit = measured.map(({ tested, statistics }) => statistics(tested.map(() => 1)))
  const names = Object.keys(perSplit[0] ?? {})
  const replicates = resample(rows.length, (draw) =>
    averageOf(
      measured.map(({ tested, statistics }) => statistics(tested.map((k) => draw[k] ?? 0))),
      names,
    ),
  )
  const value = averageOf(perSplit, names)
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    systems: value as Record<string, number>,
    compared: names
      .filter((one) => one.startsWith('difference '))
      .map((one) => compare(one, { value: value[one], replicates, perSplit })),
  }
}

function averageOf(splits: readonly Statistics[], names: readonly string[]): Statistics {
  return Object.fromEntries(
    names.map((name) => {
      const known = splits.flatMap((one) => one[name] ?? [])
      return [name, known.length === splits.length ? mean(known) : undefined]
    }),
  )
}

function resample(n: number, statistics: (draw: Draw) => Statistics): readonly Statistics[] {
  const rng = createRng(SEED)
  return Array.from({ length: RESAMPLES }, () => {
    const draw = new Uint16Array(n)
    for (let i = 0; i < n; i++) {
      const row = rng.int(n)
      draw[row] = (draw[row] ?? 0) + 1
    }
    return statistics(draw)
  })
}

interface Comparing {
  readonly value: number | undefined
  readonly replicates: readonly Statistics[]
  readonly perSplit: readonly Statistics[]
}

function compare(name: string, { value = Number.NaN, replicates, perSplit }: Comparing): Compared {
  const drawn = replicates.flatMap((one) => one[name] ?? []).toSorted((a, b) => a - b)
  const isKnown = drawn.length > 0.95 * replicates.length
  return {
    name: name.slice('difference '.length),
    value,
    interval: isKnown ? [quantile(drawn, 0.025), quantile(drawn, 0.975)] : null,
    p: isKnown ? (bootstrapPValue(drawn) ?? null) : null,
    above: perSplit.filter((one) => (one[name] ?? 0) > 0).length,
  }
}

async function agreementOf(of: Case, split: SampledSplit): Promise<OfSplit> {
  const { billing } = of
  const { query, text } = await measureSingle(of, split, billing)
  const votes: [string, CascadeTrials][] = []
  for (const samples of VOTES) {
    votes.push([`${samples} samples`, await measureAgreement(of, split, { samples, billing })])
  }
  votes.push([READ, await measureReadAgreement(of, split, { samples: 5, billing })])
  const random: CascadeTrials = { ...query, scores: query.scores.map(() => 0) }
  const singles: [string, CascadeTrials][] = [
    ['random', random],
    ['query', query],
    ['text of one sample', text],
  ]
  const [[, vote] = ['', random]] = votes
  // The plurality's answers deferred by the query alone: what the signal adds to the better answer.
  const sameAnswers: CascadeTrials = { ...query, small: vote.small }
  return (copies) => {
    const systems = new Map(
      [...singles, ...votes].map(([name, trials]): [string, System] => [name, toSystem(trials, copies)]),
    )
    const largeUsd = drawnMean(query.escalatedUsd, copies)
    const differences = votes.flatMap(([name]) =>
      singles.flatMap(([against]) => {
        const [ours, theirs] = [systems.get(name), systems.get(against)]
        if (ours === undefined || theirs === undefined) return []
        return [
          [`difference escalated: ${name} - ${against}`, ours.area - theirs.area],
          [`difference money: ${name} - ${against}`, gain(ours.points, theirs.points, largeUsd)],
        ] as const
      }),
    )
    return {
      ...Object.fromEntries(
        [...systems].flatMap(([name, { area, small }]) => [
          [`escalated: ${name}`, area],
          [`plurality: ${name}`, small],
        ]),
      ),
      ...Object.fromEntries(differences),
      'difference escalated: 5 samples - same answers by query':
        (systems.get('5 samples')?.area ?? 0) - areaOf(sameAnswers, copies),
    }
  }
}

interface System {
  /** Mean quality over the share escalated. */
  readonly area: number
  /** Mean quality of the drafts. */
  readonly small: number
  readonly points: readonly Point[]
}

function toSystem(trials: CascadeTrials, copies: ArrayLike<number>): System {
  return {
    area: areaOf(trials, copies),
    small: drawnMean(trials.small, copies),
    points: moneyPoints(trials, copies),
  }
}

/** Mean quality over the share escalated. */
function areaOf({ scores, small, large }: CascadeTrials, copies: ArrayLike<number>): number {
  const curve = createCostCurve(
    {
      axis: 'largeShare',
      scores,
      small,
      large,
      smallCost: scores.map(() => 0),
      largeCost: scores.map(() => 1),
    },
    copies,
  )
  return areaUnderDeferralCurve(curve).value ?? Number.NaN
}

function moneyPoints(
  { scores, small, large, keptUsd, escalatedUsd }: CascadeTrials,
  copies: ArrayLike<number>,
): readonly Point[] {
  const { cost, quality } = createCostCurve(
    { axis: 'costUsd', scores, small, large, smallCost: keptUsd, largeCost: escalatedUsd },
    copies,
  )
  return Array.from(cost, (one, i) => ({ cost: one, quality: quality[i] ?? 0 }))
}

async function jointOf(of: Case, split: SampledSplit): Promise<OfSplit> {
  const { billing } = of
  const { systems, deployed, expectedUsd } = await measureJoint(of, split, { billing, samples: ARM_SAMPLES })
  return (copies) => {
    const points = toPoints(systems, copies)
    const fixed = Object.entries(points).flatMap(([name, own]) => (name.startsWith('fixed ') ? [...own] : []))
    const joint = points['joint'] ?? []
    const to = points[`fixed ${of.reference} x1`]?.[0]?.cost ?? 0
    const mixed = deployed.flatMap((name) => points[name] ?? [])
    const start = Math.max(cheapest(joint), cheapest(mixed))
    const routed = [...ARM_SAMPLES.map((n) => `n = ${n}`), 'cheapest'].map(
      (name): [string, number | undefined] => [
        `difference ${name === 'cheapest' ? "the paper's rule" : name}`,
        gain(joint, points[name] ?? [], to),
      ],
    )
    return {
      joint: meanHeight(joint, start, to),
      fixed: meanHeight(mixed, start, to),
      ...Object.fromEntries(
        Object.entries(points).flatMap(([name, own]) =>
          name.startsWith('fixed ')
            ? [
                [name, own[0]?.quality],
                [`cost ${name}`, own[0]?.cost],
                [`expected ${name}`, expectedOf(expectedUsd[name], copies)],
              ]
            : [],
        ),
      ),
      'difference fixed': meanHeight(joint, start, to) - meanHeight(mixed, start, to),
      'difference fixed with hindsight': gain(joint, hullOf(fixed), to),
      ...Object.fromEntries(routed),
    }
  }
}

/** Undefined where the arm is not cheaper than the reference on some row. */
function expectedOf(column: Float64Array | undefined, copies: ArrayLike<number>): number | undefined {
  const expected = column === undefined ? Number.NaN : drawnMean(column, copies)
  return Number.isNaN(expected) ? undefined : expected
}

function toPoints(systems: Systems, copies: ArrayLike<number>): Record<string, readonly Point[]> {
  return Object.fromEntries(
    Object.entries(systems).map(([name, served]) => [
      name,
      served.map(({ costUsd, quality }) => ({
        cost: drawnMean(costUsd, copies),
        quality: drawnMean(quality, copies),
      })),
    ]),
  )
}

/** Over the costs that both can do; undefined where those are none. */
function gain(ours: readonly Point[], theirs: readonly Point[], to: number): number | undefined {
  const from = Math.max(cheapest(ours), cheapest(theirs))
  return to > from * 1.02 ? meanHeight(ours, from, to) - meanHeight(theirs, from, to) : undefined
}

export const bestOfN: Section = createSection({
  name: 'best-of-n',
  issue: 4,
  cases: CASES.map(({ name }) => name),
  measure: measureCase,
  render: renderBestOfN,
})
