/**
 * The models list: `weir`, which lets the router choose, and each real model under the name it has in the configuration.
 */
import type { UpstreamClient } from '../upstream/client.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import { providerOf } from '../upstream/providers.ts'
import { unknownModel } from './chat-request.ts'

/** An entry as on OpenAI's wire. */
export interface WireModel {
  readonly id: string
  readonly object: 'model'
  /** Seconds since 1970; ours: when the gateway started. */
  readonly created: number
  readonly owned_by: string
}

export interface WireModelList {
  readonly object: 'list'
  readonly data: readonly WireModel[]
}

/** `allowed`: what the caller's key may ask for; undefined for all. The router is there where it has one of these to choose. */
export function listModels(
  { models }: UpstreamClient,
  created: number,
  { allowed, candidates }: Allowed,
): WireModelList {
  const open = allowed === undefined ? models : models.filter(({ model }) => allowed.includes(model))
  const router = candidates.length === 0 ? [] : [toWire('weir', created, 'weir')]
  return { object: 'list', data: [...router, ...open.map((one) => toWire(one.model, created, ownerOf(one)))] }
}

export interface Allowed {
  readonly allowed: readonly string[] | undefined
  /** Among which routing chooses for this caller. */
  readonly candidates: readonly unknown[]
}

/** Throws `request.model` when the list has none of that name. `weir@0.95` counts: it can be asked for. */
export function findModel({ data }: WireModelList, id: string): WireModel {
  const found = data.find((one) => one.id === (id.startsWith('weir@') ? 'weir' : id))
  if (found !== undefined) return { ...found, id }
  throw unknownModel(
    id,
    data.flatMap((one) => (one.id === 'weir' ? [] : one.id)),
  )
}

function toWire(id: string, created: number, owner: string): WireModel {
  return { id, object: 'model', created, owned_by: owner }
}

/** The provider's name; else 'local' for this machine and 'upstream' elsewhere: callers need no addresses. */
function ownerOf({ baseUrl, provider }: UpstreamModel): string {
  const { owner } = providerOf(provider)
  if (owner !== undefined) return owner
  const { hostname } = new URL(baseUrl)
  return /^(?:localhost|127\.|\[::1\])/.test(hostname) ? 'local' : 'upstream'
}
