/**
 * Body keys: refuses a body that two parsers could read differently. JSON allows a key twice; some parsers take the first, some the last, and
 * Go's takes `Model` for `model`. What is decided, limited and paid for would then not be what the upstream does.
 *
 * Looked at, in one pass over the bytes: the body, the objects in its members, the items of its arrays (messages, tools) and the items of
 * theirs (parts of a message). A key may stand there once. In the body and in items also its spellings in other case count as the same, and
 * a key that weir reads must be spelt as weir reads it. Deeper down (arguments, schemas, metadata of metadata) nothing is read.
 */
import { parseJson, WeirError } from '@weir/core'
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from '../upstream/json-scan.ts'

/** Where an object stands. A number, because it is also its place in the scratch space. */
const BODY = 0
const MEMBER = 1
const ITEM = 2
const PART = 3
type Level = typeof BODY | typeof MEMBER | typeof ITEM | typeof PART

/** Members of a body that say what is done, what it may cost, and how it is answered, in any dialect. */
const READ_IN_BODY: ReadonlySet<string> = new Set(
  (
    'model weir messages input system prompt instructions contents stream stream_options n max_tokens max_completion_tokens ' +
    'max_output_tokens tools tool_choice response_format text thinking reasoning reasoning_effort service_tier store ' +
    'previous_response_id logprobs top_logprobs user'
  ).split(' '),
)
/** Members of messages and their parts that are read. */
const READ_IN_ITEMS: ReadonlySet<string> = new Set(
  'role content type text image_url source tool_calls tool_call_id tool_use_id arguments output'.split(' '),
)

/** Keys of one object that are compared by hash. A body with more keys than this is no chat request, but must not cost the square. */
const FEW_KEYS = 64
/** Of the objects being walked, one per level: hash, start and end of each key. */
const scratch = new Int32Array(4 * FEW_KEYS * 3)

/** `bytes` is an object that JSON.parse has accepted. Throws `request.body`. */
export function checkKeys(bytes: Buffer): void {
  new KeyCheck(bytes).walkObject(bytes.indexOf(OPEN_BRACE), BODY)
}

/** A class so that the bytes and the key at hand need not be handed on for each key of each request. */
class KeyCheck {
  readonly #bytes: Buffer
  /** Place of the key at hand, its quotes included. */
  #start = 0
  #end = 0
  #hash = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Returns the place behind the closing brace. */
  walkObject(open: number, level: Level): number {
    const bytes = this.#bytes
    let count = 0
    let many: Set<string> | undefined
    let at = skipSpace(bytes, open + 1)
    while (bytes[at] === QUOTE) {
      const end = skipString(bytes, at)
      this.#start = at
      this.#end = end
      if (this.#hashKey()) this.#checkSpelling(level)
      if (count < FEW_KEYS) this.#add(level, count)
      else many = this.#addToMany(level, many)
      count += 1
      const next = skipSpace(bytes, this.#walkValue(skipSpace(bytes, skipSpace(bytes, end) + 1), level))
      at = bytes[next] === COMMA ? skipSpace(bytes, next + 1) : next
    }
    return at + 1
  }

  #walkValue(start: number, level: Level): number {
    const byte = this.#bytes[start]
    if (level === BODY && byte === OPEN_BRACE) return this.walkObject(start, MEMBER)
    if (byte === OPEN_BRACKET && (level === BODY || level === ITEM)) {
      return this.#walkItems(start, level === BODY ? ITEM : PART)
    }
    return skipValue(this.#bytes, start)
  }

  /** Returns the place behind the closing bracket. */
  #walkItems(open: number, level: Level): number {
    const bytes = this.#bytes
    let at = skipSpace(bytes, open + 1)
    while (at < bytes.length && bytes[at] !== CLOSE_BRACKET) {
      const end = bytes[at] === OPEN_BRACE ? this.walkObject(at, level) : skipItem(bytes, at)
      const next = skipSpace(bytes, end)
      at = bytes[next] === COMMA ? skipSpace(bytes, next + 1) : next
    }
    return at + 1
  }

  /** FNV-1a of the folded key. Returns true when it is odd: a capital letter, an escape or a character beyond ASCII is in it. */
  #hashKey(): boolean {
    const bytes = this.#bytes
    const end = this.#end - 1
    let hash = FNV_OFFSET
    for (let at = this.#start + 1; at < end; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === BACKSLASH || byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a)) {
        this.#hash = hashText(fold(this.#read(this.#start, this.#end)))
        return true
      }
      hash = Math.imul(hash ^ byte, FNV_PRIME)
    }
    this.#hash = hash
    return false
  }

  #read(start: number, end: number): string {
    return String(parseJson(this.#bytes.toString('utf8', start, end)))
  }

  /** As it counts at this level. */
  #readAs(level: Level, start: number, end: number): string {
    const text = this.#read(start, end)
    return level === MEMBER ? text : fold(text)
  }

  /** `count`: keys before this one in its object. */
  #add(level: Level, count: number): void {
    const base = level * FEW_KEYS * 3
    const to = base + count * 3
    for (let at = base; at < to; at += 3) {
      if (scratch[at] !== this.#hash) continue
      const other = this.#readAs(level, scratch[at + 1] ?? 0, scratch[at + 2] ?? 0)
      if (other === this.#readAs(level, this.#start, this.#end)) throw twice(this.#start)
    }
    scratch[to] = this.#hash
    scratch[to + 1] = this.#start
    scratch[to + 2] = this.#end
  }

  #addToMany(level: Level, known: Set<string> | undefined): Set<string> {
    const many = known ?? new Set<string>()
    if (known === undefined) {
      const base = level * FEW_KEYS * 3
      for (let at = base; at < base + FEW_KEYS * 3; at += 3) {
        many.add(this.#readAs(level, scratch[at + 1] ?? 0, scratch[at + 2] ?? 0))
      }
    }
    const text = this.#readAs(level, this.#start, this.#end)
    if (many.has(text)) throw twice(this.#start)
    return many.add(text)
  }

  /** A key that weir reads, spelt so that weir would pass over it and another parser would not. */
  #checkSpelling(level: Level): void {
    if (level === MEMBER) return
    const text = this.#read(this.#start, this.#end)
    const folded = fold(text)
    if (text === folded || !(level === BODY ? READ_IN_BODY : READ_IN_ITEMS).has(folded)) return
    throw new WeirError(
      'request.body',
      `the body has a key that differs from "${folded}" only in case; write "${folded}"`,
    )
  }
}

const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

/** As `#hashKey` for ASCII text, so that a key behind an escape meets the plain one. */
function hashText(text: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** Through upper case: the long s and the Kelvin sign are an s and a k to a parser that folds. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase()
}

/** A bare number or word ends at a bracket too, which `skipValue` does not look for: it is made for members of objects. */
function skipItem(bytes: Buffer, start: number): number {
  const byte = bytes[start]
  if (byte === QUOTE || byte === OPEN_BRACKET) return skipValue(bytes, start)
  let at = start
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== CLOSE_BRACKET) at += 1
  return at
}

/** The key is not quoted in the message: it may be a piece of the prompt. */
function twice(at: number): WeirError {
  return new WeirError(
    'request.body',
    `the body has a key twice in one object, or in two spellings of case (byte ${at}); write each key once`,
  )
}
