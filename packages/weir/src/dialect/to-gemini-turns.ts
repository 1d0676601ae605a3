/**
 * The conversation of a chat request as Gemini's contents: system text apart, roles `user` and `model`, results of tools by the name of the
 * function. Signatures that Google made go back with the part they came with; a call of another provider gets the word that Google
 * documents for it, since newer models refuse a call without one.
 */
import { isRecord, parseJson } from '@weir/core'
import { parseDataUrl } from './data-url.ts'
import { asRecord, asRecords, asString, readThinkingBlocks, type Json } from './hub.ts'
import { unsupported } from './native.ts'
import { parseArguments } from './parse-arguments.ts'
import { splitTurns, type Turn } from './turns.ts'

/** Documented for calls whose signature is not there: ai.google.dev/gemini-api/docs/thought-signatures. */
const NO_SIGNATURE = 'skip_thought_signature_validator'

export interface Contents {
  readonly system: readonly Json[] | undefined
  readonly contents: readonly Json[]
}

export function toContents(messages: readonly Json[], isOlder: boolean): Contents {
  const names = namesOf(messages)
  const { system, turns } = splitTurns(messages, {
    system: ({ content }) => textParts(content),
    user: ({ content }) => userParts(content),
    assistant: (message) => modelParts(message, isOlder),
    tool: (message) => resultParts(message, { names, isOlder }),
  })
  const contents = turns.map(toContent)
  if (contents.length === 0) return { system: undefined, contents: [{ role: 'user', parts: system }] }
  return { system: system.length === 0 ? undefined : system, contents }
}

function toContent({ role, content: parts }: Turn): Json {
  return { role: role === 'assistant' ? 'model' : role, parts }
}

/** Names of called functions by the ids of their calls. */
function namesOf(messages: readonly Json[]): ReadonlyMap<unknown, string> {
  const calls = messages.flatMap((message) => asRecords(message['tool_calls']))
  return new Map(calls.map(({ id, function: called }) => [id, asString(asRecord(called)['name'])]))
}

function textParts(content: unknown): readonly Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  return asRecords(content)
    .filter(({ text }) => typeof text === 'string' && text !== '')
    .map(({ text }) => ({ text }))
}

function userParts(content: unknown): readonly Json[] {
  return typeof content === 'string' ? textParts(content) : asRecords(content).flatMap(toPart)
}

function toPart(part: Json): readonly Json[] {
  switch (part['type']) {
    case 'text':
      return part['text'] === '' ? [] : [{ text: part['text'] }]
    case 'image_url':
      return [toMedia(asString(asRecord(part['image_url'])['url']))]
    case 'file':
      return [toFile(asRecord(part['file']))]
    default:
      throw unsupported(`a part of type "${asString(part['type']).slice(0, 40)}"`)
  }
}

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
}

/** A URL is handed on; whether the API fetches it depends on its host. */
function toMedia(url: string): Json {
  const inline = parseDataUrl(url)
  if (inline !== undefined) return { inlineData: { mimeType: inline.mediaType, data: inline.data } }
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? ''
  return { fileData: { mimeType: IMAGE_TYPES[ending] ?? 'image/jpeg', fileUri: url } }
}

function toFile({ file_data: data, file_id: id }: Json): Json {
  const inline = parseDataUrl(asString(data))
  if (inline === undefined) throw unsupported(id === undefined ? 'a file without data' : 'a file by its id')
  return { inlineData: { mimeType: inline.mediaType, data: inline.data } }
}

function modelParts(message: Json, isOlder: boolean): readonly Json[] {
  const { content, refusal } = message
  const signed = readThinkingBlocks(message).findLast(
    (block) => block.provider === 'google' && block.type === 'thinking' && block.signature !== '',
  )
  const said = textParts(content)
  const text = said.length === 0 && typeof refusal === 'string' ? textParts(refusal) : said
  return [
    ...signLast(text, signed?.type === 'thinking' ? signed.signature : ''),
    ...callParts(message, isOlder),
  ]
}

function signLast(parts: readonly Json[], signature: string): readonly Json[] {
  const last = parts.at(-1)
  if (signature === '' || last === undefined) return parts
  return [...parts.slice(0, -1), { ...last, thoughtSignature: signature }]
}

/** Of parallel calls only the first has a signature. */
function callParts(message: Json, isOlder: boolean): readonly Json[] {
  const calls = asRecords(message['tool_calls'])
  const signatures = calls.map((call) =>
    asString(asRecord(asRecord(call['extra_content'])['google'])['thought_signature']),
  )
  const isUnsigned = !isOlder && signatures.every((one) => one === '')
  return calls.map(({ id, function: called }, i) => {
    const { name, arguments: text } = asRecord(called)
    const signature = signatures[i] !== '' ? signatures[i] : isUnsigned && i === 0 ? NO_SIGNATURE : undefined
    const functionCall = { ...(typeof id === 'string' ? { id } : {}), name, args: parseArguments(text) }
    return signature === undefined ? { functionCall } : { functionCall, thoughtSignature: signature }
  })
}

interface ResultNeeds {
  readonly names: ReadonlyMap<unknown, string>
  readonly isOlder: boolean
}

/** Images stand inside the result, or behind it where the generation takes none there. */
function resultParts(message: Json, { names, isOlder }: ResultNeeds): readonly Json[] {
  const { content, tool_call_id: id, is_error: isError, name } = message
  const parts = typeof content === 'string' ? [] : asRecords(content).flatMap(toPart)
  const text = typeof content === 'string' ? content : parts.map((part) => asString(part['text'])).join('\n')
  const media = parts.filter((part) => part['text'] === undefined)
  const functionResponse = {
    ...(typeof id === 'string' ? { id } : {}),
    name: names.get(id) ?? (asString(name) || 'unknown_function'),
    response: toResponse(text, isError === true),
    ...(media.length > 0 && !isOlder ? { parts: media } : {}),
  }
  return isOlder ? [{ functionResponse }, ...media] : [{ functionResponse }]
}

/** The API takes an object. */
function toResponse(text: string, isError: boolean): Json {
  if (isError) return { error: text }
  try {
    const json = parseJson(text)
    return isRecord(json) ? json : { result: json }
  } catch {
    return { result: text }
  }
}
