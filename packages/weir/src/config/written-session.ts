/**
 * The section `session` of weir.yaml: how long a provider is believed to hold a conversation in its prompt cache.
 */
import { z } from 'zod'
import { DEFAULT_CACHE_MS, DEFAULT_SESSIONS } from '../gateway/sessions.ts'

export interface WrittenSession {
  readonly cacheMs: number
  readonly entries: number
}

export const writtenSession: z.ZodType<WrittenSession> = z.strictObject({
  /** After its last use. 0: conversations are not remembered. */
  cacheMs: z.int().gte(0).lte(86_400_000).default(DEFAULT_CACHE_MS),
  /** Conversations that are remembered, at most. */
  entries: z.int().gte(1).lte(1_000_000).default(DEFAULT_SESSIONS),
})
