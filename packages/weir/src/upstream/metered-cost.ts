/**
 * Metered cost: what a call cost by the tokens that its upstream counted, each kind at its own price:
 *
 *   costUsd = sum over kinds of tokens(kind) * usdPerMTok(kind) / 10^6
 *
 * The kinds of a prompt: cached, written for 5 minutes, written for an hour, sound, the rest. Those of an answer: reasoning, sound, the
 * rest. A tier (batch, flex, priority) has a table of its own, and so has a prompt above a length; the latter holds for the whole request,
 * its answer included, as providers bill it.
 *
 * A kind without a price makes the whole cost unknown: unknown is not free. Where no price at all is known, what the upstream itself says
 * that it charged counts. This is never the predicted cost, which is made before the call and stands in other columns.
 */
import type { Candidate, Prices, TierPrices, TokenPrices, Usage } from '@weir/core'

/** USD; undefined when a price or a count is unknown. */
export function meterCostUsd(prices: Prices | Candidate, usage: Usage | undefined): number | undefined {
  if (usage === undefined) return undefined
  const { inputUsdPerMTok, outputUsdPerMTok } = prices
  if (inputUsdPerMTok === undefined && outputUsdPerMTok === undefined) return usage.reportedCostUsd
  const { inputTokens, outputTokens } = usage
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const table = pricesOf(prices, usage)
  if (table === undefined) return undefined
  const total = priceInput(table, usage, inputTokens) + priceOutput(table, usage, outputTokens)
  return Number.isNaN(total) ? undefined : total / 1e6
}

/** The prices that hold for this usage; undefined when its tier has none. */
function pricesOf(prices: Prices, { serviceTier, inputTokens = 0 }: Usage): TokenPrices | undefined {
  const table: TierPrices | undefined = serviceTier === undefined ? prices : prices.tiers?.[serviceTier]
  const long = table?.longContext
  return long === undefined || inputTokens <= long.aboveInputTokens ? table : long
}

/** Millionths of USD; NaN when a kind that occurs has no price. */
function priceInput(table: TokenPrices, usage: Usage, inputTokens: number): number {
  const {
    cachedInputTokens: cached = 0,
    cacheWrite5mTokens: written5m = 0,
    cacheWrite1hTokens: written1h = 0,
  } = usage
  const { audioInputTokens: audio = 0 } = usage
  const { inputUsdPerMTok: input } = table
  // Cached sound is counted in both: the rest is what no part names, and never below none.
  const rest = Math.max(0, inputTokens - cached - written5m - written1h - audio)
  return (
    priced(rest, input) +
    priced(cached, table.cachedInputUsdPerMTok ?? input) +
    priced(written5m, table.cacheWrite5mUsdPerMTok) +
    priced(written1h, table.cacheWrite1hUsdPerMTok) +
    priced(audio, table.audioInputUsdPerMTok)
  )
}

function priceOutput(table: TokenPrices, usage: Usage, outputTokens: number): number {
  const { reasoningTokens: reasoning = 0, audioOutputTokens: audio = 0 } = usage
  const { outputUsdPerMTok: output } = table
  const rest = Math.max(0, outputTokens - reasoning - audio)
  return (
    priced(rest, output) +
    priced(Math.min(reasoning, outputTokens), table.reasoningUsdPerMTok ?? output) +
    priced(audio, table.audioOutputUsdPerMTok)
  )
}

function priced(tokens: number, usdPerMTok: number | undefined): number {
  return tokens === 0 ? 0 : tokens * (usdPerMTok ?? Number.NaN)
}

/** Usage of several calls as one. A part that some calls say nothing of counts as none there; the two totals are known when all know them. */
export function addUsage(parts: readonly (Usage | undefined)[]): Usage {
  const sum: Record<string, number> = {}
  for (const name of COUNTS) {
    const values = parts.map((part) => part?.[name])
    const isTotal = name === 'inputTokens' || name === 'outputTokens' || name === 'reportedCostUsd'
    if (values.every((value) => value === undefined)) continue
    if (isTotal && values.includes(undefined)) continue
    sum[name] = values.reduce<number>((total, value) => total + (value ?? 0), 0)
  }
  const tier = parts[0]?.serviceTier
  return tier === undefined ? sum : { ...sum, serviceTier: tier }
}

/** A share of each count of the prompt and of the answer. */
export function shareUsage(
  usage: Usage,
  { input, output }: { readonly input: number; readonly output: number },
): Usage {
  const shared: Record<string, unknown> = { ...usage }
  for (const name of COUNTS) {
    const value = usage[name]
    if (value !== undefined) shared[name] = value * (INPUT_COUNTS.has(name) ? input : output)
  }
  return shared
}

type Count = Exclude<keyof Usage, 'serviceTier'>

const COUNTS: readonly Count[] = [
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'reportedCostUsd',
]

const INPUT_COUNTS: ReadonlySet<Count> = new Set<Count>([
  'inputTokens',
  'cachedInputTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'audioInputTokens',
])
