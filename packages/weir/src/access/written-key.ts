/**
 * What may be written of a key, in the admin API and on the command line: strict, so that nothing but this list can be set. A role can only be
 * given to a new key; ids, hashes, dates of making and of revocation cannot be written at all.
 */
import { z } from 'zod'
import { POLICY_NAMES, WeirError } from '@weir/core'
import { checkLevels, ROLES, type KeyLimits } from './key.ts'
import type { KeyChange, KeySpec } from './store-file.ts'

const amount = z.number().gt(0)
const count = z.int().gte(1)
const level = z.number().gt(0).lte(1)
const name = z.string().trim().min(1).max(100)
const date = z.iso.datetime()

const limit = {
  models: z.array(z.string().min(1)).min(1).max(1000),
  policies: z.array(z.enum(POLICY_NAMES)).min(1),
  minQuality: level,
  maxQuality: level,
  requestsPerMinute: count,
  tokensPerMinute: count,
  concurrentRequests: count,
  usdPerDay: amount,
  usdPerMonth: amount,
} satisfies { readonly [K in keyof Required<KeyLimits>]: z.ZodType }

const newKey = z.strictObject({
  name,
  role: z.enum(ROLES).default('caller'),
  expiresAt: date.optional(),
  limits: z.strictObject(limit).partial().default({}),
})

const keyChange = z.strictObject({
  name: name.optional(),
  /** Null: it no longer expires. */
  expiresAt: date.nullable().optional(),
  limits: z
    .strictObject(
      Object.fromEntries(Object.entries(limit).map(([key, one]) => [key, one.nullable().optional()])),
    )
    .optional(),
})

/** Throws `request.body`. */
export function parseNewKey(value: unknown): KeySpec {
  const spec = check(newKey, value)
  checkLevels(spec.limits as KeyLimits)
  return spec as KeySpec
}

/** Throws `request.body`. */
export function parseKeyChange(value: unknown): KeyChange {
  return check(keyChange, value) as KeyChange
}

const rotation = z.strictObject({ graceSeconds: z.number().gte(0).lte(2_592_000).default(0) })

/** How long the key before is good, ms. Throws `request.body`. */
export function parseRotation(value: unknown): number {
  return check(rotation, value ?? {}).graceSeconds * 1000
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = (issue?.path ?? []).map(String).join('.')
  throw new WeirError('request.body', `${place === '' ? 'the body' : place}: ${issue?.message ?? 'is wrong'}`)
}
