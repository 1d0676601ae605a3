/**
 * The written shape of `scorers`: one key for each signal, with its options. What the options mean is core's (score/create-scorers.ts);
 * here it is only known which there are.
 */
import { z } from 'zod'
import type { CheckName } from '@weir/core'

export interface WrittenScorers {
  readonly logprob?: object | undefined
  readonly logprobMinimum?: object | undefined
  readonly firstTokenMargin?: object | undefined
  readonly entropy?: object | undefined
  readonly accumulated?:
    | { readonly perToken?: boolean | undefined; readonly cut?: number | undefined }
    | undefined
  readonly statedConfidence?: object | undefined
  readonly agreement?: { readonly mode?: 'exact' | 'number' | 'choice' | 'text' | undefined } | undefined
  readonly validity?: { readonly checks: readonly { readonly check: string }[] } | undefined
  readonly selfCheck?:
    | {
        readonly model?: string | undefined
        readonly reads?: 'logprobs' | 'samples' | undefined
        readonly samples?: number | undefined
        readonly prompt?: string | undefined
      }
    | undefined
  readonly judge?:
    | {
        readonly model: string
        readonly prompt?: string | undefined
        readonly maxOutputTokens?: number | undefined
      }
    | undefined
  readonly external?:
    | { readonly url: string; readonly timeoutMs: number; readonly apiKey?: string | undefined }
    | undefined
}

/** Those that need no parser of a programming language: weir ships none. Their options are core's to check. */
const CHECKS = [
  'nonEmpty',
  'complete',
  'json',
  'jsonSchema',
  'toolCalls',
  'regex',
  'notRepeated',
  'finalNumber',
  'finalChoice',
] as const satisfies readonly CheckName[]

const plain = z.strictObject({})

export const writtenScorers: z.ZodType<WrittenScorers> = z.strictObject({
  logprob: plain.optional(),
  logprobMinimum: plain.optional(),
  firstTokenMargin: plain.optional(),
  entropy: plain.optional(),
  accumulated: z
    .strictObject({
      perToken: z.boolean().optional(),
      /** Sum of p ln p at which a streamed draft is broken off. */
      cut: z.number().lte(0).optional(),
    })
    .optional(),
  statedConfidence: plain.optional(),
  agreement: z.strictObject({ mode: z.enum(['exact', 'number', 'choice', 'text']).optional() }).optional(),
  validity: z.strictObject({ checks: z.array(z.looseObject({ check: z.enum(CHECKS) })).min(1) }).optional(),
  selfCheck: z
    .strictObject({
      model: z.string().min(1).optional(),
      reads: z.enum(['logprobs', 'samples']).optional(),
      samples: z.int().gte(1).lte(64).optional(),
      prompt: z.string().min(1).optional(),
    })
    .optional(),
  judge: z
    .strictObject({
      model: z.string().min(1),
      prompt: z.string().min(1).optional(),
      maxOutputTokens: z.int().gte(1).optional(),
    })
    .optional(),
  external: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** Default 2,000: a scorer that takes longer costs more time than most escalations. */
      timeoutMs: z.int().gte(1).lte(3_600_000).default(2_000),
      apiKey: z.string().optional(),
    })
    .optional(),
})
