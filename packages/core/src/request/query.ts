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
 * The query of an OpenAI chat completions body. Checks only what weir reads.
 * Throws `request.body` naming the field when `messages` is missing or has the wrong form.
 */
export function parseChatBody(body: unknown): Query {
  if (!isRecord(body)) throw new WeirError('request.body', 'the body must be a JSON object')
  const messages = body['messages']
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new WeirError('request.body', 'messages must be a non-empty array; add at least one message')
  }
  let images = 0
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
    return { role, text: content.text }
  })
  const tools = Array.isArray(body['tools']) ? body['tools'].length : 0
  return { turns, tools, images, wantsJson: asksForJson(body['response_format']) }
}

function asksForJson(format: unknown): boolean {
  return isRecord(format) && (format['type'] === 'json_object' || format['type'] === 'json_schema')
}

/** Text of string content or of content parts, in order; image parts are counted. Unknown parts are passed over. */
function readContent(content: unknown): { readonly text: string; readonly images: number } {
  if (typeof content === 'string') return { text: content, images: 0 }
  if (!Array.isArray(content)) return { text: '', images: 0 }
  const texts: string[] = []
  let images = 0
  for (const part of content) {
    if (!isRecord(part)) continue
    if (typeof part['text'] === 'string') texts.push(part['text'])
    else if (part['type'] === 'image_url' || part['type'] === 'image') images += 1
  }
  return { text: texts.join('\n'), images }
}
