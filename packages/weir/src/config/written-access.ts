/**
 * The sections `auth` and `admin` of weir.yaml: whether callers need keys, and where the admin API listens.
 */
import { z } from 'zod'
import { WeirError } from '@weir/core'
import { DEFAULT_ASSUMED_OUTPUT_TOKENS } from '../gateway/admission.ts'

export interface WrittenAuth {
  readonly path: string
  readonly assumedOutputTokens: number
}

export interface WrittenAdmin {
  readonly host: string
  readonly port: number
}

/** Absent: callers are not authenticated. */
export const writtenAuth: z.ZodType<WrittenAuth> = z.strictObject({
  /** SQLite file, made when absent. */
  path: z.string().min(1),
  /** Reserved for an answer whose request sets no limit. */
  assumedOutputTokens: z.int().gte(1).default(DEFAULT_ASSUMED_OUTPUT_TOKENS),
})

/** Absent: there is no admin API. */
export const writtenAdmin: z.ZodType<WrittenAdmin> = z.strictObject({
  /** Default: this machine only. */
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free one. Default 4001, beside the callers' 4000. */
  port: z.int().gte(0).lte(65_535).default(4001),
})

interface Listening {
  readonly listen: { readonly host: string; readonly open: boolean }
  readonly auth?: WrittenAuth | undefined
  readonly admin?: WrittenAdmin | undefined
}

/**
 * Whoever reaches a port with the operator's keys behind it spends the operator's money: beyond this machine that takes a decision.
 * `place`: names a key's line. Throws `config.value`.
 */
export function checkOpen(
  { listen, auth, admin }: Listening,
  { hasKeys, place }: { readonly hasKeys: boolean; readonly place: (path: readonly string[]) => string },
): void {
  if (admin !== undefined && auth === undefined) {
    throw new WeirError(
      'config.value',
      `${place(['admin'])} needs auth: its callers are known by keys; add auth, or take admin away`,
    )
  }
  if (isLocal(listen.host) || !hasKeys || auth !== undefined || listen.open) return
  throw new WeirError(
    'config.value',
    `${place(['listen', 'host'])} lets other machines use the configured keys without a key of their own; ` +
      'add auth (docs/access.md), or write listen.open: true when something in front authenticates them',
  )
}

export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
