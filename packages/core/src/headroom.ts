/**
 * Headroom with the default encoder: composes request/, the label-free view of learn/ and estimate/, and evaluate/, which do not know each
 * other. The probe sees two blocks: the text's main directions (latent semantic analysis) and the surface features.
 */
import type { Outcome } from './contract/outcome.ts'
import type { Pair } from './contract/candidate.ts'
import type { Features } from './contract/features.ts'
import { toPairOutcome, type PairOutcome } from './contract/pair-outcome.ts'
import { questionOf } from './contract/question.ts'
import { see } from './estimate/components.ts'
import {
  createHeadroom,
  type HeadroomInput,
  type HeadroomOptions as MeasureOptions,
  type HeadroomQuestion,
} from './evaluate/headroom.ts'
import type { ProbeBlock, ProbeWords } from './evaluate/headroom-probe.ts'
import type { HeadroomReport } from './evaluate/headroom-report.ts'
import { noJudgedRow } from './learn/examples.ts'
import { fitView } from './learn/fit-view.ts'
import { createRng } from './math/rng.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromOutcome } from './request/query.ts'

export interface HeadroomOptions extends MeasureOptions {
  readonly pair: Pair
}

/**
 * Whether routing between the pair is worth it, before a router is trained. Rows of equal text count as one question. Deterministic for a
 * seed. Throws `data.model` when no row has both models judged. Cost: seconds for 10,000 rows.
 */
export async function measureHeadroom(
  rows: readonly Outcome[],
  { pair, ...options }: HeadroomOptions,
): Promise<HeadroomReport> {
  await options.onProgress?.({ step: 'reading the text', done: 0, total: 1 })
  return createHeadroom(seeQuestions(rows, { pair, seed: options.seed }), options)
}

/** The rows as columns: everything that needs the text. In two steps so that simulations see the same texts once. */
export function seeQuestions(
  rows: readonly Outcome[],
  { pair, seed }: { readonly pair: Pair; readonly seed: number },
): HeadroomInput {
  const seen = readQuestions(rows, pair)
  if (seen.length === 0) throw noJudgedRow(rows, pair)
  const features = seen.map((question) => question.features)
  return {
    pair,
    questions: seen.map(toQuestion),
    blocks: createBlocks(features, seed),
    words: findWords(features),
    rowsWithText: features.filter((one) => one !== undefined).length,
  }
}

interface SeenQuestion {
  readonly features: Features | undefined
  readonly category: string | undefined
  /** One per row of this text. */
  readonly outcomes: PairOutcome[]
}

/** Rows without text are questions of their own. */
function readQuestions(rows: readonly Outcome[], pair: Pair): SeenQuestion[] {
  const encoder = createLexicalEncoder()
  const byText = new Map<string, SeenQuestion>()
  const questions: SeenQuestion[] = []
  for (const row of rows) {
    const outcome = toPairOutcome(row, pair)
    if (outcome === undefined) continue
    const query = queryFromOutcome(row)
    const key = query === undefined ? undefined : questionOf(query)
    const known = key === undefined ? undefined : byText.get(key)
    if (known !== undefined) {
      known.outcomes.push(outcome)
      continue
    }
    const features = query === undefined ? undefined : encoder.encode(query)
    const question = { features, category: row.category, outcomes: [outcome] }
    questions.push(question)
    if (key !== undefined) byText.set(key, question)
  }
  return questions
}

function toQuestion({ category, outcomes }: SeenQuestion): HeadroomQuestion {
  const meanOf = (read: (outcome: PairOutcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + read(outcome), 0) / outcomes.length
  return {
    small: meanOf(({ smallQuality }) => smallQuality),
    large: meanOf(({ largeQuality }) => largeQuality),
    smallScores: outcomes[0]?.smallScores ?? [],
    largeScores: outcomes[0]?.largeScores ?? [],
    category,
  }
}

/** Questions without text stand in the middle of every column, where they say nothing. */
function createBlocks(all: readonly (Features | undefined)[], seed: number): ProbeBlock[] {
  const known = all.filter((features) => features !== undefined)
  if (known.length === 0) return []
  const view = fitView(known, createLexicalEncoder().spec, createRng(seed))
  // Copied: what `see` returns may be overwritten by its next call.
  const embeddings = all.map((features) => features && Float32Array.from(see(features, view).embedding))
  const surfaces = all.map((features) => features?.surface)
  return [
    { name: 'surface', ...stack(surfaces, { isStandardised: true }) },
    { name: 'text', ...stack(embeddings, { isStandardised: false }) },
  ]
}

/** Words looked at one by one: more of them raise the bar for each. */
const MOST_WORDS = 200
/** Share of questions that a word must be in, and must be missing from. */
const LEAST_SHARE = 0.02

/** The words and word pairs that divide the questions most evenly. */
function findWords(all: readonly (Features | undefined)[]): ProbeWords {
  const end = createLexicalEncoder().spec.channels[0] ?? 0
  const rowsOf = new Map<number, number[]>()
  for (const [row, features] of all.entries()) {
    for (const bucket of features?.indices ?? []) {
      if (bucket >= end) continue
      const rows = rowsOf.get(bucket)
      if (rows === undefined) rowsOf.set(bucket, [row])
      else rows.push(row)
    }
  }
  const evenness = (rows: readonly number[]): number => Math.min(rows.length, all.length - rows.length)
  const words = [...rowsOf]
    .filter(([, rows]) => evenness(rows) >= LEAST_SHARE * all.length)
    .sort(([a, aRows], [b, bRows]) => evenness(bRows) - evenness(aRows) || a - b)
    .slice(0, MOST_WORDS)
  const wordsOf = all.map((): number[] => [])
  for (const [word, [, rows]] of words.entries()) for (const row of rows) wordsOf[row]?.push(word)
  return { count: words.length, wordsOf: wordsOf.map((held) => Uint16Array.from(held)) }
}

/** Beyond this many standard deviations a surface feature counts no more: one odd prompt must not swing the fit. */
const SURFACE_CLIP = 3

/** Rows side by side, centred. Standardised columns weigh alike; embeddings keep their sizes, since leading directions deserve more trust. */
function stack(
  rows: readonly (Float32Array | undefined)[],
  { isStandardised }: { readonly isStandardised: boolean },
): Pick<ProbeBlock, 'z' | 'columns'> {
  const known = rows.filter((row) => row !== undefined)
  const columns = known[0]?.length ?? 0
  const z = new Float32Array(rows.length * columns)
  for (let j = 0; j < columns; j++) {
    const mean = known.reduce((sum, row) => sum + (row[j] ?? 0), 0) / known.length
    const variance = known.reduce((sum, row) => sum + ((row[j] ?? 0) - mean) ** 2, 0) / known.length
    if (variance < 1e-12) continue
    const scale = isStandardised ? 1 / Math.sqrt(variance) : 1
    for (const [i, row] of rows.entries()) {
      if (row === undefined) continue
      const value = scale * ((row[j] ?? 0) - mean)
      z[i * columns + j] = isStandardised ? Math.max(-SURFACE_CLIP, Math.min(SURFACE_CLIP, value)) : value
    }
  }
  return { z, columns }
}
