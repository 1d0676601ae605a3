/** The section `record` of weir.yaml. Absent: nothing is recorded. */
import { z } from 'zod'
import { DEFAULT_SPOOL_BYTES } from '../record/store.ts'

export interface WrittenRecord {
  readonly path: string
  readonly storeText: boolean
  readonly spoolBytes: number
  readonly retention?:
    | { readonly days?: number | undefined; readonly maxBytes?: number | undefined }
    | undefined
  readonly redact?:
    | {
        readonly emails: boolean
        readonly keys: boolean
        readonly phones: boolean
        readonly patterns: readonly string[]
      }
    | undefined
}

export const writtenRecord: z.ZodType<WrittenRecord> = z.strictObject({
  path: z.string().min(1),
  /** Keep messages and answers. Default false: prompts are private until somebody decides otherwise. */
  storeText: z.boolean().default(false),
  /** Largest size of the file that takes rows while the store cannot. */
  spoolBytes: z.int().gte(65_536).default(DEFAULT_SPOOL_BYTES),
  /** Absent: rows are kept for ever. */
  retention: z
    .strictObject({
      days: z.number().gt(0).lte(36_500).optional(),
      maxBytes: z.int().gte(1_048_576).optional(),
    })
    .optional(),
  /** Absent: texts are stored as they are. Present: the built-in patterns are on unless turned off. */
  redact: z
    .strictObject({
      emails: z.boolean().default(true),
      keys: z.boolean().default(true),
      /** Default false: a form that many other numbers have. */
      phones: z.boolean().default(false),
      patterns: z
        .array(z.string().min(1).max(500).refine(isPattern, 'is no regular expression (JavaScript, flag u)'))
        .max(32)
        .default([]),
    })
    .optional(),
})

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== ''
  } catch {
    return false
  }
}
