/**
 * Usage: token counts that the upstream reports, and their price.
 *
 *   costUsd = inputTokens * inputUsdPerMTok / 10^6 + outputTokens * outputUsdPerMTok / 10^6
 *
 * A streamed answer reports usage in its last event before [DONE], and only when the caller asked for it
 * (stream_options.include_usage). Weir does not ask on the caller's behalf: that would change the bytes of the answer.
 */
import { isRecord, parseJson, type Candidate, type Usage } from '@weir/core'

/** Bytes of a stream's tail that are searched for usage. 16 KiB: the last events are about 300 bytes each. */
export const TAIL_BYTES = 16_384
/** Lines of the tail that are looked at, from the end: usage stands in the last event or the two before it. */
const TAIL_LINES = 8

/** Usage of a chat completion or of one of its chunks; undefined when it reports none. Wrong types are passed over. */
export function readUsage(body: unknown): Usage | undefined {
  const usage = isRecord(body) ? body['usage'] : undefined
  if (!isRecord(usage)) return undefined
  const inputTokens = readCount(usage['prompt_tokens'])
  const outputTokens = readCount(usage['completion_tokens'])
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  }
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Usage in the last bytes of an event stream; undefined when none is there. The first line may be cut. */
export function readUsageFromTail(tail: string): Usage | undefined {
  const lines = tail.split('\n')
  let seen = 0
  for (let index = lines.length - 1; index >= 0 && seen < TAIL_LINES; index -= 1) {
    const line = lines[index]?.trim() ?? ''
    if (!line.startsWith('data:')) continue
    seen += 1
    if (!line.includes('"usage"')) continue
    const usage = readUsage(parseLoosely(line.slice(5)))
    if (usage !== undefined) return usage
  }
  return undefined
}

/** Undefined when it is not JSON: what an upstream sends is read leniently. */
export function parseLoosely(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Metered cost; undefined when a price or a count is unknown: unknown is not free. */
export function meterCostUsd(candidate: Candidate, usage: Usage | undefined): number | undefined {
  const { inputUsdPerMTok, outputUsdPerMTok } = candidate
  const { inputTokens, outputTokens } = usage ?? {}
  if (inputUsdPerMTok === undefined || outputUsdPerMTok === undefined) return undefined
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  return (inputTokens * inputUsdPerMTok + outputTokens * outputUsdPerMTok) / 1e6
}

/**
 * Remembers the last bytes of a stream, at least TAIL_BYTES of them when there are as many, by reference: no byte is copied until
 * the end. Two generations of chunks bound the memory at twice that, whatever the size of the chunks.
 */
export class Tail {
  #older: Buffer[] = []
  #newer: Buffer[] = []
  #newerBytes = 0

  push(chunk: Buffer): void {
    this.#newer.push(chunk)
    this.#newerBytes += chunk.length
    if (this.#newerBytes < TAIL_BYTES) return
    this.#older = this.#newer
    this.#newer = []
    this.#newerBytes = 0
  }

  toString(): string {
    return Buffer.concat([...this.#older, ...this.#newer]).toString('utf8')
  }
}
