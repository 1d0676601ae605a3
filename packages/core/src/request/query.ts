/**
 * Turns what arrives (a prompt, an outcome row, an OpenAI chat body) into a Query. Unknown fields are left alone: the
 * gateway forwards the caller's bytes, so a Query only carries what estimators and the pool read.
 */
import { WeirError } from '../contract/errors.ts'
import { isRecord } from '../contract/json.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Query, Role, Turn } from '../contract/query.ts'

/** A map, not an object: a role may be called "constructor". */
const ROLES: ReadonlyMap<unknown, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** A query of one user turn. */
export function queryFromPrompt(prompt: string): Query {
  return { turns: [{ role: 'user', text: prompt }], tools: 0, images: 0, wantsJson: false }
}

/** The query of a recorded row; undefined when the row holds no text (recorded without opting in). */
export function queryFromOutcome(row: Outcome): Query | undefined {
  if (row.messages !== undefined) return parseChatBody({ messages: row.messages })
  return row.prompt === undefined ? undefined : queryFromPrompt(row.prompt)
}

/**
 * The query of an OpenAI chat completions body. Checks only what weir reads. `sizeBytes`: UTF-8 bytes of the body as written, where known.
 * Throws `request.body` naming the field when `messages` is missing or has the wrong form.
 */
export function parseChatBody(body: unknown, sizeBytes?: number): Query {
  if (!isRecord(body)) throw new WeirError('request.body', 'the body must be a JSON object')
  const messages = body['messages']
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new WeirError('request.body', 'messages must be a non-empty array; add at least one message')
  }
  let images = 0
  let inlineBytes = 0
  const turns = messages.map((message: unknown, index): Turn => {
    if (!isRecord(message)) throw new WeirError('request.body', `messages[${index}] must be an object`)
    const role = ROLES.get(message['role'])
    if (role === undefined) {
      throw new WeirError(
        'request.body',
        `messages[${index}].role must be one of ${[...ROLES.keys()].join(', ')}`,
      )
    }
    const content = readContent(message['content'])
    images += content.images
    inlineBytes += content.inlineBytes
    return { role, text: content.text }
  })
  const tools = Array.isArray(body['tools']) ? body['tools'].length : 0
  const limit = body['max_completion_tokens'] ?? body['max_tokens']
  const format = body['response_format']
  return {
    turns,
    tools,
    images,
    wantsJson: asksForJson(format),
    ...(isRecord(format) && format['type'] === 'json_schema' ? WANTS_SCHEMA : {}),
    ...(sizeBytes === undefined ? {} : { bytes: Math.max(0, sizeBytes - inlineBytes) }),
    ...(typeof limit === 'number' && limit > 0 ? { maxOutputTokens: limit } : {}),
  }
}

const WANTS_SCHEMA = { wantsSchema: true } as const

function asksForJson(format: unknown): boolean {
  return isRecord(format) && (format['type'] === 'json_object' || format['type'] === 'json_schema')
}

interface Content {
  readonly text: string
  readonly images: number
  /** Length of inline images, files and sound, as written. */
  readonly inlineBytes: number
}

/** Text of string content or of content parts, in order; image parts are counted. Unknown parts are passed over. */
function readContent(content: unknown): Content {
  if (typeof content === 'string') return { text: content, images: 0, inlineBytes: 0 }
  if (!Array.isArray(content)) return { text: '', images: 0, inlineBytes: 0 }
  const texts: string[] = []
  let images = 0
  let inlineBytes = 0
  for (const part of content) {
    if (!isRecord(part)) continue
    if (typeof part['text'] === 'string') texts.push(part['text'])
    else {
      if (part['type'] === 'image_url' || part['type'] === 'image') images += 1
      inlineBytes += inlineBytesOf(part)
    }
  }
  return { text: texts.join('\n'), images, inlineBytes }
}

/** Base64 is not read as text; an address is, and is short. */
function inlineBytesOf({
  image_url: image,
  file,
  input_audio: audio,
}: Readonly<Record<string, unknown>>): number {
  const [url, data, sound] = [read(image, 'url'), read(file, 'file_data'), read(audio, 'data')]
  return (url.startsWith('data:') ? url.length : 0) + data.length + sound.length
}

function read(value: unknown, key: string): string {
  const found = isRecord(value) ? value[key] : undefined
  return typeof found === 'string' ? found : ''
}
