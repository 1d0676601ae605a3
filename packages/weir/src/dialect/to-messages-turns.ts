/**
 * The conversation of a chat request as Anthropic's: system text apart, user and assistant in turn. Results of parallel tool calls
 * stand in one user turn, before anything else that the user says: the API refuses them otherwise. Thinking that Anthropic signed goes back as
 * it came; that of other providers stays here.
 */
import { isRecord } from '@weir/core'
import { dropUndefined } from '../record/drop-undefined.ts'
import { parseDataUrl } from './data-url.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { unsupported } from './native.ts'
import { parseArguments } from './parse-arguments.ts'
import { jsonInstruction } from './refuse-shapes.ts'
import { splitTurns, thinkingOf, type Blocks, type Turn } from './turns.ts'

export interface Turns {
  /** Text when it is one piece without marks; else blocks. Undefined without any. */
  readonly system: string | readonly Json[] | undefined
  readonly turns: readonly Json[]
}

export function toTurns(messages: readonly Json[], format: unknown): Turns {
  const { system, turns } = splitTurns(messages, BLOCKS)
  const instruction = jsonInstruction(format)
  if (instruction !== undefined) system.push({ type: 'text', text: instruction })
  trimLast(turns)
  if (turns.length === 0) return { system: undefined, turns: [{ role: 'user', content: system }] }
  return { system: toSystem(system), turns: turns.map(toMessage) }
}

const BLOCKS: Blocks = {
  system: textBlocks,
  user: userBlocks,
  assistant: assistantBlocks,
  tool: (message) => [toolResult(message)],
}

function toMessage({ role, content }: Turn): Json {
  const [only] = content
  const isPlain = content.length === 1 && only?.['type'] === 'text' && only['cache_control'] === undefined
  return { role, content: isPlain ? only['text'] : content }
}

function toSystem(blocks: readonly Json[]): Turns['system'] {
  if (blocks.length === 0) return undefined
  const [only] = blocks
  if (blocks.length === 1 && only !== undefined && only['cache_control'] === undefined)
    return asString(only['text'])
  return blocks
}

/** An answer that is to be continued must not end with white space. */
function trimLast(turns: readonly Turn[]): void {
  const last = turns.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== 'assistant' || block?.['type'] !== 'text') return
  const text = asString(block['text']).trimEnd()
  if (text === '') last.content.pop()
  else last.content[last.content.length - 1] = { ...block, text }
}

/** Empty text is refused by the API, and says nothing. */
function textBlocks(message: Json): readonly Json[] {
  const { content, cache_control: cache } = message
  const parts: readonly Json[] =
    typeof content === 'string' ? [{ type: 'text', text: content }] : asRecords(content)
  const blocks = parts
    .filter(({ text }) => typeof text === 'string' && text !== '')
    .map((part) => dropUndefined({ type: 'text', text: part['text'], cache_control: part['cache_control'] }))
  return marked(blocks, cache)
}

/** A mark on a message stands for one on its last block. */
function marked(blocks: readonly Json[], cache: unknown): readonly Json[] {
  const last = blocks.at(-1)
  if (!isRecord(cache) || last === undefined || last['cache_control'] !== undefined) return blocks
  return [...blocks.slice(0, -1), { ...last, cache_control: cache }]
}

function userBlocks(message: Json): readonly Json[] {
  const { content, cache_control: cache } = message
  if (typeof content === 'string') return textBlocks(message)
  return marked(asRecords(content).flatMap(toBlock), cache)
}

function toBlock(part: Json): readonly Json[] {
  const cache = part['cache_control']
  const mark = isRecord(cache) ? { cache_control: cache } : {}
  switch (part['type']) {
    case 'text':
      return part['text'] === '' ? [] : [{ type: 'text', text: part['text'], ...mark }]
    case 'image_url':
      return [{ type: 'image', source: toSource(asString(asRecord(part['image_url'])['url'])), ...mark }]
    case 'file':
      return [{ ...toDocument(asRecord(part['file'])), ...mark }]
    default:
      throw unsupported(`a part of type "${asString(part['type']).slice(0, 40)}"`)
  }
}

function toSource(url: string): Json {
  const inline = parseDataUrl(url)
  if (inline === undefined) return { type: 'url', url }
  return { type: 'base64', media_type: inline.mediaType, data: inline.data }
}

function toDocument({ file_data: data, filename, file_id: id }: Json): Json {
  const inline = parseDataUrl(asString(data))
  if (inline === undefined) throw unsupported(id === undefined ? 'a file without data' : 'a file by its id')
  const title = typeof filename === 'string' ? { title: filename } : {}
  if (inline.mediaType !== 'text/plain') {
    return {
      type: 'document',
      source: { type: 'base64', media_type: inline.mediaType, data: inline.data },
      ...title,
    }
  }
  const text = Buffer.from(inline.data, 'base64').toString('utf8')
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title }
}

function toolResult(message: Json): Json {
  const { content, tool_call_id: id, is_error: isError, cache_control: cache } = message
  const blocks = typeof content === 'string' ? content : asRecords(content).flatMap(toBlock)
  return dropUndefined({
    type: 'tool_result',
    tool_use_id: toToolId(id),
    content: blocks.length === 0 ? undefined : blocks,
    is_error: isError === true ? true : undefined,
    cache_control: isRecord(cache) ? cache : undefined,
  })
}

/** The API takes these characters only; other providers' ids have more. */
function toToolId(id: unknown): string {
  return asString(id).replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}

function assistantBlocks(message: Json): readonly Json[] {
  const calls = asRecords(message['tool_calls']).map(({ id, function: called, cache_control: cache }) =>
    dropUndefined({
      type: 'tool_use',
      id: toToolId(id),
      name: asRecord(called)['name'],
      input: parseArguments(asRecord(called)['arguments']),
      cache_control: isRecord(cache) ? cache : undefined,
    }),
  )
  const { refusal, cache_control: cache } = message
  const said = textBlocks({ ...message, cache_control: undefined })
  const text = said.length === 0 && typeof refusal === 'string' ? textBlocks({ content: refusal }) : said
  return marked([...thinkingBlocks(message), ...text, ...calls], cache)
}

function thinkingBlocks(message: Json): readonly Json[] {
  return thinkingOf(message, 'anthropic').map((block) =>
    block.type === 'thinking'
      ? { type: 'thinking', thinking: block.thinking, signature: block.signature }
      : { type: 'redacted_thinking', data: block.data },
  )
}

/** True when the turn in which tools are being called began without thinking: with a budget, the API wants it from the start. */
export function lacksThinking(messages: readonly Json[]): boolean {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return messages
    .slice(last + 1)
    .some((one) => asRecords(one['tool_calls']).length > 0 && thinkingBlocks(one).length === 0)
}
