/** A mock upstream that speaks Gemini's generateContent (v1beta). Whether it streams is in the path. */
import type { Received, Reply, ToolCall, Wire } from './scenario.ts'
import { pieces, type Speaker } from './upstream.ts'

const PATH = /^\/v1beta\/models\/[^/:]+:(?:(generateContent)|streamGenerateContent\?alt=sse)$/

export const GEMINI: Speaker = {
  dialect: 'gemini',
  read(body, { url = '' }): Received {
    const path = PATH.exec(url)
    if (path === null) throw new Error('not a request of this dialect')
    const turns: readonly Wire[] = body.contents.map(({ parts }: Wire) => parts)
    const parts: readonly Wire[] = turns.flat()
    const config = body.generationConfig ?? {}
    if (config.responseJsonSchema !== undefined && config.responseMimeType !== 'application/json') {
      throw new Error('a schema is for JSON')
    }
    return {
      system: textOf(body.systemInstruction?.parts ?? []),
      texts: turns.map(textOf).filter((text) => text !== ''),
      images: parts
        .filter(({ inlineData }) => inlineData !== undefined)
        .map(({ inlineData }) => `data:${inlineData.mimeType};base64,${inlineData.data}`),
      tools: (body.tools ?? [])
        .flatMap(({ functionDeclarations }: Wire) => functionDeclarations)
        .map(({ name, parametersJsonSchema: parameters }: Wire) => ({ name, parameters })),
      calls: parts.flatMap(readCall),
      results: parts
        .filter(({ functionResponse }) => functionResponse !== undefined)
        .map(({ functionResponse: { id, response } }) => ({ id, output: outputOf(response) })),
      schema: config.responseJsonSchema,
      maxTokens: config.maxOutputTokens,
      temperature: config.temperature,
      isStream: path[1] === undefined,
    }
  },
  whole: (reply) => replyOf(partsOf(reply), reply, true),
  stream(reply): readonly string[] {
    const parts = [...pieces(reply.text).map((text) => ({ text })), ...callsOf(reply)]
    const all = parts.length === 0 ? [{ text: '' }] : parts
    return all.map((part, i) => {
      const json = JSON.stringify(replyOf([part], reply, i === all.length - 1))
      return `data: ${json}\r\n\r\n`
    })
  },
  error: (status) => ({
    error: { code: status, message: `the upstream says ${status}`, status: 'SOME_STATUS' },
  }),
}

/** Counts stand in every event, those of the answer as far as it has come. */
function replyOf(parts: readonly object[], { finish, usage }: Reply, isLast: boolean): object {
  const { input, cached, output } = usage
  const candidatesTokenCount = isLast ? output : 1
  return {
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(isLast ? { finishReason: finish === 'length' ? 'MAX_TOKENS' : 'STOP' } : {}),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount,
      totalTokenCount: input + candidatesTokenCount,
      ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    },
    modelVersion: 'mock-gemini',
    responseId: 'resp-1',
  }
}

function partsOf(reply: Reply): readonly object[] {
  return [...(reply.text === '' ? [] : [{ text: reply.text }]), ...callsOf(reply)]
}

function callsOf({ calls }: Reply): readonly object[] {
  return calls.map(({ id, name, arguments: args }) => ({ functionCall: { id, name, args } }))
}

function readCall({ functionCall }: Wire): readonly ToolCall[] {
  if (functionCall === undefined) return []
  return [{ id: functionCall.id, name: functionCall.name, arguments: functionCall.args }]
}

/** The API takes objects only: a result that is JSON goes as itself. */
function outputOf(response: Wire): string {
  return response.result ?? JSON.stringify(response).replaceAll(':', ': ')
}

function textOf(parts: readonly Wire[]): string {
  return parts.map(({ text }) => text ?? '').join('')
}
