/**
 * Response cache: whole answers by the exact request that they answer, in memory, bounded by bytes, number and age; the least recently used
 * goes first. Off unless configured, and an object of one configuration: another artifact, model or price begins with an empty one.
 *
 * The key is the full SHA-256 of everything that can change the answer: the caller's credentials (callers never share), the dialect, the
 * headers that decide or go upstream, and the body without the white space between its tokens. Members are not sorted and numbers are
 * not read: two requests that only might mean the same are two.
 */
import { createHash } from 'node:crypto'
import type { Decision } from '@weir/core'

export interface CacheOptions {
  /** Answers kept at most. */
  readonly entries: number
  /** Bytes of all answers with their headers. */
  readonly bytes: number
  /** Age past which an answer is not given any more, ms. */
  readonly ttlMs: number
  /** `always`: every request, unless it declines. `asked`: those that say `"weir": {"cache": true}`. */
  readonly when: 'always' | 'asked'
}

/** 10,000: with DEFAULT_CACHE_BYTES some 6 KB an answer, a few screens of text. */
export const DEFAULT_CACHE_ENTRIES = 10_000
/** 64 MiB: half of what the gateway takes when idle. */
export const DEFAULT_CACHE_BYTES: number = 64 * 1024 * 1024
/** 1 hour: long enough for retries and repeated jobs, short enough for facts that change. */
export const DEFAULT_CACHE_TTL_MS = 3_600_000

/** One answer may take this share of the cache; a larger one would push out too many. */
const LARGEST_SHARE = 1 / 8
/** What an entry costs besides its body and headers, bytes: key, decision and objects, estimated. */
const ENTRY_BYTES = 1000

export interface CachedAnswer {
  readonly status: number
  /** Names and values alternating. */
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly model: string
  readonly decision: Decision
}

export class ResponseCache {
  readonly options: CacheOptions
  readonly #clock: () => number
  /** Least recently used first. */
  readonly #entries = new Map<
    string,
    { readonly answer: CachedAnswer; readonly bytes: number; readonly diesAtMs: number }
  >()
  #bytes = 0

  /** `clock`: a time that only grows, ms. */
  constructor(options: CacheOptions, clock: () => number) {
    this.options = options
    this.#clock = clock
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  /** Largest body that is kept. */
  get largestBytes(): number {
    return Math.floor(this.options.bytes * LARGEST_SHARE)
  }

  get(key: string): CachedAnswer | undefined {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    this.#remove(key, found.bytes)
    if (found.diesAtMs <= this.#clock()) return undefined
    this.#entries.set(key, found)
    this.#bytes += found.bytes
    return found.answer
  }

  set(key: string, answer: CachedAnswer): void {
    const bytes = answer.body.length + answer.headers.join('').length + ENTRY_BYTES
    if (answer.body.length > this.largestBytes) return
    const old = this.#entries.get(key)
    if (old !== undefined) this.#remove(key, old.bytes)
    this.#entries.set(key, { answer, bytes, diesAtMs: this.#clock() + this.options.ttlMs })
    this.#bytes += bytes
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= this.options.bytes && this.#entries.size <= this.options.entries) return
      this.#remove(oldest, freed)
    }
  }

  #remove(key: string, bytes: number): void {
    this.#entries.delete(key)
    this.#bytes -= bytes
  }
}

/** Each part with its length before it, so that no two lists of parts run together. Full length: a prefix would let two callers meet. */
export function toCacheKey(parts: readonly string[], body: Buffer): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:${part}`)
  return hash.update(withoutSpace(body)).digest('base64url')
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** JSON text without the white space between its tokens. */
export function withoutSpace(json: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(json.length)
  let length = 0
  let isText = false
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0
    if (!isText && byte <= SPACE) continue
    kept[length++] = byte
    if (byte === QUOTE) isText = !isText
    else if (isText && byte === BACKSLASH) kept[length++] = json[(at += 1)] ?? 0
  }
  return kept.subarray(0, Math.min(length, json.length))
}
