/**
 * A request of Anthropic's Messages API -> chat request. Results of tools become messages of their own before what the user says beside
 * them, as the chat form wants it; thinking keeps its signatures (see hub.ts). What only Anthropic has (server tools and their results, files
 * by id, MCP servers) is named in `nativeOnly`.
 */
import { WeirError } from '@weir/core'
import type { ToChat } from './client-dialect.ts'
import { CALL_MARK } from './marks.ts'
import { asRecord, asRecords, asString, openProof, pick, type Json, type ThinkingBlock } from './hub.ts'

/** Members with the same name and meaning in a chat request or in the hub's. */
const SAME: readonly string[] = [
  'model',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'cache_control',
  'weir',
]
/** Members of a request that change what is asked and exist nowhere else. */
const NATIVE: readonly string[] = ['mcp_servers', 'container']

export function messagesToChat(body: Json): ToChat {
  const reader = new MessagesReader()
  for (const name of NATIVE) if (isSet(body[name])) reader.nativeOnly ??= name
  const messages = [...reader.system(body['system']), ...reader.messages(body['messages'])]
  const { output_config: output, stop_sequences: stop, metadata, stream } = body
  const { effort } = asRecord(output)
  const user = asRecord(metadata)['user_id']
  return {
    body: {
      ...pick(body, SAME),
      messages,
      ...(stream === true ? { stream, stream_options: { include_usage: true } } : {}),
      ...(Array.isArray(stop) && stop.length > 0 ? { stop } : {}),
      ...(typeof user === 'string' ? { user } : {}),
      ...(typeof effort === 'string' ? { reasoning_effort: effort } : {}),
      ...toResponseFormat(asRecord(output)['format']),
      ...reader.tools(body['tools']),
      ...toToolChoice(asRecord(body['tool_choice'])),
    },
    hasForeignThinking: reader.hasForeignThinking,
    ...(reader.nativeOnly === undefined ? {} : { nativeOnly: reader.nativeOnly }),
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

function toResponseFormat(format: unknown): Json {
  const { type, schema } = asRecord(format)
  if (type !== 'json_schema') return {}
  return { response_format: { type, json_schema: { name: 'answer', schema, strict: true } } }
}

const CHOICES: Readonly<Record<string, string>> = { auto: 'auto', any: 'required', none: 'none' }

function toToolChoice({ type, name, disable_parallel_tool_use: disables }: Json): Json {
  const choice = type === 'tool' ? { type: 'function', function: { name } } : CHOICES[asString(type)]
  return {
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(disables === true ? { parallel_tool_calls: false } : {}),
  }
}

/** One request's worth: what is met on the way is remembered. */
class MessagesReader {
  nativeOnly: string | undefined
  hasForeignThinking = false

  system(system: unknown): readonly Json[] {
    if (typeof system === 'string') return system === '' ? [] : [{ role: 'system', content: system }]
    const content = asRecords(system).map(toText)
    return content.length === 0 ? [] : [{ role: 'system', content }]
  }

  messages(messages: unknown): readonly Json[] {
    if (!Array.isArray(messages) || messages.length === 0) {
      throw new WeirError('request.body', 'messages must be a non-empty array; add at least one message')
    }
    return asRecords(messages).flatMap((message, i) => this.#message(message, `messages[${i}]`))
  }

  tools(tools: unknown): Json {
    if (!Array.isArray(tools)) return {}
    const own = asRecords(tools).flatMap((tool) => {
      const { type, name, description, input_schema: parameters, strict } = tool
      if (isSet(type) && type !== 'custom') {
        this.nativeOnly ??= `the tool type ${asString(type).slice(0, 60)}`
        return []
      }
      const called = {
        name,
        ...pick({ description, parameters, strict }, ['description', 'parameters', 'strict']),
      }
      return [{ type: 'function', function: called, ...pick(tool, ['cache_control']) }]
    })
    return own.length === 0 ? {} : { tools: own }
  }

  #message({ role, content }: Json, where: string): readonly Json[] {
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw new WeirError('request.body', `${where}.role must be user or assistant`)
    }
    if (typeof content === 'string') return [{ role, content }]
    if (!Array.isArray(content)) {
      throw new WeirError('request.body', `${where}.content must be a string or an array of blocks`)
    }
    const blocks = asRecords(content)
    if (role === 'system') return this.system(blocks)
    return role === 'user' ? this.#user(blocks) : [this.#assistant(blocks)]
  }

  #user(blocks: readonly Json[]): readonly Json[] {
    const results = blocks.filter(({ type }) => type === 'tool_result')
    const shown: Json[] = []
    const tools = results.map((result) => this.#toolResult(result, shown))
    const said = blocks.filter(({ type }) => type !== 'tool_result').flatMap((block) => this.#part(block))
    const content = [...shown, ...said]
    return content.length === 0 ? tools : [...tools, { role: 'user', content }]
  }

  /** A tool's message holds text; pictures and files that it gave are shown by the user right behind it (`shown`). */
  #toolResult(result: Json, shown: Json[]): Json {
    const { tool_use_id: id, content, is_error: isError } = result
    const parts = typeof content === 'string' ? [] : asRecords(content).flatMap((block) => this.#part(block))
    const texts = parts.filter(({ type }) => type === 'text')
    shown.push(...parts.filter(({ type }) => type !== 'text'))
    const plain = texts.map(({ text }) => asString(text)).join('\n')
    return {
      role: 'tool',
      tool_call_id: id,
      content: typeof content === 'string' ? content : plain,
      ...(isError === true ? { is_error: true } : {}),
      ...pick(result, ['cache_control']),
    }
  }

  #part(block: Json): readonly Json[] {
    switch (block['type']) {
      case 'text':
        return [toText(block)]
      case 'image':
        return this.#source(block, toImage(asRecord(block['source'])))
      case 'document':
        return this.#source(block, toDocument(block))
      case 'search_result': {
        const texts = asRecords(block['content']).map(({ text }) => asString(text))
        return [{ type: 'text', text: [asString(block['title']), ...texts].join('\n') }]
      }
      default:
        this.nativeOnly ??= `a content block of type ${asString(block['type']).slice(0, 60)}`
        return []
    }
  }

  #source(block: Json, part: Json | undefined): readonly Json[] {
    if (part !== undefined) return [{ ...part, ...pick(block, ['cache_control']) }]
    this.nativeOnly ??= `the ${asString(block['type'])} source ${asString(asRecord(block['source'])['type']).slice(0, 40)}`
    return []
  }

  #assistant(blocks: readonly Json[]): Json {
    const texts = blocks.filter(({ type }) => type === 'text')
    const calls = blocks.flatMap((block, i) =>
      block['type'] === 'tool_use' ? [toToolCall(block, markOf(blocks[i - 1]))] : [],
    )
    const thinking = blocks.flatMap((block) => this.#thinking(block))
    const reasoning = blocks
      .map(({ type, thinking: text }) => (type === 'thinking' ? asString(text) : ''))
      .join('')
    for (const { type } of blocks) {
      if (!ASSISTANT.includes(asString(type))) {
        this.nativeOnly ??= `a content block of type ${asString(type).slice(0, 60)}`
      }
    }
    return {
      role: 'assistant',
      content: texts.length === 0 ? null : texts.map(toText),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    }
  }

  #thinking({ type, thinking, signature, data }: Json): readonly ThinkingBlock[] {
    if (type !== 'thinking' && type !== 'redacted_thinking') return []
    const { provider, proof } = openProof(asString(type === 'thinking' ? signature : data), 'anthropic')
    if (provider !== 'anthropic' || proof === '') this.hasForeignThinking = true
    if (proof === '' || isMark(provider, proof)) return []
    if (type === 'redacted_thinking') return [{ type, data: proof, provider }]
    return [{ type, thinking: asString(thinking), signature: proof, provider }]
  }
}

const ASSISTANT: readonly string[] = ['text', 'tool_use', 'thinking', 'redacted_thinking']

function toText(block: Json): Json {
  return { type: 'text', text: asString(block['text']), ...pick(block, ['cache_control']) }
}

function toImage(source: Json): Json | undefined {
  const url = toUrl(source)
  return url === undefined ? undefined : { type: 'image_url', image_url: { url } }
}

function toUrl({ type, media_type: media, data, url }: Json): string | undefined {
  if (type === 'base64') return `data:${asString(media)};base64,${asString(data)}`
  return type === 'url' && typeof url === 'string' ? url : undefined
}

function toDocument({ source, title }: Json): Json | undefined {
  const { type, data, media_type: media, content } = asRecord(source)
  if (type === 'text') return { type: 'text', text: asString(data) }
  if (type === 'content') {
    const texts = asRecords(content).map(({ text }) => asString(text))
    return { type: 'text', text: typeof content === 'string' ? content : texts.join('\n') }
  }
  if (type !== 'base64') return undefined
  const filename = typeof title === 'string' && title !== '' ? title : 'document.pdf'
  const url = `data:${asString(media) || 'application/pdf'};base64,${asString(data)}`
  return { type: 'file', file: { filename, file_data: url } }
}

function isMark(provider: string, proof: string): boolean {
  return provider === 'google' && proof.startsWith(CALL_MARK)
}

/** The signature of a tool call, from the block before it (see `markersOf`). */
function markOf(before: Json | undefined): string | undefined {
  if (before?.['type'] !== 'redacted_thinking') return undefined
  const { provider, proof } = openProof(asString(before['data']), 'anthropic')
  return isMark(provider, proof) ? proof.slice(CALL_MARK.length) : undefined
}

function toToolCall({ id, name, input, ...rest }: Json, signature: string | undefined): Json {
  return {
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input ?? {}) },
    ...(signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } }),
    ...pick(rest, ['cache_control']),
  }
}
