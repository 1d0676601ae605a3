/** A mock upstream that speaks OpenAI Responses. */
import type { Received, Reply, ToolCall, Wire } from './scenario.ts'
import { pieces, type Speaker } from './upstream.ts'

export const RESPONSES: Speaker = {
  dialect: 'responses',
  read(body, { url }): Received {
    if (url !== '/v1/responses') throw new Error('not a request of this dialect')
    const items: readonly Wire[] =
      typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input
    const turns = items.filter(({ role }) => role !== undefined)
    const parts = turns.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    return {
      system: [body.instructions ?? '', ...turns.filter(isSystem).map(textOf)].join(''),
      texts: turns.filter((turn) => !isSystem(turn)).map(textOf),
      images: parts.filter(({ type }) => type === 'input_image').map((part) => part.image_url),
      tools: (body.tools ?? []).map(({ name, parameters }: Wire) => ({ name, parameters })),
      calls: items
        .filter(({ type }) => type === 'function_call')
        .map((item): ToolCall => ({
          id: item.call_id,
          name: item.name,
          arguments: JSON.parse(item.arguments),
        })),
      results: items
        .filter(({ type }) => type === 'function_call_output')
        .map(({ call_id: id, output }) => ({ id, output: textOf({ content: output }) })),
      schema: body.text?.format?.type === 'json_schema' ? body.text.format.schema : undefined,
      maxTokens: body.max_output_tokens,
      temperature: body.temperature,
      isStream: body.stream === true,
    }
  },
  whole: (reply) => responseOf(reply, itemsOf(reply)),
  stream(reply): readonly string[] {
    const events: string[] = []
    const send = (type: string, data: object): void => {
      const json = JSON.stringify({ type, sequence_number: events.length, ...data })
      events.push(`event: ${type}\ndata: ${json}\n\n`)
    }
    const begun = { ...responseOf(reply, []), status: 'in_progress', incomplete_details: null, usage: null }
    send('response.created', { response: begun })
    send('response.in_progress', { response: begun })
    const items = itemsOf(reply)
    items.forEach((item, index) => {
      if (item.type === 'message') sendMessage(send, item, index)
      else sendCall(send, item, index)
    })
    const last = reply.finish === 'length' ? 'response.incomplete' : 'response.completed'
    send(last, { response: responseOf(reply, items) })
    return events
  },
  error: (status) => ({
    error: { message: `the upstream says ${status}`, type: 'some_error', param: null, code: null },
  }),
}

type Send = (type: string, data: object) => void

function sendMessage(send: Send, item: Wire, index: number): void {
  const at = { item_id: item.id, output_index: index, content_index: 0 }
  const [part] = item.content
  send('response.output_item.added', {
    output_index: index,
    item: { ...item, status: 'in_progress', content: [] },
  })
  send('response.content_part.added', { ...at, part: { ...part, text: '' } })
  for (const delta of pieces(part.text)) send('response.output_text.delta', { ...at, delta, logprobs: [] })
  send('response.output_text.done', { ...at, text: part.text, logprobs: [] })
  send('response.content_part.done', { ...at, part })
  send('response.output_item.done', { output_index: index, item })
}

function sendCall(send: Send, item: Wire, index: number): void {
  const at = { item_id: item.id, output_index: index }
  send('response.output_item.added', {
    output_index: index,
    item: { ...item, status: 'in_progress', arguments: '' },
  })
  for (const delta of pieces(item.arguments, 3))
    send('response.function_call_arguments.delta', { ...at, delta })
  send('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments })
  send('response.output_item.done', { output_index: index, item })
}

function itemsOf({ text, calls }: Reply): readonly Wire[] {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }]
  const message = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content }
  return [
    ...(text === '' && calls.length > 0 ? [] : [message]),
    ...calls.map(({ id, name, arguments: values }, i) => ({
      type: 'function_call',
      id: `fc_${i}`,
      call_id: id,
      name,
      arguments: JSON.stringify(values),
      status: 'completed',
    })),
  ]
}

function responseOf(reply: Reply, output: readonly Wire[]): object {
  const { input, cached, output: written } = reply.usage
  const isCut = reply.finish === 'length'
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_790_000_000,
    status: isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: {},
    model: 'mock-responses',
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + written,
    },
  }
}

function isSystem({ role }: Wire): boolean {
  return role === 'system' || role === 'developer'
}

function textOf({ content }: Wire): string {
  return typeof content === 'string' ? content : content.map((part: Wire) => part.text ?? '').join('')
}
