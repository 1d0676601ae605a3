/**
 * The question of a query: its text however cased or spaced. Rows with equal questions must never be parted between training and test, nor
 * between folds: a router that has seen the question knows its answer.
 */
import type { Query } from './query.ts'

/** Equal for equal texts: all turns joined, lower case, white space collapsed. */
export function questionOf({ turns }: Query): string {
  return turns
    .map(({ text }) => text)
    .join(' ')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .join(' ')
}
