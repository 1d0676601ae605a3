/** LangChain over its packages for OpenAI and Anthropic. */
import { ChatAnthropic } from '@langchain/anthropic'
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import {
  callOf,
  chatContent,
  finishOf,
  KEY,
  PERSON_FORMAT,
  type Client,
  type ClientOptions,
} from './client.ts'
import { WEATHER, type Asking, type Read, type Wire } from './scenario.ts'

function langchainMessages({ system, history = [], result, ...last }: Asking): BaseMessage[] {
  return [
    ...(system === undefined ? [] : [new SystemMessage(system)]),
    ...history.map((one, i) => (i % 2 === 0 ? new HumanMessage(one) : new AIMessage(one))),
    new HumanMessage({ content: chatContent(last) }),
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
  return schema === true && dialect === 'chat' ? { response_format: PERSON_FORMAT } : {}
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

export const LANGCHAIN: readonly Client[] = [
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
