/**
 * Clients that nobody here wrote, each asking a scenario in its own words and saying what it made of the answer. `retries` are theirs.
 */
import Anthropic from '@anthropic-ai/sdk'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { ChatAnthropic } from '@langchain/anthropic'
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, jsonSchema, Output, streamText, tool, type LanguageModel, type ModelMessage } from 'ai'
import OpenAI from 'openai'
import {
  PERSON,
  PNG,
  WEATHER,
  type Asking,
  type Read,
  type Reply,
  type Scenario,
  type ToolCall,
  type Wire,
} from './scenario.ts'

export interface ClientOptions {
  /** Of the gateway, without /v1. */
  readonly url: string
  readonly model: string
  readonly retries?: number
  readonly timeoutMs?: number
}

export interface Asked {
  readonly asking: Asking
  readonly isStream: boolean
  readonly signal?: AbortSignal
  /** Every event as the client read it, where it shows them. */
  readonly onEvent?: (event: unknown) => void
}

export interface Client {
  readonly name: string
  readonly dialect: 'chat' | 'responses' | 'messages'
  /** True when it adds up the token counts of a stream's events, though the last are totals. */
  readonly addsStreamUsage?: boolean
  /** True when it can be asked this. */
  can?(scenario: Scenario): boolean
  ask(options: ClientOptions, asked: Asked): Promise<Read>
}

const DATA_URL = `data:image/png;base64,${PNG}`
const KEY = 'sk-caller'

const FINISHES: Readonly<Record<string, Reply['finish']>> = {
  stop: 'stop',
  end_turn: 'stop',
  completed: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool',
  'tool-calls': 'tool',
  tool_use: 'tool',
}

function finishOf(word: string | null | undefined): Read['finish'] {
  return FINISHES[word ?? ''] ?? 'other'
}

function callOf(id: string | undefined, name: string, args: unknown): ToolCall {
  return {
    id: id ?? '',
    name,
    arguments: (typeof args === 'string' ? JSON.parse(args) : args) as ToolCall['arguments'],
  }
}

// OpenAI

function chatMessages({ system, history = [], text, image, result }: Asking): Wire[] {
  const last =
    image === true
      ? [
          { type: 'text', text },
          { type: 'image_url', image_url: { url: DATA_URL } },
        ]
      : text
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...history.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    { role: 'user', content: last },
    ...(result === undefined
      ? []
      : [
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: result.call.id,
                type: 'function',
                function: { name: result.call.name, arguments: JSON.stringify(result.call.arguments) },
              },
            ],
          },
          { role: 'tool', tool_call_id: result.call.id, content: result.output },
        ]),
  ]
}

const openai = ({ url, retries = 0, timeoutMs = 20_000 }: ClientOptions): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: retries, timeout: timeoutMs })

const OPENAI_CHAT: Client = {
  name: 'openai, chat completions',
  dialect: 'chat',
  async ask(options, { asking, isStream, signal, onEvent }) {
    const { tools, schema, maxTokens, temperature } = asking
    const body = {
      model: options.model,
      messages: chatMessages(asking),
      ...(tools === true
        ? { tools: [{ type: 'function' as const, function: { name: 'weather', parameters: WEATHER } }] }
        : {}),
      ...(schema === true
        ? {
            response_format: {
              type: 'json_schema' as const,
              json_schema: { name: 'person', strict: true, schema: PERSON },
            },
          }
        : {}),
      ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    }
    const client = openai(options)
    if (isStream) {
      const runner = client.chat.completions.stream(
        { ...body, stream_options: { include_usage: true } },
        { signal },
      )
      runner.on('chunk', (chunk) => onEvent?.(chunk))
      return readCompletion(await runner.finalChatCompletion())
    }
    const whole = await client.chat.completions.create(body, { signal })
    onEvent?.(whole)
    return readCompletion(whole)
  },
}

function readCompletion({ choices: [choice], usage }: OpenAI.ChatCompletion): Read {
  const calls = (choice?.message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [callOf(call.id, call.function.name, call.function.arguments)] : [],
  )
  return {
    text: choice?.message.content ?? '',
    calls,
    finish: finishOf(choice?.finish_reason),
    usage: { input: usage?.prompt_tokens ?? -1, output: usage?.completion_tokens ?? -1 },
  }
}

function responsesInput({ history = [], text, image, result }: Asking): Wire[] {
  return [
    ...history.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    {
      role: 'user',
      content:
        image === true
          ? [
              { type: 'input_text', text },
              { type: 'input_image', image_url: DATA_URL, detail: 'auto' },
            ]
          : text,
    },
    ...(result === undefined
      ? []
      : [
          {
            type: 'function_call',
            call_id: result.call.id,
            name: result.call.name,
            arguments: JSON.stringify(result.call.arguments),
          },
          { type: 'function_call_output', call_id: result.call.id, output: result.output },
        ]),
  ]
}

const OPENAI_RESPONSES: Client = {
  name: 'openai, responses',
  dialect: 'responses',
  async ask(options, { asking, isStream, signal, onEvent }) {
    const body = responsesBody(options, asking)
    const client = openai(options)
    if (!isStream) {
      const whole = await client.responses.create(body, { signal })
      onEvent?.(whole)
      return readResponse(whole)
    }
    let last: OpenAI.Responses.Response | undefined
    for await (const event of await client.responses.create({ ...body, stream: true }, { signal })) {
      onEvent?.(event)
      if (event.type === 'response.completed' || event.type === 'response.incomplete') last = event.response
    }
    if (last === undefined) throw new Error('the stream ended without its response')
    return readResponse(last)
  },
}

function responsesBody(
  { model }: ClientOptions,
  asking: Asking,
): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const { system, tools, schema, maxTokens, temperature } = asking
  return {
    model,
    input: responsesInput(asking),
    store: false,
    ...(system === undefined ? {} : { instructions: system }),
    ...(tools === true
      ? { tools: [{ type: 'function' as const, name: 'weather', parameters: WEATHER, strict: true }] }
      : {}),
    ...(schema === true
      ? { text: { format: { type: 'json_schema' as const, name: 'person', strict: true, schema: PERSON } } }
      : {}),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  }
}

function readResponse({ output, status, incomplete_details: why, usage }: OpenAI.Responses.Response): Read {
  const calls = output.flatMap((item) =>
    item.type === 'function_call' ? [callOf(item.call_id, item.name, item.arguments)] : [],
  )
  const texts = output.flatMap((item) =>
    item.type === 'message'
      ? item.content.flatMap((part) => (part.type === 'output_text' ? [part.text] : []))
      : [],
  )
  const word = why?.reason === 'max_output_tokens' ? 'length' : calls.length > 0 ? 'tool_use' : status
  return {
    text: texts.join(''),
    calls,
    finish: finishOf(word),
    usage: { input: usage?.input_tokens ?? -1, output: usage?.output_tokens ?? -1 },
  }
}

// Anthropic

function anthropicMessages({ history = [], text, image, result }: Asking): Wire[] {
  const last =
    image === true
      ? [
          { type: 'text', text },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        ]
      : text
  return [
    ...history.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    { role: 'user', content: last },
    ...(result === undefined
      ? []
      : [
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: result.call.id, name: result.call.name, input: result.call.arguments },
            ],
          },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: result.call.id, content: result.output }],
          },
        ]),
  ]
}

const ANTHROPIC: Client = {
  name: '@anthropic-ai/sdk',
  dialect: 'messages',
  async ask({ url, model, retries = 0, timeoutMs = 20_000 }, { asking, isStream, signal, onEvent }) {
    const { system, tools, schema, maxTokens = 1000, temperature } = asking
    const client = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: retries, timeout: timeoutMs })
    const body = {
      model,
      messages: anthropicMessages(asking),
      max_tokens: maxTokens,
      ...(system === undefined ? {} : { system }),
      ...(tools === true ? { tools: [{ name: 'weather', input_schema: WEATHER as Wire }] } : {}),
      ...(schema === true
        ? { output_config: { format: { type: 'json_schema' as const, schema: { ...PERSON } } } }
        : {}),
      ...(temperature === undefined ? {} : { temperature }),
    }
    if (!isStream) {
      const whole = await client.messages.create(body, { signal })
      onEvent?.(whole)
      return readMessage(whole)
    }
    const stream = client.messages.stream(body, { signal })
    // It goes on to build the message in the first event's own object.
    stream.on('streamEvent', (event) => onEvent?.(structuredClone(event)))
    return readMessage(await stream.finalMessage())
  },
}

function readMessage({ content, stop_reason: reason, usage }: Anthropic.Message): Read {
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0)
  return {
    text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [callOf(block.id, block.name, block.input)] : [],
    ),
    finish: finishOf(reason),
    usage: { input: usage.input_tokens + cached, output: usage.output_tokens },
  }
}

// Vercel AI SDK

function aiMessages({ history = [], text, image, result }: Asking): ModelMessage[] {
  return [
    ...history.map((content, i): ModelMessage => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    {
      role: 'user',
      content:
        image === true
          ? [
              { type: 'text', text },
              { type: 'image', image: DATA_URL },
            ]
          : text,
    },
    ...(result === undefined
      ? []
      : [
          {
            role: 'assistant' as const,
            content: [
              {
                type: 'tool-call' as const,
                toolCallId: result.call.id,
                toolName: result.call.name,
                input: result.call.arguments,
              },
            ],
          },
          {
            role: 'tool' as const,
            content: [
              {
                type: 'tool-result' as const,
                toolCallId: result.call.id,
                toolName: result.call.name,
                output: { type: 'text' as const, value: result.output },
              },
            ],
          },
        ]),
  ]
}

function aiSdk(
  name: string,
  dialect: Client['dialect'],
  create: (options: ClientOptions) => LanguageModel,
): Client {
  return {
    name,
    dialect,
    async ask(options, { asking, isStream, signal, onEvent }) {
      const { system, tools, schema, maxTokens, temperature } = asking
      const { retries = 0, timeoutMs = 20_000 } = options
      const signals = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]
      const call: Wire = {
        model: create(options),
        messages: aiMessages(asking),
        maxRetries: retries,
        abortSignal: AbortSignal.any(signals),
        ...(system === undefined ? {} : { system }),
        ...(tools === true ? { tools: { weather: tool({ inputSchema: jsonSchema(WEATHER as Wire) }) } } : {}),
        ...(schema === true ? { output: Output.object({ schema: jsonSchema(PERSON as Wire) }) } : {}),
        ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
        ...(temperature === undefined ? {} : { temperature }),
      }
      const result = isStream ? await streamed(call, onEvent) : await generateText(call)
      return {
        text: result.text,
        calls: result.toolCalls.map((one) => callOf(one.toolCallId, one.toolName, one.input)),
        finish: finishOf(result.finishReason),
        usage: { input: result.totalUsage.inputTokens ?? -1, output: result.totalUsage.outputTokens ?? -1 },
      }
    },
  }
}

async function streamed(
  call: Parameters<typeof streamText>[0],
  onEvent: Asked['onEvent'],
): Promise<
  Pick<Awaited<ReturnType<typeof generateText>>, 'text' | 'toolCalls' | 'finishReason' | 'totalUsage'>
> {
  let failure: unknown
  const stream = streamText({ ...call, onError: ({ error }) => void (failure = error) })
  for await (const part of stream.fullStream) {
    onEvent?.(part)
    if (part.type === 'abort') throw new DOMException('aborted', 'AbortError')
  }
  if (failure !== undefined) throw failure
  return {
    text: await stream.text,
    toolCalls: await stream.toolCalls,
    finishReason: await stream.finishReason,
    totalUsage: await stream.totalUsage,
  }
}

// LangChain

function langchainMessages({ system, history = [], text, image, result }: Asking): BaseMessage[] {
  const content =
    image === true
      ? [
          { type: 'text', text },
          { type: 'image_url', image_url: { url: DATA_URL } },
        ]
      : text
  return [
    ...(system === undefined ? [] : [new SystemMessage(system)]),
    ...history.map((one, i) => (i % 2 === 0 ? new HumanMessage(one) : new AIMessage(one))),
    new HumanMessage({ content }),
    ...(result === undefined
      ? []
      : [
          new AIMessage({
            content: '',
            tool_calls: [{ id: result.call.id, name: result.call.name, args: { ...result.call.arguments } }],
          }),
          new ToolMessage({ tool_call_id: result.call.id, content: result.output }),
        ]),
  ]
}

function langchain(
  name: string,
  dialect: Client['dialect'],
  create: (options: ClientOptions, asking: Asking) => ChatOpenAI | ChatAnthropic,
): Client {
  return {
    name,
    dialect,
    async ask(options, { asking, isStream, signal, onEvent }) {
      const model = create(options, asking)
      const bound: Wire =
        asking.tools === true
          ? model.bindTools([
              { type: 'function', function: { name: 'weather', parameters: WEATHER } },
            ] as Wire)
          : model
      const messages = langchainMessages(asking)
      const call = { signal, ...formatOf(asking, dialect) }
      if (!isStream) return readLangchain(await bound.invoke(messages, call))
      let whole: Wire
      for await (const chunk of await bound.stream(messages, call)) {
        onEvent?.(chunk)
        whole = whole === undefined ? chunk : whole.concat(chunk)
      }
      return readLangchain(whole)
    },
  }
}

function formatOf({ schema }: Asking, dialect: Client['dialect']): object {
  if (schema !== true) return {}
  return dialect === 'chat'
    ? {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'person', strict: true, schema: PERSON },
        },
      }
    : {}
}

function readLangchain(message: Wire): Read {
  const { stop_reason: stop, finish_reason: finish } = message.response_metadata as Record<
    string,
    string | undefined
  >
  const late = message.additional_kwargs['stop_reason'] as string | undefined
  return {
    text: message.text,
    calls: (message.tool_calls ?? []).map((one: Wire) => callOf(one.id, one.name, one.args)),
    finish: finishOf(stop ?? finish ?? late),
    usage: {
      input: message.usage_metadata?.input_tokens ?? -1,
      output: message.usage_metadata?.output_tokens ?? -1,
    },
  }
}

const ALL: readonly Client[] = [
  OPENAI_CHAT,
  OPENAI_RESPONSES,
  ANTHROPIC,
  aiSdk('ai with @ai-sdk/openai, chat', 'chat', ({ url, model }) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).chat(model),
  ),
  aiSdk('ai with @ai-sdk/openai, responses', 'responses', ({ url, model }) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).responses(model),
  ),
  {
    ...aiSdk('ai with @ai-sdk/anthropic', 'messages', ({ url, model }) =>
      createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })(model),
    ),
    // Without knowing the model it asks for structured output through a tool of its own, which is the tool call's scenario.
    can: ({ asking }) => asking.schema !== true,
  },
  langchain('@langchain/openai', 'chat', ({ url, model, retries = 0, timeoutMs = 20_000 }, asking) => {
    const { maxTokens, temperature } = asking
    return new ChatOpenAI({
      model,
      apiKey: KEY,
      maxRetries: retries,
      timeout: timeoutMs,
      configuration: { baseURL: `${url}/v1` },
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    })
  }),
  {
    ...langchain(
      '@langchain/anthropic',
      'messages',
      ({ url, model, retries = 0, timeoutMs = 20_000 }, asking) => {
        const { maxTokens, temperature } = asking
        return new ChatAnthropic({
          model,
          apiKey: KEY,
          maxRetries: retries,
          anthropicApiUrl: url,
          clientOptions: { timeout: timeoutMs },
          ...(maxTokens === undefined ? {} : { maxTokens }),
          ...(temperature === undefined ? {} : { temperature }),
        })
      },
    ),
    // It asks for structured output through a tool of its own, which is the tool call's scenario.
    addsStreamUsage: true,
    can: ({ asking }) => asking.schema !== true,
  },
]

export const CLIENTS: readonly Client[] = ALL
