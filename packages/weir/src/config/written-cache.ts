/** The section `cache` of weir.yaml. Absent: nothing is cached, and nothing is paid for that. */
import { z } from 'zod'
import {
  DEFAULT_CACHE_BYTES,
  DEFAULT_CACHE_ENTRIES,
  DEFAULT_CACHE_TTL_MS,
  type CacheOptions,
} from '../gateway/response-cache.ts'

export const writtenCache: z.ZodType<CacheOptions> = z.strictObject({
  /** Answers kept at most. */
  entries: z.int().gte(1).lte(10_000_000).default(DEFAULT_CACHE_ENTRIES),
  /** Bytes of all answers; one may take an eighth. */
  bytes: z.int().gte(65_536).default(DEFAULT_CACHE_BYTES),
  ttlMs: z
    .int()
    .gte(1)
    .lte(30 * 86_400_000)
    .default(DEFAULT_CACHE_TTL_MS),
  /** `always`: every request, unless it declines; `asked`: those that say weir.cache. Default always: the section itself is the opt-in. */
  when: z.enum(['always', 'asked']).default('always'),
})
