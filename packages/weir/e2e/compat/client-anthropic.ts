/** The official Anthropic client. */
import Anthropic from '@anthropic-ai/sdk'
import { callOf, finishOf, KEY, type Client } from './client.ts'
import { PERSON, PNG, WEATHER, type Asking, type Read, type Wire } from './scenario.ts'

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

export const ANTHROPIC: Client = {
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
