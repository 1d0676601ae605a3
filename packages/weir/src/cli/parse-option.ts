/**
 * Values of command line options: text to checked numbers. Each throws what commander prints as one line, with exit code 2.
 */
import { InvalidArgumentError } from 'commander'
import { isWeirError, parseQuality } from '@weir/core'

/** A whole number above 0. */
export function parseCount(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new InvalidArgumentError('must be a whole number above 0.')
}

/** Any safe integer. */
export function parseSeed(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('must be a whole number.')
}

/** A quality level in (0, 1]. */
export function parseLevel(text: string): number {
  try {
    return parseQuality(text, 'it')
  } catch (error) {
    throw new InvalidArgumentError(
      isWeirError(error) ? error.message : 'must be a number above 0 and at most 1.',
    )
  }
}
