/**
 * Prices: what a model charges for each kind of token, USD per million tokens. Absent means unknown, never free, but for the kinds whose
 * default is stated here: a price that every provider derives from another one.
 */

export interface TokenPrices {
  /** Prompt tokens that are none of the kinds below. */
  readonly inputUsdPerMTok?: number
  /** Tokens of the answer, its reasoning among them. */
  readonly outputUsdPerMTok?: number
  /** Prompt tokens read from the provider's cache. Default `inputUsdPerMTok`: no provider asks more, and some give no discount. */
  readonly cachedInputUsdPerMTok?: number
  /** Prompt tokens written to a cache that lives for minutes. No default: providers disagree on whether a write costs extra. */
  readonly cacheWrite5mUsdPerMTok?: number
  /** Prompt tokens written to a cache that lives for an hour. No default. */
  readonly cacheWrite1hUsdPerMTok?: number
  /** Reasoning tokens. Default `outputUsdPerMTok`. */
  readonly reasoningUsdPerMTok?: number
  /** No default: sound costs several times what text does. */
  readonly audioInputUsdPerMTok?: number
  /** No default. */
  readonly audioOutputUsdPerMTok?: number
}

/** Prices of a whole request, answer included, once its prompt is longer than `aboveInputTokens`. What is absent is unknown above the bound. */
export interface LongContextPrices extends TokenPrices {
  /** The last length at the ordinary price, cached tokens among it. */
  readonly aboveInputTokens: number
}

/** How a request was processed, where that has a price of its own. */
export type ServiceTier = 'batch' | 'flex' | 'priority'

export const SERVICE_TIERS: readonly ServiceTier[] = ['batch', 'flex', 'priority']

/** Prices of a tier. What is absent is unknown in that tier, not that of the ordinary one. */
export interface TierPrices extends TokenPrices {
  readonly longContext?: LongContextPrices
}

export interface Prices extends TierPrices {
  readonly tiers?: Readonly<Partial<Record<ServiceTier, TierPrices>>>
}
