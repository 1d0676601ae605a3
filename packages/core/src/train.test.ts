/** Training on rows of which the truth is known: what an artifact says, that it is right about it, and what training refuses. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from './contract/artifact.ts'
import { isWeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import { LEVELS } from './learn/calibration.ts'
import { createRng } from './math/rng.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide } from './serve.ts'
import { createPlantedRows, PLANTED_PAIR, type PlantedOptions } from './suites/planted-rows.ts'
import { train, type TrainOptions } from './train.ts'
import { VERSION } from './version.ts'

const OPTIONS: TrainOptions = { pair: PLANTED_PAIR, method: 'prob', seed: 1, dataHash: 'f'.repeat(64) }

function rowsOf(options: PlantedOptions): Outcome[] {
  return createPlantedRows(options).map(({ row }) => row)
}

function scoreOf(artifact: Artifact, row: Outcome): number {
  const query = queryFromOutcome(row)
  if (query === undefined) throw new Error('the row has no text')
  const { score } = decide(createRiver(artifact), query, { kind: 'quality', quality: 0.9 })
  return score ?? Number.NaN
}

async function failureOf(rows: readonly Outcome[], options: Partial<TrainOptions> = {}): Promise<string> {
  try {
    await train(rows, { ...OPTIONS, ...options })
  } catch (error) {
    if (isWeirError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('trained')
}

describe('train on 300 rows of ten answers each', () => {
  let artifact: Artifact
  beforeAll(async () => {
    artifact = await train(rowsOf({ rows: 300, seed: 1, samples: 10, largeChance: 1 }), OPTIONS)
  })

  it('finds the true chances: validation cross-entropy within 5% of the entropy floor', () => {
    // The least possible cross-entropy is the mean entropy of the true chances. Constant scores would be 62% above it.
    const river = createRiver(artifact)
    let crossEntropy = 0
    let floor = 0
    for (const { row, chance: p } of createPlantedRows({ rows: 1500, seed: 99 })) {
      const query = queryFromOutcome(row)
      const q =
        query === undefined
          ? null
          : decide(river, query, { kind: 'quality', quality: 0.9, mode: 'estimate' }).score
      crossEntropy -= p * Math.log(q ?? Number.NaN) + (1 - p) * Math.log(1 - (q ?? Number.NaN))
      floor -= p * Math.log(p) + (1 - p) * Math.log(1 - p)
    }
    expect(crossEntropy / floor).toBeGreaterThanOrEqual(1)
    expect(crossEntropy / floor).toBeLessThan(1.05)
  })

  it('beats the random router and is no worse than its own task-type table', () => {
    const { apgr, taskTableApgr, auroc, folds } = artifact.crossValidation
    expect(apgr).toBeGreaterThan(0.6) // random: 0.5
    expect(apgr).toBeGreaterThan((taskTableApgr ?? 1) - 0.01)
    expect(auroc).toBeGreaterThan(0.85)
    expect(folds).toBeGreaterThan(1)
  })

  it('says where it comes from', () => {
    expect(artifact).toMatchObject({
      formatVersion: 1,
      method: 'prob',
      pair: PLANTED_PAIR,
      metric: 'score',
      relaxation: null,
      training: { dataHash: 'f'.repeat(64), rows: 300, seed: 1, libraryVersion: VERSION },
    })
    expect(artifact.training.meanQuality.large).toBe(1)
    expect(artifact.training.meanQuality.small).toBeGreaterThan(0.4)
    expect(artifact.training.meanQuality.small).toBeLessThan(0.6)
  })

  it('has one operating point a level, thresholds in [0, 1] that never fall', () => {
    const thresholds = artifact.calibration.levels.estimate.map(({ threshold }) => threshold ?? 1)
    expect(artifact.calibration.levels.estimate.map(({ quality }) => quality)).toEqual(LEVELS)
    for (const [i, threshold] of thresholds.entries()) {
      expect(threshold).toBeGreaterThanOrEqual(thresholds[i - 1] ?? 0)
      expect(threshold).toBeLessThanOrEqual(1)
    }
    const [low, high] = [artifact.calibration.levels.estimate[7], artifact.calibration.levels.estimate[96]]
    expect(low?.expectedCostAdvantage).toBeGreaterThan(high?.expectedCostAdvantage ?? 1)
  })

  it('keeps the level on fresh rows, to within what a point estimate can', () => {
    const river = createRiver(artifact)
    let delivered = 0
    const fresh = createPlantedRows({ rows: 1500, seed: 7 })
    for (const { row, chance } of fresh) {
      const query = queryFromOutcome(row)
      if (query === undefined) continue
      const { model } = decide(river, query, { kind: 'quality', quality: 0.9, mode: 'estimate' })
      delivered += model === PLANTED_PAIR.small ? chance : 1
    }
    expect(delivered / fresh.length).toBeGreaterThan(0.85)
    expect(delivered / fresh.length).toBeLessThan(0.98)
  })
})

/** `texts` texts of random words, each with a coin toss for the small model; `copies` rows of each. */
function noise(texts: number, copies: number): Outcome[] {
  const rng = createRng(8)
  const word = (): string => rng.int(500).toString(36)
  return Array.from({ length: texts }, (_, i): Outcome[] => {
    const prompt = Array.from({ length: 6 }, word).join(' ')
    const models = { little: { score: rng.int(2) }, big: { score: 1 } }
    return Array.from({ length: copies }, (__, copy) => ({ id: `${i}-${copy}`, prompt, models }))
  }).flat()
}

describe('train on noise', () => {
  it.each([
    ['no row is scored by what was fitted on it', 300, 1],
    ['rows of one text stay together', 75, 4],
  ])('claims nothing: %s', async (_, texts, copies) => {
    // Words tell nothing. Components that had seen a row, or its copy, would know its answer again: AUROC near 1.
    const { crossValidation } = await train(noise(texts, copies), OPTIONS)
    expect(crossValidation.auroc).toBeGreaterThan(0.3)
    expect(crossValidation.auroc).toBeLessThan(0.67)
    expect(crossValidation.apgr).toBeLessThan(0.6)
  })
})

describe('train, the same and not the same', () => {
  const rows = rowsOf({ rows: 120, seed: 3 })

  it('gives the same bytes for the same rows and seed, others for another seed', async () => {
    const [first, again, other] = [
      saveArtifact(await train(rows, OPTIONS)),
      saveArtifact(await train(rows, OPTIONS)),
      saveArtifact(await train(rows, { ...OPTIONS, seed: 2 })),
    ]
    expect(again === first).toBe(true)
    expect(other === first).toBe(false)
  })

  it('leaves the rows alone', async () => {
    const before = JSON.stringify(rows)
    await train(rows, OPTIONS)
    expect(JSON.stringify(rows)).toBe(before)
  })

  it('draws `rows` of them by the seed', async () => {
    const options = { ...OPTIONS, rows: 80 }
    const artifact = await train(rows, options)
    expect(artifact.training.rows).toBe(80)
    expect(saveArtifact(await train(rows, options)) === saveArtifact(artifact)).toBe(true)
    expect((await train(rows, { ...OPTIONS, rows: 1000 })).training.rows).toBe(120)
  })
})

describe('train, all kinds of rows', () => {
  it.each<[string, Partial<PlantedOptions>]>([
    ['messages with a system turn', { form: 'messages' }],
    ['rows without categories, grouped by their text instead', { categories: false }],
    ['several answers per model', { samples: 5 }],
  ])('learns from %s', async (_, options) => {
    const artifact = await train(rowsOf({ rows: 240, seed: 5, ...options }), { ...OPTIONS, method: 'trans' })
    expect(artifact.crossValidation.apgr).toBeGreaterThan(0.57)
    const chances = createPlantedRows({ rows: 60, seed: 6, ...options })
    const easy = chances.filter(({ chance }) => chance > 0.8)
    const hard = chances.filter(({ chance }) => chance < 0.2)
    const mean = (part: typeof chances): number =>
      part.reduce((sum, { row }) => sum + scoreOf(artifact, row), 0) / part.length
    expect(mean(easy)).toBeGreaterThan(mean(hard) + 0.2)
  })

  it('learns from rows of one category', async () => {
    const rows = rowsOf({ rows: 150, seed: 5 }).map((row) => ({ ...row, category: 'everything' }))
    expect((await train(rows, OPTIONS)).crossValidation.apgr).toBeGreaterThan(0.55)
  })

  it('takes rows whose texts share no word, and empty ones', async () => {
    const rows = rowsOf({ rows: 80, seed: 5, categories: false }).map((row, i) => ({
      ...row,
      prompt: i % 8 === 0 ? '' : String.fromCodePoint(0x4e00 + 3 * i, 0x4e01 + 3 * i),
    }))
    const artifact = await train(rows, OPTIONS)
    const score = scoreOf(loadArtifact(saveArtifact(artifact)), { ...rows[1], id: 'x', models: {} })
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThan(1)
  })

  it('names the measure of the rows, or says that they disagree', async () => {
    const rows = rowsOf({ rows: 60, seed: 5 })
    const named = rows.map((row) => ({ ...row, metric: 'exact match' }))
    expect((await train(named, OPTIONS)).metric).toBe('exact match')
    expect((await train([...named.slice(1), rows[0] as Outcome], OPTIONS)).metric).toBe('mixed')
  })

  it('keeps the curve of the relaxation for trans alone', async () => {
    const rows = rowsOf({ rows: 60, seed: 5, samples: 3 })
    const { relaxation } = await train(rows, { ...OPTIONS, method: 'trans' })
    expect(relaxation?.grid.length).toBeGreaterThan(100)
    expect(relaxation?.objective.length).toBe(relaxation?.grid.length)
    expect((await train(rows, { ...OPTIONS, method: 'det' })).relaxation).toBeNull()
  })
})

describe('train, what it refuses', () => {
  const rows = rowsOf({ rows: 60, seed: 5 })
  const scored = (small: number, large: number): Outcome[] =>
    rows.map((row) => ({ ...row, models: { little: { score: small }, big: { score: large } } }))

  it('a model that no row has judged, naming those there are', async () => {
    const message = await failureOf(rows, { pair: { small: 'tiny', large: 'big' } })
    expect(message).toMatch(/^data\.model: .*tiny and big.*big \(60\), little \(60\).*--small and\s--large/)
  })

  it('models that never answered the same row', async () => {
    const apart = rows.map((row, i): Outcome => ({
      ...row,
      models: i % 2 === 0 ? { little: { score: 1 } } : { big: { score: 1 } },
    }))
    expect(await failureOf(apart)).toMatch(/^data\.model: no row has a score for both/)
  })

  it('too few rows', async () => {
    expect(await failureOf(rows.slice(0, 10))).toMatch(/^data\.too_few: 10 rows .*at least 50/)
  })

  it('too few rows once the asked number is drawn', async () => {
    expect(await failureOf(rows, { rows: 10 })).toMatch(/^data\.too_few: .*10 .*at least 50/)
  })

  it('many rows of few texts: folds would be empty', async () => {
    const same = rows.map((row) => ({ ...row, prompt: 'always this' }))
    expect(await failureOf(same)).toMatch(/^data\.too_few: .*1 different/)
  })

  it('rows without text, saying that text can be recorded', async () => {
    const silent = rows.map(({ id, models }) => ({ id, models }))
    expect(await failureOf([...silent, ...rows.slice(0, 20)])).toMatch(
      /^data\.too_few: 20 rows .*60 more hold no text/,
    )
  })

  it('a small model that is always, or never, good enough', async () => {
    expect(await failureOf(scored(1, 1))).toMatch(/^data\.one_class: little is always .*use little alone/)
    expect(await failureOf(scored(0, 1))).toMatch(/^data\.one_class: little is never .*use big alone/)
    expect(await failureOf(scored(0, 1), { method: 'trans' })).toMatch(/^data\.one_class/)
  })

  it('never shows a text', async () => {
    for (const message of [
      await failureOf(rows.slice(0, 10)),
      await failureOf(scored(1, 1)),
      await failureOf(rows, { pair: { small: 'a', large: 'b' } }),
    ]) {
      expect(message).not.toMatch(/question|Please/)
    }
  })
})

describe('train, watched and stopped', () => {
  const rows = rowsOf({ rows: 60, seed: 5 })

  it('tells its steps in order, up to the last', async () => {
    const seen: { done: number; total: number; step: string }[] = []
    await train(rows, {
      ...OPTIONS,
      onProgress: (progress) => {
        seen.push(progress)
      },
    })
    expect(seen.length).toBeGreaterThan(4)
    for (const [i, { done, total, step }] of seen.entries()) {
      expect(done).toBeGreaterThanOrEqual(seen[i - 1]?.done ?? 0)
      expect(done).toBeLessThanOrEqual(total)
      expect(step).not.toBe('')
    }
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total)
  })

  it('stops between steps with the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const steps: string[] = []
    const training = train(rows, {
      ...OPTIONS,
      signal: stop.signal,
      onProgress: ({ step }) => {
        steps.push(step)
        if (steps.length === 3) stop.abort(reason)
      },
    })
    await expect(training).rejects.toBe(reason)
    expect(steps.length).toBe(3)
  })
})
