/**
 * A skill of the large program reads a question in every way it can and returns each way as an interpretation; the program keeps
 * the one that explains most of the question. A skill that does not recognise the question returns none.
 */
import { findNumbers, writeNumber } from '../read.ts'

export interface Interpretation {
  readonly answer: string
  /** The working, one line a step. */
  readonly steps: readonly string[]
  /** How specific the reading is, plus the share of the question's numbers it uses. Range [0, 2]. */
  readonly fit: number
}

export interface Reading {
  /** The question with numbers in digits. */
  readonly text: string
  /** Decimals asked for; 4 when the question does not say. */
  readonly places: number
}

export type Skill = (reading: Reading) => readonly Interpretation[]

export interface Solved {
  readonly answer: string | number
  readonly steps?: readonly string[]
  /** How telling the recognised wording is. Range [0, 1]. */
  readonly specific: number
  /** Numbers of the question that went into the answer. */
  readonly used?: number
}

/** One interpretation, or none when `solved` is undefined or its number is not finite. */
export function interpret({ text, places }: Reading, solved: Solved | undefined): readonly Interpretation[] {
  if (solved === undefined) return []
  const { answer, steps = [], specific, used = 0 } = solved
  if (typeof answer === 'number' && !Number.isFinite(answer)) return []
  const present = findNumbers(text).length
  const share = present === 0 ? 1 : Math.min(1, used / present)
  return [
    {
      answer: typeof answer === 'number' ? writeNumber(answer, places) : answer,
      steps,
      fit: specific + share,
    },
  ]
}
