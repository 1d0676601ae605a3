/**
 * The conversation of a chat request as Converse's: system text apart, user and assistant in turn, results of parallel calls in one user turn.
 * Marks of Anthropic's cache become cache points. Images and files go as bytes; there is no form for an address.
 */
import { isRecord, parseJson } from '@weir/core'
import { dropUndefined } from '../record/drop-undefined.ts'
import { parseDataUrl } from './data-url.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { unsupported } from './native.ts'
import { parseArguments } from './parse-arguments.ts'
import { jsonInstruction } from './refuse-shapes.ts'
import { splitTurns, thinkingOf, type Blocks } from './turns.ts'

export interface ConverseTurns {
  readonly system: readonly Json[] | undefined
  readonly turns: readonly Json[]
}

export function toConverseTurns(messages: readonly Json[], format: unknown): ConverseTurns {
  const { system, turns } = splitTurns(messages, BLOCKS)
  const instruction = jsonInstruction(format)
  if (instruction !== undefined) system.push({ text: instruction })
  if (turns.length === 0) return { system: undefined, turns: [{ role: 'user', content: system }] }
  return { system: system.length === 0 ? undefined : system, turns: turns.map((turn) => ({ ...turn })) }
}

const BLOCKS: Blocks = { system: textBlocks, user: userBlocks, assistant: assistantBlocks, tool: toolResult }

/** Blank text is refused. */
function textBlocks({ content, cache_control: cache }: Json): readonly Json[] {
  const parts: readonly Json[] = typeof content === 'string' ? [{ text: content }] : asRecords(content)
  const blocks = parts
    .filter(({ text }) => typeof text === 'string' && text.trim() !== '')
    .flatMap((part) => [{ text: part['text'] }, ...cachePoint(part['cache_control'])])
  return blocks.length === 0 ? [] : [...blocks, ...cachePoint(cache)]
}

function cachePoint(mark: unknown): readonly Json[] {
  if (!isRecord(mark)) return []
  return [{ cachePoint: { type: 'default', ...(mark['ttl'] === undefined ? {} : { ttl: mark['ttl'] }) } }]
}

function userBlocks(message: Json): readonly Json[] {
  const { content, cache_control: cache } = message
  if (typeof content === 'string') return textBlocks(message)
  const blocks = asRecords(content).flatMap((part, i) => [
    ...toBlock(part, i),
    ...cachePoint(part['cache_control']),
  ])
  return blocks.length === 0 ? [] : [...blocks, ...cachePoint(cache)]
}

function toBlock(part: Json, position: number): readonly Json[] {
  switch (part['type']) {
    case 'text':
      return asString(part['text']).trim() === '' ? [] : [{ text: part['text'] }]
    case 'image_url':
      return [toImage(asString(asRecord(part['image_url'])['url']))]
    case 'file':
      return [toDocument(asRecord(part['file']), position)]
    default:
      throw unsupported(`a part of type "${asString(part['type']).slice(0, 40)}"`)
  }
}

function toImage(url: string): Json {
  const inline = parseDataUrl(url)
  const format = inline === undefined ? undefined : /^image\/(jpeg|png|gif|webp)$/.exec(inline.mediaType)?.[1]
  if (inline === undefined || format === undefined) {
    throw unsupported(inline === undefined ? 'an image by its address' : 'an image of this type')
  }
  return { image: { format, source: { bytes: inline.data } } }
}

const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
}

/** Names may hold letters, digits, spaces, hyphens, brackets; file names with dots are refused. */
function toDocument({ file_data: data, filename }: Json, position: number): Json {
  const inline = parseDataUrl(asString(data))
  const format = inline === undefined ? undefined : DOCUMENT_FORMATS[inline.mediaType]
  if (inline === undefined || format === undefined) throw unsupported('a file without data or of this type')
  const name = asString(filename)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9\s\-()[\]]/g, '-')
  return {
    document: {
      format,
      name: name === '' ? `document-${position + 1}` : name,
      source: { bytes: inline.data },
    },
  }
}

function toolResult({
  content,
  tool_call_id: id,
  is_error: isError,
  cache_control: cache,
}: Json): readonly Json[] {
  const blocks = typeof content === 'string' ? [toResult(content)] : asRecords(content).flatMap(toBlock)
  const toolResult = dropUndefined({
    toolUseId: toToolUseId(id),
    content: blocks.length === 0 ? [{ text: '(empty)' }] : blocks,
    status: isError === true ? 'error' : undefined,
  })
  return [{ toolResult }, ...cachePoint(cache)]
}

function toResult(text: string): Json {
  try {
    const json = parseJson(text)
    if (isRecord(json)) return { json }
  } catch {
    // Not JSON: it is given as text.
  }
  return { text: text.trim() === '' ? '(empty)' : text }
}

/** Up to 64 of these characters. */
function toToolUseId(id: unknown): string {
  return asString(id)
    .replaceAll(/[^a-zA-Z0-9_-]/g, '_')
    .slice(-64)
}

function assistantBlocks(message: Json): readonly Json[] {
  const calls = asRecords(message['tool_calls']).map(({ id, function: called }) => ({
    toolUse: {
      toolUseId: toToolUseId(id),
      name: asRecord(called)['name'],
      input: parseArguments(asRecord(called)['arguments']),
    },
  }))
  const { refusal, cache_control: cache } = message
  const said = textBlocks({ content: message['content'] })
  const text = said.length === 0 && typeof refusal === 'string' ? textBlocks({ content: refusal }) : said
  return [...reasoningBlocks(message), ...text, ...calls, ...cachePoint(cache)]
}

function reasoningBlocks(message: Json): readonly Json[] {
  return thinkingOf(message, 'bedrock').map((block) =>
    block.type === 'thinking'
      ? { reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } }
      : { reasoningContent: { redactedContent: block.data } },
  )
}
