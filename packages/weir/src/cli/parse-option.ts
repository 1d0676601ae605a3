/**
 * Values of command line options: text to checked numbers. Each throws what commander prints as one line, with exit code 2.
 */
import { InvalidArgumentError } from 'commander'
import { isWeirError, parseMode, parseQuality, type Mode } from '@weir/core'

/** A whole number above 0. */
export function parseCount(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new InvalidArgumentError('must be a whole number above 0.')
}

/** Names separated by commas: at least two, each once. */
export function parseModels(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('')) throw new InvalidArgumentError('must be names separated by single commas.')
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" is named twice.`)
  if (names.length >= 2) return names
  throw new InvalidArgumentError('must name at least two models.')
}

/** An amount of money above 0. */
export function parseUsd(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('must be a number above 0.')
}

/** A number of deviations: at least 0. */
export function parseCaution(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('must be a number, 0 or more.')
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

/** The chance that a promise is broken: in (0, 0.5]. */
export function parseDelta(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value <= 0.5) return value
  throw new InvalidArgumentError('must be a number above 0 and at most 0.5, for example 0.05.')
}

/** A mode of quality levels. */
export function parseModeOption(text: string): Mode {
  try {
    return parseMode(text, 'it')
  } catch {
    throw new InvalidArgumentError('must be promise or estimate.')
  }
}

/** UTC day, ISO 8601. SOURCE_DATE_EPOCH (seconds) stands in for the clock, so that a build can be repeated to the byte. */
export function today(): string {
  const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? Number.NaN)
  const now = Number.isFinite(epoch) ? new Date(epoch * 1000) : new Date()
  return now.toISOString().slice(0, 10)
}
