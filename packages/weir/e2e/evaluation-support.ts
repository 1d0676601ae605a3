/**
 * Rows and a river made from nothing, for the tests of this room: the chance that the small model is right is written in the prompt.
 */
import {
  createRng,
  type Artifact,
  type Features,
  type Mode,
  type OperatingPoint,
  type Outcome,
  type River,
} from '@weir/core'
import { REPORTED_LEVELS } from '../src/report/measure.ts'

export const SAMPLE_PAIR = { small: 'little', large: 'big' } as const

/** `count` rows with a chance p of the small model being right, uniform on [0, 1]; the large one is right 9 times in 10. */
export function makeRows(count: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, (_, i): Outcome => {
    const p = rng.next()
    return {
      id: String(i),
      category: `type ${Math.floor(p * 4)}`,
      prompt: `chance ${p}`,
      models: {
        little: { score: rng.next() < p ? 1 : 0, costUsd: 0.001 },
        big: { score: rng.next() < 0.9 ? 1 : 0, costUsd: 0.01 },
      },
    }
  })
}

/** Reads the chance from the prompt, so it is calibrated; its thresholds fall with the level like a real artifact's. */
export function makeRiver(): River {
  const spec = { name: 'prompt', version: 1, buckets: 1, channels: [], surface: ['chance'] }
  const none = { indices: new Uint32Array(), values: new Float32Array(), truncated: false }
  return {
    pair: SAMPLE_PAIR,
    candidates: [{ model: 'little' }, { model: 'big' }],
    encoder: {
      spec,
      encode: ({ turns }): Features => ({
        ...none,
        surface: Float32Array.of(Number(turns[0]?.text.replace('chance ', ''))),
      }),
    },
    estimator: { name: 'prompt', estimate: ({ surface }) => ({ pSmall: surface[0] ?? 0 }) },
    // Keeping p >= t loses (1 - t) * (0.9 - (1 + t) / 2) of 0.9; the exact inverse does not matter here.
    levels: { promise: levelsOf('promise'), estimate: levelsOf('estimate') },
    mode: 'estimate',
    confidence: 0.95,
  }
}

function levelsOf(mode: Mode): OperatingPoint[] {
  return REPORTED_LEVELS.map((quality) => ({
    quality,
    mode,
    threshold: quality === 1 ? 0.8 : Math.max(0, 0.8 - Math.sqrt(1.8 * (1 - quality))),
    expectedCostAdvantage: 0.5,
    expectedQuality: quality,
  }))
}

export function makeArtifact(river: River): Artifact {
  return {
    formatVersion: 1,
    method: 'prob',
    pair: river.pair,
    metric: 'exact match',
    encoder: river.encoder.spec,
    training: {
      dataHash: 'a'.repeat(64),
      rows: 4000,
      seed: 1,
      libraryVersion: '0.1.0',
      meanQuality: { small: 0.5, large: 0.9 },
      unfamiliar: { falseAlarmRate: 0.01 },
    },
    relaxation: null,
    crossValidation: {
      folds: 5,
      apgr: 0.7,
      auroc: 0.8,
      logLoss: 0.5,
      expectedCalibrationError: 0.02,
      taskTableApgr: 0.68,
    },
    trainingCurve: { thresholds: [0.5, 0], costAdvantage: [0.4, 1], quality: [0.8, 0.5], gapVariance: 0.3 },
    calibration: {
      source: 'cross-fitted',
      guarantee: 'asymptotic',
      rows: 4000,
      dataHash: 'a'.repeat(64),
      date: '2026-01-31',
      seed: 1,
      delta: 0.05,
      meanQuality: { small: 0.5, large: 0.9 },
      levels: river.levels,
    },
    estimator: { name: 'prompt', parameters: null },
  }
}
