/**
 * Upstream facts: what spans and metrics say of where a model is: its provider and its address, without path or key.
 */
import type { UpstreamModel } from '../upstream/definition.ts'
import type { SemconvNames } from './semconv.ts'

export interface UpstreamFacts {
  readonly provider: string
  /** Name sent upstream. */
  readonly upstreamModel: string
  readonly address: string
  readonly port: number
}

/** By the model's name; what a reload brings is there once it is set. */
export interface FactTable {
  get(model: string): UpstreamFacts | undefined
  set(models: readonly UpstreamModel[]): void
}

export function createFactTable({ providers }: SemconvNames): FactTable {
  let facts = new Map<string, UpstreamFacts>()
  return {
    get: (model) => facts.get(model),
    set(models) {
      facts = new Map(models.map((definition) => [definition.model, toFacts(definition, providers)]))
    },
  }
}

function toFacts(
  { model, upstreamModel = model, baseUrl, provider = 'openai-compatible' }: UpstreamModel,
  providers: SemconvNames['providers'],
): UpstreamFacts {
  const { hostname, port, protocol } = new URL(baseUrl)
  const usual = protocol === 'https:' ? 443 : 80
  return {
    provider: providers[provider] ?? provider,
    upstreamModel,
    address: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? usual : Number(port),
  }
}
