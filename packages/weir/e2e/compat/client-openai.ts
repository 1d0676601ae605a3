/** The official OpenAI client: chat completions and responses. */
import OpenAI from 'openai'
import {
  callOf,
  chatContent,
  DATA_URL,
  finishOf,
  KEY,
  PERSON_FORMAT,
  type Client,
  type ClientOptions,
} from './client.ts'
import { PERSON, WEATHER, type Asking, type Read, type Wire } from './scenario.ts'

function chatMessages({ system, history = [], result, ...last }: Asking): Wire[] {
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...history.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    { role: 'user', content: chatContent(last) },
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

export const OPENAI_CHAT: Client = {
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
      ...(schema === true ? { response_format: PERSON_FORMAT } : {}),
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

export const OPENAI_RESPONSES: Client = {
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
