/**
 * The section `metrics` of weir.yaml: whether requests are counted, and where the counts can be read.
 */
import { z } from 'zod'

export interface WrittenMetrics {
  readonly path?: string | undefined
  readonly listen?: { readonly host: string; readonly port: number } | undefined
}

export const writtenMetrics: z.ZodType<WrittenMetrics> = z.strictObject({
  /** On the port that callers use. Absent: not there; callers need not know what is spent. */
  path: z
    .string()
    .regex(/^\/[\w./-]*$/, 'a path such as /metrics')
    .optional(),
  /** A port for the page alone. Absent: none. */
  listen: z
    .strictObject({
      /** Default: this machine only. */
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 takes a free one. */
      port: z.int().gte(0).lte(65_535),
    })
    .optional(),
})
