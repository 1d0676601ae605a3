/**
 * Send body: a whole body to its caller, as one, as the stream that was asked for, or as events behind keep-alives; in the caller's dialect.
 */
import { explain } from './explain.ts'
import type { Exchange, LiveServed } from './exchange.ts'
import { spliceMember } from './rewrite.ts'
import { outcomeComment } from './tell-decision.ts'
import { toRefusal, toStreamText, toWhole } from './translate.ts'

interface Body {
  readonly served: LiveServed
  readonly now: () => Date
  readonly overheadMs: number
  readonly body: Buffer
  readonly status: number
  readonly headers: string[]
  /** True when weir made the body or chose among several: a caller who asked for a stream gets one made of it. */
  readonly isMade: boolean
  /** True when it is no completion but an error of the upstream. */
  readonly isOther?: boolean
  /** True when the body is in the caller's dialect already. Default false: it is chat's. */
  readonly isRaw?: boolean
}

export function sendBody(exchange: Exchange, parts: Body): void {
  const { response, keepAlive } = exchange
  const { served, body, now, headers } = parts
  if (keepAlive?.stop() === true) {
    response.end(outcomeComment(exchange, served) + toEvents(exchange, parts))
    return
  }
  if (isToBeStreamed(exchange, parts)) {
    const text = Buffer.from(toStreamText(exchange, body, now()))
    response.writeHead(parts.status, [
      ...withoutType(headers),
      'content-type',
      'text/event-stream; charset=utf-8',
    ])
    response.end(text)
    return
  }
  const { whole, status } = toOne(exchange, parts)
  headers.push('content-length', String(whole.length))
  response.writeHead(status, headers)
  response.end(whole)
}

/** Also what an upstream sent whole although a stream was asked for, where it has to be translated anyway. */
function isToBeStreamed({ request }: Exchange, { isMade, isOther = false, isRaw = false }: Body): boolean {
  return request.wantsStream && !isOther && (isMade || (!isRaw && request.dialect.translation !== undefined))
}

interface One {
  readonly whole: Buffer
  readonly status: number
}

/** The body in the caller's dialect. */
function toOne(exchange: Exchange, parts: Body): One {
  const { id, request } = exchange
  const { served, overheadMs, body, status, now, isOther = false, isRaw = false } = parts
  if (isOther) {
    if (isRaw) return { whole: body, status }
    const own = request.dialect.statusOf(status)
    return { whole: toRefusal(exchange, body, own), status: own }
  }
  const own = isRaw ? body : toWhole(exchange, body, now())
  const isExplained = request.wantsExplanation
  return { whole: isExplained ? spliceMember(own, 'weir', explain({ id, served, overheadMs })) : own, status }
}

/** Behind keep-alives everything is an event. */
function toEvents(exchange: Exchange, { body, status, now, isOther = false }: Body): string {
  if (!isOther) return toStreamText(exchange, body, now())
  const { dialect } = exchange.request
  return dialect.toErrorEvent(toRefusal(exchange, body, dialect.statusOf(status)).toString('utf8'))
}

function withoutType(headers: readonly string[]): string[] {
  return headers.filter((_, i) => headers[i - (i % 2)] !== 'content-type')
}
