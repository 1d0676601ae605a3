/**
 * Usage: token counts that the upstream reports, whatever its API (usage-forms.ts), in a whole answer, in an event, and in a stream whose
 * bytes passed by. What they cost is metered-cost.ts.
 *
 * Where a stream says it:
 *   chat completions   the last event before [DONE], when it was asked for (stream_options.include_usage)
 *   responses          response.completed, whose event holds the whole answer and may be longer than the tail
 *   messages           the prompt in message_start, at the very beginning; the answer, and lately both, in message_delta
 *   Gemini             every event, the last one counts
 *   Bedrock            the metadata event, JSON between binary frames
 *   Ollama             the last line
 */
import { isRecord, parseJson, type Usage } from '@weir/core'
import { scanMembers, skipValue } from './json-scan.ts'
import {
  readChatUsage,
  readCohereUsage,
  readConverseUsage,
  readGeminiUsage,
  readMessagesUsage,
  readOllamaUsage,
  readPlainUsage,
  readResponsesUsage,
  readServiceTier,
  type Json,
} from './usage-forms.ts'

export { meterCostUsd } from './metered-cost.ts'

/** Bytes of a stream's tail that are searched for usage. 16 KiB: the last events are about 300 bytes each. */
export const TAIL_BYTES = 16_384
/** Bytes of a stream's beginning that are kept: message_start is about 500 bytes. */
const HEAD_BYTES = 2048
/** Lines of the tail that are looked at, from the end: usage stands in the last event or the two before it. */
const TAIL_LINES = 8

/** Usage of an answer's body or of one event, in the form of any provider; undefined when it reports none. Wrong types are passed over. */
export function readUsage(body: unknown): Usage | undefined {
  if (!isRecord(body)) return undefined
  const usage = readBody(body) ?? readWrapped(body)
  if (usage === undefined || usage.serviceTier !== undefined) return usage
  const serviceTier =
    readServiceTier(body['service_tier'] ?? body['serviceTier']) ??
    readServiceTier(isRecord(body['usage']) ? body['usage']['service_tier'] : undefined)
  return serviceTier === undefined ? usage : { ...usage, serviceTier }
}

/** Envelopes: an event that carries a response or a message, Bedrock's metadata, Groq's streams. */
const WRAPPERS: readonly string[] = ['response', 'message', 'metadata', 'delta', 'x_groq']

function readWrapped(body: Json): Usage | undefined {
  for (const name of WRAPPERS) {
    const inner = body[name]
    if (!isRecord(inner)) continue
    const usage = name === 'delta' ? readBody(inner) : readUsage(inner)
    if (usage !== undefined) return usage
  }
  return undefined
}

function readBody(body: Json): Usage | undefined {
  const { usage, usageMetadata, meta } = body
  if (isRecord(usage)) return readUsageObject(usage, body)
  if (isRecord(usageMetadata)) return readGeminiUsage(usageMetadata)
  if (isRecord(meta)) return readCohereUsage(meta)
  const metrics = body['amazon-bedrock-invocationMetrics']
  if (isRecord(metrics)) return readConverseUsage(metrics)
  return 'eval_count' in body || 'prompt_eval_count' in body ? readOllamaUsage(body) : readPlainUsage(body)
}

/** The same member, `usage`, has another form with each API; its own names say which. */
function readUsageObject(usage: Json, body: Json): Usage | undefined {
  if ('prompt_tokens' in usage || 'completion_tokens' in usage) return readChatUsage(usage)
  if ('input_tokens' in usage || 'output_tokens' in usage) {
    return isMessages(usage, body) ? readMessagesUsage(usage) : readResponsesUsage(usage)
  }
  if ('inputTokens' in usage || 'outputTokens' in usage) return readConverseUsage(usage)
  if ('billed_units' in usage || 'tokens' in usage) return readCohereUsage(usage)
  // Voyage and others that embed say only a total.
  return readChatUsage({ prompt_tokens: usage['total_tokens'], total_tokens: usage['total_tokens'] })
}

function isMessages(usage: Json, body: Json): boolean {
  return (
    'cache_read_input_tokens' in usage ||
    'cache_creation_input_tokens' in usage ||
    'cache_creation' in usage ||
    body['type'] === 'message' ||
    body['type'] === 'message_delta'
  )
}

/**
 * Usage in the last bytes of a stream; undefined when none is there. The first line may be cut. `head`: its first bytes, for the dialect
 * that counts the prompt there.
 */
export function readUsageFromTail(tail: string, head = ''): Usage | undefined {
  const found = readLines(tail) ?? readFragment(tail)
  if (found?.inputTokens !== undefined || !head.includes('"message_start"')) return found
  const start = readStart(head)
  return start === undefined ? found : { ...start, ...found }
}

function readLines(tail: string): Usage | undefined {
  const lines = tail.split('\n')
  let seen = 0
  for (let index = lines.length - 1; index >= 0 && seen < TAIL_LINES; index -= 1) {
    const line = lines[index]?.trim() ?? ''
    const json = line.startsWith('data:') ? line.slice(5) : line.startsWith('{') ? line : undefined
    if (json === undefined) continue
    seen += 1
    if (!MENTIONS.test(json)) continue
    const usage = readUsage(parseLoosely(json))
    if (usage !== undefined) return usage
  }
  return undefined
}

const MENTIONS = /"usage(?:Metadata)?"|"eval_count"|Tokens?Count"/

/** The prompt of a messages stream. A stream that broke off before its end has it all the same. */
function readStart(head: string): Usage | undefined {
  for (const line of head.split('\n')) {
    if (line.startsWith('data:') && line.includes('"message_start"'))
      return readUsage(parseLoosely(line.slice(5)))
  }
  return undefined
}

/** The last `"usage": {…}` of an event that is too long for the tail, or that stands between binary frames. */
function readFragment(tail: string): Usage | undefined {
  const key = tail.lastIndexOf('"usage":')
  // Inside a text the quote would be escaped.
  if (key < 0 || tail[key - 1] === '\\') return undefined
  const bytes = Buffer.from(tail.slice(key + '"usage":'.length).trimStart())
  if (bytes[0] !== OPEN_BRACE) return undefined
  const end = skipValue(bytes, 0)
  return end < 0 ? undefined : readUsage({ usage: parseLoosely(bytes.toString('utf8', 0, end)) })
}

const OPEN_BRACE = 0x7b

/** Members that hold the text of an answer, in the forms of all providers: nothing that is billed stands in them. */
const TEXTS: readonly Buffer[] = ['choices', 'content', 'output', 'candidates', 'data', 'embeddings'].map(
  (name) => Buffer.from(`"${name}"`),
)

/** A whole answer without its text, so that only what is short has to be parsed. `body` is one JSON object from brace to brace. */
export function withoutText(body: Buffer): string {
  let text = ''
  for (const { keyStart, keyEnd, valueEnd } of scanMembers(body, body.indexOf(OPEN_BRACE))) {
    if (TEXTS.some((name) => body.compare(name, 0, name.length, keyStart, keyEnd) === 0)) continue
    text += `${text === '' ? '{' : ','}${body.toString('latin1', keyStart, valueEnd)}`
  }
  return text === '' ? '{}' : `${text}}`
}

/** Undefined when it is not JSON: what an upstream sends is read leniently. */
export function parseLoosely(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * Remembers the last bytes of a stream, at least TAIL_BYTES of them when there are as many, by reference: no byte is copied until
 * the end. Two generations of chunks bound the memory at twice that, whatever the size of the chunks. The first bytes are kept as well.
 */
export class Tail {
  readonly #head: Buffer[] = []
  #headBytes = 0
  /** All that passed, bytes. */
  bytes = 0
  #older: Buffer[] = []
  #newer: Buffer[] = []
  #newerBytes = 0

  push(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.#headBytes < HEAD_BYTES) {
      this.#head.push(chunk)
      this.#headBytes += chunk.length
    }
    this.#newer.push(chunk)
    this.#newerBytes += chunk.length
    if (this.#newerBytes < TAIL_BYTES) return
    this.#older = this.#newer
    this.#newer = []
    this.#newerBytes = 0
  }

  /** What the stream said that it used. */
  usage(): Usage | undefined {
    return readUsageFromTail(this.toString(), Buffer.concat(this.#head).toString('utf8'))
  }

  /** At least the last `bytes`, when there are as many, and little more: for what stands at the very end. */
  ending(bytes: number): string {
    const last: Buffer[] = []
    let held = 0
    for (const chunks of [this.#newer, this.#older]) {
      for (let at = chunks.length - 1; at >= 0 && held < bytes; at -= 1) {
        const chunk = chunks[at]
        if (chunk === undefined) continue
        last.push(chunk)
        held += chunk.length
      }
    }
    return Buffer.concat(last.reverse()).toString('latin1')
  }

  toString(): string {
    return Buffer.concat([...this.#older, ...this.#newer]).toString('utf8')
  }
}
