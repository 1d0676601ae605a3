/**
 * Trace context: the W3C header `traceparent`, read strictly and written. One that is not as the recommendation says is ignored, together with
 * its `tracestate`: the request then begins a trace of its own.
 *
 * Source: W3C Trace Context, sections 3.2 and 4.
 */

export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string
  /** 16 of them, likewise. */
  readonly spanId: string
  readonly flags: number
}

/** Later versions may have more behind the flags; ours may not. */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const ONLY_ZEROS = /^0+$/

/** Undefined when the header is absent, there twice, or malformed. */
export function parseTraceParent(header: string | string[] | undefined): TraceParent | undefined {
  if (typeof header !== 'string') return undefined
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(header) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}

export function formatTraceParent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${(flags & 0xff).toString(16).padStart(2, '0')}`
}
