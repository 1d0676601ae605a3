/**
 * Usage bodies of the providers, made by hand after their public references, and what each costs by the catalogue, worked out by hand. Costs
 * are written in millionths of USD: tokens times USD per million tokens.
 */
import type { Prices } from '@weir/core'
import { loadPrices } from '../../src/config/price-catalogue.ts'

const catalogue = loadPrices('built-in')

const HOSTS = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
  google: 'generativelanguage.googleapis.com',
  mistral: 'api.mistral.ai',
  cohere: 'api.cohere.com',
  bedrock: 'bedrock-runtime.us-east-1.amazonaws.com',
} as const

export function of(provider: keyof typeof HOSTS, name: string): Prices {
  const prices = catalogue.find({ baseUrl: `https://${HOSTS[provider]}/v1`, name })
  if (prices === undefined) throw new Error(`${provider} has no ${name}`)
  return prices
}

/** Where the catalogue has no price of that provider: 1 USD in, 2 out, 0.1 cached. */
export const PLAIN: Prices = { inputUsdPerMTok: 1, outputUsdPerMTok: 2, cachedInputUsdPerMTok: 0.1 }
export const NONE: Prices = {}

export const chat = (usage: object, more: object = {}): object => ({
  object: 'chat.completion',
  ...more,
  usage,
})
export const responses = (usage: object, more: object = {}): object => ({
  object: 'response',
  ...more,
  usage,
})
export const message = (usage: object): object => ({ type: 'message', role: 'assistant', usage })
export const gemini = (usageMetadata: object): object => ({ candidates: [], usageMetadata })

/** `micros`: what it costs, millionths of USD; undefined when that is unknown. */
export type Fixture = readonly [name: string, body: object, prices: Prices, micros: number | undefined]
