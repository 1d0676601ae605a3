/** Reading the tallies of a promise study. */
import type { Study, Tally } from '../promise-study.ts'
import { twoErrors } from './section.ts'

/** Share of broken promises that delta allows, with two standard errors of the draws. */
export function allowedShare(delta: number, draws: number): number {
  return delta + twoErrors(delta, draws)
}

export function findTally(
  { tallies }: Study,
  rule: Tally['rule'],
  key: { readonly rows: number; readonly level: number; readonly delta?: number },
): Tally | undefined {
  const { rows, level, delta = 0 } = key
  return tallies.find(
    (one) => one.rule === rule && one.rows === rows && one.level === level && one.delta === delta,
  )
}
