/**
 * Price catalogue: list prices by provider and model, in a file with the date and the page that they were read from. A model of weir.yaml
 * that writes no price takes that of its provider's host and its upstream name; one that writes any price takes none from here, so that
 * two sources never mix in one sum.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseJson, WeirError, type Prices } from '@weir/core'
import { dropUndefined } from '../record/drop-undefined.ts'
import { PRICE_KEYS, priceShape, type WrittenPrices } from './written-prices.ts'

/** The catalogue that comes with this version. */
const BUILT_IN = new URL('../../prices/2026-11-22.json', import.meta.url)

export const DEFAULT_PRICES = 'built-in'
export const NO_PRICES = 'none'

const model = z.strictObject({ names: z.array(z.string().min(1)).optional(), ...priceShape })

const provider = z.strictObject({
  /** The page to compare the prices with. */
  source: z.url(),
  /** ISO date of the stored copy or note that they were read from. */
  readAt: z.iso.date(),
  /** Hosts of base URLs that are this provider's. */
  hosts: z.array(z.string().min(1)),
  models: z.record(z.string(), model),
})

const catalogue = z.strictObject({
  formatVersion: z.literal(1),
  date: z.iso.date(),
  note: z.string().optional(),
  providers: z.record(z.string(), provider),
})

export interface PriceCatalogue {
  /** ISO date. */
  readonly date: string
  /** Undefined when the provider or the model is not listed. */
  find(at: { readonly baseUrl: string; readonly name: string }): Prices | undefined
}

const EMPTY: PriceCatalogue = { date: '', find: () => undefined }

/**
 * `written`: built-in, none, or the path of a file whose prices go before the built-in ones. Throws `config.value` for a file that is no
 * catalogue, `config.unreadable` for one that cannot be read.
 */
export function loadPrices(written: string): PriceCatalogue {
  if (written === NO_PRICES) return EMPTY
  const builtIn = readCatalogue(BUILT_IN)
  if (written === DEFAULT_PRICES) return builtIn
  const own = readCatalogue(written)
  return { date: own.date, find: (at) => own.find(at) ?? builtIn.find(at) }
}

function readCatalogue(path: string | URL): PriceCatalogue {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new WeirError(
      'config.unreadable',
      `the price catalogue ${String(path)} cannot be read; correct prices`,
      {
        cause: error,
      },
    )
  }
  return parsePrices(text, String(path))
}

/** Throws `config.value` naming the place. */
export function parsePrices(text: string, path: string): PriceCatalogue {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw new WeirError('config.value', `${path}: the price catalogue is not JSON; see docs/config.md`)
  }
  const read = catalogue.safeParse(json)
  if (!read.success) {
    const [issue] = read.error.issues
    const place = (issue?.path ?? []).map(String).join('.')
    throw new WeirError('config.value', `${path}: ${place}: ${issue?.message ?? 'is no price catalogue'}`)
  }
  const byHost = new Map<string, Map<string, Prices>>()
  for (const { hosts, models } of Object.values(read.data.providers)) {
    const byName = new Map<string, Prices>()
    for (const [name, { names = [], ...prices }] of Object.entries(models)) {
      for (const one of [name, ...names]) byName.set(one, Object.freeze(dropUndefined(prices) as Prices))
    }
    for (const host of hosts) byHost.set(host, byName)
  }
  return {
    date: read.data.date,
    find: ({ baseUrl, name }) =>
      URL.canParse(baseUrl) ? byHost.get(new URL(baseUrl).hostname)?.get(name) : undefined,
  }
}

interface Listed {
  /** The provider's name of the model. */
  readonly name: string
  readonly model: (WrittenPrices & { readonly baseUrl: string }) | undefined
}

/** The prices of one model: its own when it writes any, else those of the catalogue. */
export function pricesFor(catalogue: PriceCatalogue, { name, model }: Listed): Prices {
  if (model === undefined) return {}
  const hasOwn = PRICE_KEYS.some((key) => model[key] !== undefined)
  return hasOwn ? {} : (catalogue.find({ baseUrl: model.baseUrl, name }) ?? {})
}
