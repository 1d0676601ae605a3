/**
 * Virtual keys: what a caller shows instead of a provider's key. A key is 256 random bits behind a prefix; only its SHA-256 is kept.
 *
 * A plain hash suffices here, where a password would need a slow one: there is nothing to guess. Trying 2^256 keys is out of reach at any
 * speed, so slowness would cost each request and buy nothing. The hash is never accepted as a key: it lacks the prefix, and it is
 * hashed again before it is looked up.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { PolicyName } from '@weir/core'
import { WeirError } from '@weir/core/basics'

/** `caller` asks models. `viewer` reads the admin API, `admin` changes it; neither of the two may ask a model. Fixed when the key is made. */
export type Role = 'caller' | 'viewer' | 'admin'

export const ROLES: readonly Role[] = ['caller', 'viewer', 'admin']

/** Absent: no such limit. */
export interface KeyLimits {
  /** Names of models; routing is kept to these as well. */
  readonly models?: readonly string[]
  readonly policies?: readonly PolicyName[]
  /** Lowest quality level that may be asked for. Range (0, 1]. */
  readonly minQuality?: number
  /** Highest. */
  readonly maxQuality?: number
  readonly requestsPerMinute?: number
  /** Prompt and answer; estimated when a request comes, corrected when it ends. */
  readonly tokensPerMinute?: number
  readonly concurrentRequests?: number
  /** Calendar day, UTC. */
  readonly usdPerDay?: number
  /** Calendar month, UTC. */
  readonly usdPerMonth?: number
}

export const LIMIT_NAMES: readonly (keyof KeyLimits)[] = [
  'models',
  'policies',
  'minQuality',
  'maxQuality',
  'requestsPerMinute',
  'tokensPerMinute',
  'concurrentRequests',
  'usdPerDay',
  'usdPerMonth',
]

/** Throws `request.body`. */
export function checkLevels({ minQuality = 0, maxQuality = 1 }: KeyLimits): void {
  if (minQuality <= maxQuality) return
  throw new WeirError('request.body', 'limits.minQuality is above limits.maxQuality; no level would be left')
}

/** A key as it is kept and shown: never the key itself. */
export interface Key {
  readonly id: string
  readonly role: Role
  readonly name: string
  /** Last four characters, to tell keys apart. */
  readonly hint: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly expiresAt?: string
  readonly revokedAt?: string
  /** After a rotation the key before is good until then. */
  readonly previousUntil?: string
  readonly limits: KeyLimits
}

/** A key with the hashes it is found by, for the gateway alone. */
export interface HashedKey extends Key {
  /** SHA-256 of the key, hex. */
  readonly hash: string
  readonly previousHash?: string
}

const PREFIXES: Readonly<Record<Role, string>> = { caller: 'wk-', viewer: 'wa-', admin: 'wa-' }

export interface NewKey {
  readonly id: string
  /** To be shown once. */
  readonly text: string
  readonly hash: string
  readonly hint: string
}

export function createKey(role: Role): NewKey {
  const text = `${PREFIXES[role]}${randomBytes(32).toString('base64url')}`
  return { id: `key_${randomBytes(9).toString('hex')}`, ...hashed(text) }
}

/** The same key with another secret. */
export function renewKey(role: Role): Omit<NewKey, 'id'> {
  return hashed(`${PREFIXES[role]}${randomBytes(32).toString('base64url')}`)
}

function hashed(text: string): Omit<NewKey, 'id'> {
  return { text, hash: hashKey(text), hint: text.slice(-4) }
}

const KEY = /^w[ka]-[A-Za-z0-9_-]{43}$/

/** False for what cannot be one of our keys, so that it is not even hashed. */
export function isKey(text: string): boolean {
  return KEY.test(text)
}

/** Of the whole key: two that share a beginning have nothing in common. */
export function hashKey(text: string): string {
  return hash('sha256', text, 'hex')
}

/** In a time that says nothing of where two hashes differ. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
