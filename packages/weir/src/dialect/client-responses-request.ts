/**
 * A request of OpenAI's Responses API -> chat request. Items of one turn of the assistant (reasoning, text, calls) become one message. What
 * lives at OpenAI (earlier responses, conversations, prompts, files, hosted tools) is named in `nativeOnly`.
 */
import { WeirError } from '@weir/core'
import type { ToChat } from './client-dialect.ts'
import { CALL_MARK, OWN_REASONING } from './marks.ts'
import { asRecord, asRecords, asString, openProof, pick, type Json, type ThinkingBlock } from './hub.ts'
import { toChatToolChoice, toChatTools } from './client-responses-tools.ts'

/** Members with the same name and meaning in a chat request. */
const SAME: readonly string[] = [
  'model',
  'temperature',
  'top_p',
  'parallel_tool_calls',
  'service_tier',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'weir',
]
/** Members that refer to what is stored or runs at OpenAI. */
const NATIVE: readonly string[] = ['previous_response_id', 'conversation', 'prompt', 'background']

export function responsesToChat(body: Json): ToChat {
  const reader = new ItemReader()
  for (const name of NATIVE) if (isSet(body[name])) reader.nativeOnly ??= name
  const instructions = asString(body['instructions'])
  if (instructions !== '') reader.messages.push({ role: 'system', content: instructions })
  reader.readInput(body['input'])
  const tools = reader.readTools(body)
  const messages = reader.messages.length === 0 ? [{ role: 'user', content: '' }] : reader.messages
  const same = SAME.filter((name) => body[name] !== null)
  return {
    body: {
      ...pick(body, same),
      messages,
      ...toSettings(body),
      ...tools,
    },
    hasForeignThinking: reader.hasForeignThinking,
    ...(reader.nativeOnly === undefined ? {} : { nativeOnly: reader.nativeOnly }),
  }
}

/** Members under another name, or in another place. */
function toSettings(body: Json): Json {
  const { max_output_tokens: limit, reasoning, text, stream } = body
  const { effort } = asRecord(reasoning)
  const { verbosity, format } = asRecord(text)
  return {
    ...(stream === true ? { stream, stream_options: { include_usage: true } } : {}),
    ...(typeof limit === 'number' ? { max_tokens: limit } : {}),
    ...(typeof effort === 'string' ? { reasoning_effort: effort } : {}),
    ...(typeof verbosity === 'string' ? { verbosity } : {}),
    ...toResponseFormat(asRecord(format)),
    ...toLogprobs(body),
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false
}

function toResponseFormat({ type, ...format }: Json): Json {
  if (type === 'json_object') return { response_format: { type } }
  if (type !== 'json_schema') return {}
  const members = pick(format, ['name', 'schema', 'strict', 'description'])
  return { response_format: { type, json_schema: members } }
}

function toLogprobs({ include, top_logprobs: top }: Json): Json {
  const isAsked = Array.isArray(include) && include.includes('message.output_text.logprobs')
  const hasTop = typeof top === 'number' && top > 0
  if (!isAsked && !hasTop) return {}
  return { logprobs: true, ...(hasTop ? { top_logprobs: top } : {}) }
}

/** A turn of the assistant that is being put together. */
interface Turn {
  content: Json[] | undefined
  readonly calls: Json[]
  reasoning: string
  readonly thinking: ThinkingBlock[]
}

class ItemReader {
  readonly messages: Json[] = []
  nativeOnly: string | undefined
  hasForeignThinking = false
  #turn: Turn | undefined
  /** Signature that another provider put on the call that comes next. */
  #mark: string | undefined

  readInput(input: unknown): void {
    if (typeof input === 'string') {
      this.messages.push({ role: 'user', content: input })
      return
    }
    if (!Array.isArray(input) && this.nativeOnly === undefined) {
      throw new WeirError('request.body', 'input must be a string or an array of items')
    }
    for (const item of asRecords(input)) this.#read(item)
    this.#close()
  }

  readTools({ tools: offered, tool_choice: chosen }: Json): Json {
    const { tools, nativeTool } = toChatTools(offered)
    const choice = toChatToolChoice(chosen)
    if (nativeTool !== undefined) this.nativeOnly ??= `the tool type ${nativeTool}`
    else if (choice === 'native') this.nativeOnly ??= 'this tool_choice'
    return {
      ...(tools.length === 0 ? {} : { tools }),
      ...(choice === undefined || choice === 'native' ? {} : { tool_choice: choice }),
    }
  }

  #read(item: Json): void {
    switch (item['type'] ?? 'message') {
      case 'message':
        return this.#message(item)
      case 'reasoning':
        return this.#reasoning(item)
      case 'function_call':
        return this.#call(item, 'function', { name: item['name'], arguments: asString(item['arguments']) })
      case 'custom_tool_call':
        return this.#call(item, 'custom', { name: item['name'], input: asString(item['input']) })
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#output(item)
      default:
        this.nativeOnly ??= `an item of type ${asString(item['type']).slice(0, 60)}`
    }
  }

  #message({ role, content }: Json): void {
    if (role === 'assistant') return this.#assistant(content)
    this.#close()
    if (role !== 'user' && role !== 'system' && role !== 'developer') {
      throw new WeirError(
        'request.body',
        'the role of a message must be user, assistant, system or developer',
      )
    }
    // Servers that are not OpenAI's know no developer; OpenAI takes both for the same.
    const own = role === 'user' ? 'user' : 'system'
    const parts =
      typeof content === 'string' ? content : asRecords(content).flatMap((part) => this.#part(part))
    this.messages.push({ role: own, content: parts })
  }

  #assistant(content: unknown): void {
    if (this.#turn?.content !== undefined || (this.#turn?.calls.length ?? 0) > 0) this.#close()
    const turn = this.#open()
    turn.content =
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : asRecords(content).map(({ type, text, refusal }) =>
            type === 'refusal' ? { type, refusal } : { type: 'text', text: asString(text) },
          )
  }

  #part(part: Json): readonly Json[] {
    switch (part['type']) {
      case 'input_text':
      case 'output_text':
      case 'text':
        return [{ type: 'text', text: asString(part['text']) }]
      case 'input_image': {
        const { image_url: url, detail } = part
        if (typeof url !== 'string') break
        return [{ type: 'image_url', image_url: { url, ...(typeof detail === 'string' ? { detail } : {}) } }]
      }
      case 'input_file': {
        const { file_data: data, filename = 'file' } = part
        if (typeof data !== 'string') break
        return [{ type: 'file', file: { filename, file_data: data } }]
      }
    }
    this.nativeOnly ??= `this content of type ${asString(part['type']).slice(0, 60)}`
    return []
  }

  #reasoning(item: Json): void {
    const { id, summary, content, encrypted_content: sealed } = item
    const texts = [...asRecords(summary), ...asRecords(content)].map(({ text }) => asString(text))
    const { provider, proof } = openProof(asString(sealed), 'openai')
    const isOwn = asString(id).startsWith(OWN_REASONING)
    if (provider !== 'openai' || isOwn) this.hasForeignThinking = true
    if (provider === 'google' && proof.startsWith(CALL_MARK)) {
      this.#mark = proof.slice(CALL_MARK.length)
      return
    }
    const turn = this.#open()
    const text = texts.join('\n')
    turn.reasoning += text
    if (proof === '') return
    const isRedacted = text === '' && provider !== 'openai'
    turn.thinking.push(
      isRedacted
        ? { type: 'redacted_thinking', data: proof, provider }
        : {
            type: 'thinking',
            thinking: text,
            signature: proof,
            provider,
            ...(isOwn ? {} : { id: asString(id) }),
          },
    )
  }

  #call({ call_id: id }: Json, type: 'function' | 'custom', called: Json): void {
    const mark = this.#mark
    this.#mark = undefined
    this.#open().calls.push({
      id,
      type,
      [type]: called,
      ...(mark === undefined ? {} : { extra_content: { google: { thought_signature: mark } } }),
    })
  }

  /** A tool's message holds text; pictures and files that it gave are shown by the user right behind it. */
  #output({ call_id: id, output }: Json): void {
    this.#close()
    if (typeof output === 'string') {
      this.messages.push({ role: 'tool', tool_call_id: id, content: output })
      return
    }
    const parts = asRecords(output).flatMap((part) => this.#part(part))
    const texts = parts.filter(({ type }) => type === 'text').map(({ text }) => asString(text))
    this.messages.push({ role: 'tool', tool_call_id: id, content: texts.join('\n') })
    const shown = parts.filter(({ type }) => type !== 'text')
    if (shown.length > 0) this.messages.push({ role: 'user', content: shown })
  }

  #open(): Turn {
    this.#turn ??= { content: undefined, calls: [], reasoning: '', thinking: [] }
    return this.#turn
  }

  #close(): void {
    const turn = this.#turn
    this.#turn = undefined
    if (turn === undefined) return
    const { content, calls, reasoning, thinking } = turn
    const [only] = content ?? []
    const isPlain = content?.length === 1 && only?.['type'] === 'text'
    this.messages.push({
      role: 'assistant',
      content: isPlain ? only['text'] : (content ?? (calls.length > 0 ? null : '')),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    })
  }
}
