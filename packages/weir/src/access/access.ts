/**
 * Access: who asks, and whether they may. All of it is in memory and synchronous; the disk hears of it later.
 *
 *   identify   headers -> account        before the body is read
 *   admit      account, estimate -> grant    before anything is called
 *   grant.settle / grant.release         when the request has ended, once
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { WeirError } from '@weir/core'
import {
  Account,
  addSpent,
  dayOf,
  type Charge,
  type Estimate,
  type OnSpent,
  type Reservation,
} from './account.ts'
import { hashKey, isKey, isSameHash, type HashedKey } from './key.ts'
import type { SpendRow } from './store-file.ts'
import type { Snapshot } from './store-messages.ts'

export interface AccessOptions {
  readonly now: () => Date
  readonly onSpent: OnSpent
}

/** One admitted request. */
export interface Grant {
  readonly keyId: string
  readonly estimate: Estimate
  /** What it cost. The first of `settle` and `release` counts. */
  settle(charge: Charge): void
  /** Nothing was called. */
  release(): void
  /** x-ratelimit-*: names and values alternating; takes the place of an upstream's. */
  addHeaders(headers: string[]): void
}

/** Headers that may hold a key, as the clients of each dialect send it. */
const KEY_HEADERS = ['x-api-key', 'api-key', 'x-goog-api-key', 'authorization'] as const

/** On the request itself: a weak map would be looked through at every collection. */
const CALLER = Symbol('caller')
type Identified = IncomingMessage & { [CALLER]?: Account }

export class Access {
  readonly #options: AccessOptions
  readonly #byHash = new Map<string, Account>()
  readonly #byId = new Map<string, Account>()

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /** Takes over what the disk says. `unsaved`: what was spent and is not in it yet. */
  load({ keys, spent, day }: Snapshot, unsaved: readonly SpendRow[] = []): void {
    this.#byHash.clear()
    const known = new Set<string>()
    for (const key of keys) {
      known.add(key.id)
      const account = this.#byId.get(key.id) ?? new Account(key)
      account.key = key
      this.#byId.set(key.id, account)
      this.#byHash.set(key.hash, account)
      if (key.previousHash !== undefined) this.#byHash.set(key.previousHash, account)
    }
    for (const id of this.#byId.keys()) if (!known.has(id)) this.#byId.delete(id)
    const bySpent = new Map(spent.map((one) => [one.keyId, { ...one }]))
    addSpent(bySpent, unsaved, day)
    for (const [id, account] of this.#byId) {
      const { dayUsd = 0, monthUsd = 0 } = bySpent.get(id) ?? {}
      account.load({ day, dayUsd, monthUsd })
    }
  }

  now(): Date {
    return this.#options.now()
  }

  get(id: string): Account | undefined {
    return this.#byId.get(id)
  }

  /**
   * The caller's account. The header that held the key is taken off the request, so that nothing forwards it. Throws `auth.key`.
   */
  identify(request: IncomingMessage): Account {
    const account = this.find(request.headers)
    if (account.key.role !== 'caller') {
      throw new WeirError(
        'auth.key',
        'this is a key of the admin API and asks no models; use one that begins with wk-',
      )
    }
    ;(request as Identified)[CALLER] = account
    return account
  }

  /** Of any role. Throws `auth.key`. */
  find(headers: IncomingHttpHeaders): Account {
    const text = takeKey(headers)
    if (text === undefined) {
      throw new WeirError(
        'auth.key',
        'no key of this gateway was sent; send one as Authorization: Bearer wk-… or x-api-key',
      )
    }
    const hash = hashKey(text)
    const account = this.#byHash.get(hash)
    if (account === undefined || !isCurrent(account.key, hash, this.#options.now())) {
      throw new WeirError(
        'auth.key',
        'this key is not known, is revoked or has expired; ask whoever gave it to you',
      )
    }
    return account
  }

  /** Of a request that was identified. */
  accountOf(request: IncomingMessage): Account | undefined {
    return (request as Identified)[CALLER]
  }

  /** Throws Refused. */
  admit(account: Account, estimate: Estimate): Grant {
    const { now, onSpent } = this.#options
    let reservation: Reservation | undefined = account.reserve(estimate, now())
    const end = (charge: Charge): void => {
      if (reservation === undefined) return
      const at = now()
      account.settle(reservation, charge, at)
      reservation = undefined
      onSpent(account.key.id, dayOf(at), { requests: 1, ...charge })
    }
    return {
      keyId: account.key.id,
      estimate,
      settle: end,
      release: () => end(NO_CHARGE),
      addHeaders: (headers) => replaceLimits(headers, account, now().getTime()),
    }
  }
}

export const NO_CHARGE: Charge = { meteredUsd: 0, estimatedUsd: 0, inputTokens: 0, outputTokens: 0 }

/** Takes the header off that held it. */
function takeKey(headers: IncomingHttpHeaders): string | undefined {
  for (const name of KEY_HEADERS) {
    const value = headers[name]
    if (typeof value !== 'string') continue
    const text = name === 'authorization' ? value.replace(/^bearer +/i, '') : value
    if (!isKey(text)) continue
    delete headers[name]
    return text
  }
  return undefined
}

function isCurrent(key: HashedKey, hash: string, now: Date): boolean {
  const { revokedAt, expiresAt, previousHash, previousUntil } = key
  if (revokedAt !== undefined) return false
  if (expiresAt !== undefined && !isBefore(now, expiresAt)) return false
  if (isSameHash(hash, key.hash)) return true
  if (previousHash === undefined || previousUntil === undefined) return false
  return isSameHash(hash, previousHash) && isBefore(now, previousUntil)
}

/** As times, not as texts: 12:00:00.500 comes before 12:00Z in the alphabet. False for what is no time. */
function isBefore(now: Date, iso: string): boolean {
  return now.getTime() < Date.parse(iso)
}

/** An upstream's limits are those of the operator's account and say nothing to a caller with limits of its own. */
function replaceLimits(headers: string[], account: Account, nowMs: number): void {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.startsWith('x-ratelimit-') === true) headers.splice(at, 2)
  }
  account.addHeaders(headers, nowMs)
}
