/**
 * Sessions: which conversations are running, and how much of each its providers still hold in their prompt caches. A request belongs to the
 * session that it names (x-weir-session, session_id, prompt_cache_key), else to that of the conversation with the same beginning.
 * A first turn finds nothing: many conversations begin alike.
 *
 * What a provider holds is what it was last sent and gave, for `cacheMs` after; providers that keep it longer are underrated, and the price
 * of leaving them with it. The number of sessions is bounded: the one that rested longest goes first.
 */
import { createHash } from 'node:crypto'
import type { Candidate, Query, Session, Usage } from '@weir/core'

/** Providers keep a prompt for 5 minutes after its last use, some for longer. */
export const DEFAULT_CACHE_MS = 300_000
/** About 300 bytes each: 3 MB. */
export const DEFAULT_SESSIONS = 10_000
/** Shorter prompts are not cached by the providers that say so. */
const LEAST_TOKENS = 1_024
/** Characters of the first system and the first user turn that tell conversations apart. */
const HEAD_CHARS = 4_096
/** Characters of a token, for prompts that no provider has counted yet. */
const TOKEN_CHARS = 4

/** True when what leaving a cache costs can be told: all prices of two models are known. */
export function isPriced(candidates: readonly Candidate[]): boolean {
  const priced = candidates.filter(({ inputUsdPerMTok, cachedInputUsdPerMTok, outputUsdPerMTok }) =>
    [inputUsdPerMTok, cachedInputUsdPerMTok, outputUsdPerMTok].every((price) => price !== undefined),
  )
  return priced.length >= 2
}

export interface SessionsOptions {
  readonly cacheMs: number
  /** Most that are remembered. */
  readonly entries: number
  /** Milliseconds of any origin, rising. */
  readonly nowMs: () => number
}

interface Held {
  readonly tokens: number
  readonly atMs: number
}

interface Remembered {
  readonly held: Map<string, Held>
  outputTokens: number
  stays: number
}

export interface Sessions {
  /** `scope`: whose it is, so that two callers share none. */
  keyOf(query: Query, name: string | undefined, scope: string): string
  /** Undefined when no provider holds anything of it, and for a first turn. */
  find(key: string, query: Query): Session | undefined
  /** A model has answered; `isStay`: it was called for its cache alone. */
  remember(
    key: string,
    answered: { readonly model: string; readonly usage: Usage; readonly isStay: boolean },
  ): void
}

/** Names a session in a request, before the body's own words for it. */
export const SESSION_HEADER = 'x-weir-session'

export function createSessions({ cacheMs, entries, nowMs }: SessionsOptions): Sessions {
  const sessions = new Map<string, Remembered>()
  return {
    keyOf(query, name, scope) {
      if (name !== undefined) return hash([scope, 'named', name])
      return hash([scope, 'begun', headOf(query, 'system'), headOf(query, 'user')])
    },
    find(key, query) {
      const found = sessions.get(key)
      if (found === undefined || !query.turns.some(({ role }) => role === 'assistant')) return undefined
      const now = nowMs()
      const warm = [...found.held].filter(([, { atMs }]) => now - atMs < cacheMs)
      if (warm.length === 0) return undefined
      const warmTokens = Object.fromEntries(warm.map(([model, { tokens }]) => [model, tokens]))
      const inputTokens = Math.max(countTokens(query), ...Object.values(warmTokens))
      return { inputTokens, outputTokens: found.outputTokens, warmTokens, stays: found.stays }
    },
    remember(key, { model, usage: { inputTokens = 0, outputTokens = 0 }, isStay }) {
      const tokens = inputTokens + outputTokens
      if (tokens < LEAST_TOKENS) return
      const session = sessions.get(key) ?? { held: new Map<string, Held>(), outputTokens: 0, stays: 0 }
      session.held.set(model, { tokens, atMs: nowMs() })
      session.outputTokens = outputTokens
      session.stays = isStay ? session.stays + 1 : 0
      // A map keeps the order of insertion: the first is the one that rested longest.
      sessions.delete(key)
      sessions.set(key, session)
      const oldest = sessions.size > entries ? sessions.keys().next().value : undefined
      if (oldest !== undefined) sessions.delete(oldest)
    },
  }
}

function headOf({ turns }: Query, role: 'system' | 'user'): string {
  return turns.find((turn) => turn.role === role)?.text.slice(0, HEAD_CHARS) ?? ''
}

function countTokens({ turns }: Query): number {
  let chars = 0
  for (const { text } of turns) chars += text.length
  return Math.ceil(chars / TOKEN_CHARS)
}

/** Names and beginnings of conversations are the caller's own: only their hash is kept. */
function hash(parts: readonly string[]): string {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(`${part.length}:`).update(part)
  return digest.digest('base64url')
}
