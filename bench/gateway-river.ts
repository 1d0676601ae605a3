/**
 * The river of the bench: a real artifact, trained once on synthetic rows by the driver and read by the gateway process. The prompts
 * are those that the load generator sends, about 500 characters; half of them are hard, and the words tell which.
 */
import { readFile, writeFile } from 'node:fs/promises'
import {
  createRng,
  createRiver,
  loadArtifact,
  saveArtifact,
  train,
  type Outcome,
  type River,
} from '@weir/core'

const COMMON =
  'how many apples remain when a train leaves the station before noon and explain in short steps'.split(' ')
const EASY = 'add two numbers and name the colour of grass or the day after friday'.split(' ')
const HARD =
  'prove the lemma by induction over tensors then derive the asymptotic variance of the estimator'.split(' ')

const PROMPT_CHARS = 500

/** Prompt number `index`; equal numbers give equal prompts. */
export function createPrompt(index: number): { readonly prompt: string; readonly isHard: boolean } {
  const rng = createRng(index)
  const isHard = rng.next() < 0.5
  const special = isHard ? HARD : EASY
  let prompt = ''
  while (prompt.length < PROMPT_CHARS) {
    const words = rng.next() < 0.6 ? COMMON : special
    prompt += `${words[rng.int(words.length)]} `
  }
  return { prompt, isHard }
}

/** Trains on `rows` synthetic rows and writes the artifact. */
export async function writeBenchArtifact(path: string, rows: number): Promise<void> {
  const outcomes = Array.from({ length: rows }, (_, index): Outcome => {
    const { prompt, isHard } = createPrompt(index + 1_000_000)
    const small = (index * 7919) % 100 < (isHard ? 35 : 90) ? 1 : 0
    const large = (index * 104_729) % 100 < 92 ? 1 : 0
    return {
      id: String(index),
      category: isHard ? 'proof' : 'fact',
      prompt,
      models: { small: { score: small }, large: { score: large } },
    }
  })
  const pair = { small: 'small', large: 'large' }
  const artifact = await train(outcomes, { pair, dataHash: '0'.repeat(64), seed: 1 })
  await writeFile(path, saveArtifact(artifact))
}

export async function readBenchRiver(path: string): Promise<River> {
  return createRiver(loadArtifact(await readFile(path, 'utf8')))
}
