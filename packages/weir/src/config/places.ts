/**
 * Places: the upstreams of one model, from either written form. The one inline (`baseUrl` beside the model's other keys) or a list (`upstreams`),
 * never both: a key that stood beside a list would be used for none or for all, and nobody could tell.
 */
import { WeirError } from '@weir/core'
import { dropUndefined } from '../record/drop-undefined.ts'
import type { UpstreamPlace } from '../upstream/definition.ts'
import { resolveProvider } from './provider.ts'
import { resolveSecret, type Secret } from './secret.ts'
import type { KeyPath } from './source.ts'
import type { WrittenPlace } from './written-faults.ts'

export interface PlaceSource {
  /** "weir.yaml:12: models.gpt.baseUrl" for a key of this model. */
  readonly place: (path: KeyPath) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** As written beside a model. */
export interface WrittenPlaces extends WrittenPlace {
  readonly upstreams?: readonly WrittenPlace[] | undefined
}

const INLINE = [
  'baseUrl',
  'apiKey',
  'apiKeys',
  'weight',
  'allowPrivate',
  'region',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
] as const

/** The first place, and all of them when the model has a list. Throws `config.value` and `config.secret`. */
export function toPlaces(
  written: WrittenPlaces,
  source: PlaceSource,
): UpstreamPlace & { readonly upstreams?: readonly UpstreamPlace[] } {
  const { upstreams, provider, dialect, apiVersion } = written
  if (upstreams === undefined) return toPlace(written, source, [])
  const double = INLINE.find((key) => written[key] !== undefined)
  if (double !== undefined) {
    throw new WeirError(
      'config.value',
      `${source.place([double])} stands beside upstreams; write it into the upstream that it is for`,
    )
  }
  const places = upstreams.map((one, i) => {
    const { upstreamModel = written.upstreamModel } = one
    const shared = dropUndefined({ provider, dialect, apiVersion })
    return toPlace({ ...shared, ...dropUndefined(one), upstreamModel }, source, ['upstreams', i])
  })
  const [first] = places
  if (first === undefined) throw new WeirError('config.value', `${source.place(['upstreams'])} is empty`)
  return { ...first, upstreams: Object.freeze(places) }
}

function toPlace(
  { apiKey, apiKeys, upstreamModel, weight, allowPrivate, ...provider }: WrittenPlace,
  { place, env }: PlaceSource,
  path: KeyPath,
): UpstreamPlace {
  if (apiKey !== undefined && apiKeys !== undefined) {
    throw new WeirError('config.value', `${place([...path, 'apiKey'])} and apiKeys are both given; keep one`)
  }
  const secretOf = (reference: string, key: KeyPath): Secret =>
    resolveSecret({ reference, where: place([...path, ...key]), env })
  return Object.freeze({
    ...resolveProvider(provider, { place: (key) => place([...path, ...key]), env }),
    ...dropUndefined({ upstreamModel, weight, allowPrivate }),
    ...(apiKey === undefined ? {} : { apiKey: secretOf(apiKey, ['apiKey']) }),
    ...(apiKeys === undefined ? {} : { apiKeys: apiKeys.map((one, i) => secretOf(one, ['apiKeys', i])) }),
  })
}
