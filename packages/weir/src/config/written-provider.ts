/**
 * The written shape of who serves a model and what it can do: `provider` and what belongs to it, for a model and for each of its upstreams,
 * and the abilities that keep queries away which it cannot serve. Presets stand in upstream/providers.ts.
 */
import { z } from 'zod'
import type { DialectName } from '../dialect/hub.ts'
import { PROVIDER_NAMES, type ProviderName } from '../upstream/providers.ts'

/** Of one upstream. References are still text. */
export interface WrittenProvider {
  readonly provider?: ProviderName | undefined
  readonly dialect?: DialectName | undefined
  readonly apiVersion?: string | undefined
  readonly region?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
}

/** Of a model, wherever it is called. */
export interface WrittenAbilities {
  readonly maxOutputTokens?: number | undefined
  readonly omits?: readonly string[] | undefined
  readonly json?: boolean | undefined
  readonly jsonSchema?: boolean | undefined
  readonly contextTokens?: number | undefined
  readonly place?: string | undefined
}

const DIALECTS = ['chat', 'messages', 'responses', 'gemini', 'bedrock'] as const satisfies DialectName[]

export const providerShape: { readonly [K in keyof WrittenProvider]-?: z.ZodType<WrittenProvider[K]> } = {
  provider: z.enum(PROVIDER_NAMES as [ProviderName, ...ProviderName[]]).optional(),
  dialect: z.enum(DIALECTS).optional(),
  apiVersion: z.string().min(1).optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  /** References, env:NAME. */
  accessKeyId: z.string().optional(),
  secretAccessKey: z.string().optional(),
  sessionToken: z.string().optional(),
}

export const abilityShape: { readonly [K in keyof WrittenAbilities]-?: z.ZodType<WrittenAbilities[K]> } = {
  maxOutputTokens: z.int().gte(1).optional(),
  omits: z.array(z.string().min(1)).max(100).optional(),
  json: z.boolean().default(true),
  jsonSchema: z.boolean().default(true),
  contextTokens: z.int().gte(1).optional(),
  place: z.string().min(1).optional(),
}
