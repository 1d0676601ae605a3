/**
 * Prices as they are written, of a model in weir.yaml and in a catalogue file: USD per million tokens. Absent means unknown, never free; the
 * two that have a default are a cache read (the input price) and reasoning (the output price).
 */
import { z } from 'zod'
import type { LongContextPrices, Prices, TokenPrices } from '@weir/core'

/** What is not written is absent after checking as well, not undefined: zod's types do not tell the two apart. */
type Checked<T> = z.ZodType<T | undefined>

const price: Checked<number> = z.number().gte(0).optional()

const tokenPrices: { readonly [K in keyof TokenPrices]-?: Checked<number> } = {
  inputUsdPerMTok: price,
  outputUsdPerMTok: price,
  cachedInputUsdPerMTok: price,
  cacheWrite5mUsdPerMTok: price,
  cacheWrite1hUsdPerMTok: price,
  reasoningUsdPerMTok: price,
  audioInputUsdPerMTok: price,
  audioOutputUsdPerMTok: price,
}

const longContext = z
  .strictObject({ aboveInputTokens: z.int().gte(1), ...tokenPrices })
  .optional() as unknown as Checked<LongContextPrices>

const tier = z.strictObject({ ...tokenPrices, longContext }).optional()

const tiers = z.strictObject({ batch: tier, flex: tier, priority: tier }).optional() as unknown as Checked<
  NonNullable<Prices['tiers']>
>

export type WrittenPrices = { readonly [K in keyof Prices]: Prices[K] | undefined }

/** Members of a strict object that has prices among others. */
export const priceShape: { readonly [K in keyof Prices]-?: Checked<NonNullable<Prices[K]>> } = {
  ...tokenPrices,
  longContext,
  tiers,
}

export const PRICE_KEYS: readonly (keyof Prices)[] = Object.keys(priceShape) as (keyof Prices)[]
