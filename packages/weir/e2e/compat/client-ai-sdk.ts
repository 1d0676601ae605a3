/** The Vercel AI SDK over its providers for OpenAI and Anthropic. */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, Output, streamText, tool, type LanguageModel, type ModelMessage } from 'ai'
import { callOf, DATA_URL, finishOf, KEY, type Asked, type Client, type ClientOptions } from './client.ts'
import { PERSON, WEATHER, type Asking, type Wire } from './scenario.ts'

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

export const AI_SDK: readonly Client[] = [
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
]
