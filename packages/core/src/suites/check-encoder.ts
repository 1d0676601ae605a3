/**
 * Contract suite of encoders: features fit the spec, equal queries give equal features in any order of asking, arguments left alone.
 * Throws an Error that says which rule is broken and for which query (by index, never its text). House section 9.
 */
import type { Encoder, EncoderSpec, Features } from '../contract/features.ts'
import type { Query } from '../contract/query.ts'
import { requireThat, show, unchangedBy } from './require.ts'

export function checkEncoder(encoder: Encoder, queries: readonly Query[]): void {
  requireThat(queries.length > 0, 'checkEncoder needs at least one query')
  checkSpec(encoder.spec)
  const first = queries.map((query, i) => {
    const features = unchangedBy([query], `query ${i}`, () => encoder.encode(query))
    checkFeatures(features, encoder.spec, `query ${i}`)
    return show(features)
  })
  for (const [i, query] of [...queries.entries()].reverse()) {
    const again = show(encoder.encode(structuredClone(query)))
    requireThat(again === first[i], `query ${i}: an equal query gives other features when asked again`)
  }
}

function checkSpec({ name, version, buckets, channels, surface }: EncoderSpec): void {
  requireThat(name !== '' && Number.isSafeInteger(version), 'an encoder has a name and a whole version')
  requireThat(Number.isSafeInteger(buckets) && buckets >= 0, `buckets must be a count, got ${show(buckets)}`)
  const isAscending = channels.every((end, i) => end > (channels[i - 1] ?? 0))
  requireThat(
    isAscending && (channels.at(-1) ?? buckets) === buckets,
    `channels must ascend to ${buckets}, got ${show(channels)}`,
  )
  requireThat(new Set(surface).size === surface.length, 'surface features must have different names')
}

function checkFeatures({ indices, values, surface }: Features, spec: EncoderSpec, where: string): void {
  requireThat(
    indices.length === values.length,
    `${where}: ${indices.length} indices but ${values.length} values`,
  )
  requireThat(new Set(indices).size === indices.length, `${where}: a bucket is listed twice`)
  requireThat(
    indices.every((bucket) => bucket < spec.buckets),
    `${where}: a bucket is not below ${spec.buckets}`,
  )
  requireThat(values.every(Number.isFinite), `${where}: a value is not a finite number`)
  requireThat(
    surface.length === spec.surface.length,
    `${where}: ${surface.length} surface features, the spec names ${spec.surface.length}`,
  )
  const broken = spec.surface.filter((_, j) => !Number.isFinite(surface[j]))
  requireThat(broken.length === 0, `${where}: surface features that are not finite: ${broken.join(', ')}`)
}
