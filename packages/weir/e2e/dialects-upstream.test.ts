/**
 * A chat client in front of upstreams that speak each other dialect, on real sockets: the path, the key, the request and the answer, whole and
 * streamed in single bytes; and a client of the upstream's own dialect, whose bytes nobody touches.
 */
import { describe, expect, it } from 'vitest'
import { createSecret } from '../src/config/secret.ts'
import { startGateway, type Gateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import type { UpstreamModel } from '../src/upstream/definition.ts'
import {
  chatBody,
  closeLater,
  completion,
  http,
  LAST_PIECE,
  piece,
  post,
  RIVER,
  startUpstream,
} from './gateway-support.ts'
import type { Seen, Upstream } from './gateway-support.ts'
import { ANSWER, NATIVE_REPLIES, NATIVE_STREAMS } from './native-replies.ts'

const KEY = createSecret('env:K', 'canary-key')

async function start(
  definition: Partial<UpstreamModel>,
  answer: (seen: Seen) => void,
): Promise<{ readonly gateway: Gateway; readonly upstream: Upstream }> {
  const upstream = closeLater(await startUpstream(answer))
  const models = ['small', 'large'].map((model) => ({
    model,
    upstreamModel: `m:${model}`,
    baseUrl: upstream.url,
    apiKey: KEY,
    ...definition,
  }))
  const gateway = closeLater(await startGateway({ river: RIVER, models, listen: { port: 0 }, log: SILENT }))
  return { gateway, upstream }
}

const EVENT_TYPE = 'text/event-stream'
const FRAME_TYPE = 'application/vnd.amazon.eventstream'

function head(type: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`
}

interface Case {
  readonly name: string
  readonly definition: Partial<UpstreamModel>
  readonly whole: RegExp
  readonly stream: RegExp
  readonly key: RegExp
  readonly type?: string
}

const AWS = {
  accessKeyId: createSecret('env:A', 'AKIDEXAMPLE'),
  secretAccessKey: createSecret('env:S', 'canary-secret'),
}

const CASES: readonly Case[] = [
  {
    name: 'messages',
    definition: { provider: 'anthropic' },
    whole: /^POST \/v1\/messages HTTP/,
    stream: /^POST \/v1\/messages HTTP/,
    key: /^x-api-key: canary-key/m,
  },
  {
    name: 'responses',
    definition: { provider: 'openai', dialect: 'responses' },
    whole: /^POST \/v1\/responses HTTP/,
    stream: /^POST \/v1\/responses HTTP/,
    key: /^authorization: Bearer canary-key/m,
  },
  {
    name: 'gemini',
    definition: { provider: 'gemini' },
    whole: /^POST \/v1beta\/models\/m%3Alarge:generateContent HTTP/,
    stream: /^POST \/v1beta\/models\/m%3Alarge:streamGenerateContent\?alt=sse HTTP/,
    key: /^x-goog-api-key: canary-key/m,
  },
  {
    name: 'bedrock',
    definition: { provider: 'bedrock', region: 'eu-central-1' },
    whole: /^POST \/model\/m%3Alarge\/converse HTTP/,
    stream: /^POST \/model\/m%3Alarge\/converse-stream HTTP/,
    key: /^authorization: Bearer canary-key/m,
    type: FRAME_TYPE,
  },
]

describe.each(CASES)(
  'an upstream of $name',
  ({ name, definition, whole, stream, key, type = EVENT_TYPE }) => {
    it('answers whole', async () => {
      const { gateway, upstream } = await start(definition, ({ socket }) => {
        socket.write(http(200, JSON.stringify(NATIVE_REPLIES[name])))
      })
      const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard'))
      expect(await response.json()).toMatchObject({
        object: 'chat.completion',
        choices: [
          {
            message: { content: ANSWER.content, tool_calls: ANSWER.tool_calls },
            finish_reason: 'tool_calls',
          },
        ],
        usage: { prompt_tokens: 110, completion_tokens: 30 },
      })
      const [seen] = upstream.seen
      expect(seen!.head).toMatch(whole)
      expect(seen!.head).toMatch(key)
      expect(seen!.head.match(/canary/g)).toHaveLength(1)
      expect(seen!.body).not.toContain('canary')
    })

    it('streams, byte by byte', async () => {
      const { gateway, upstream } = await start(definition, ({ socket }) => {
        socket.write(head(type))
        for (const byte of NATIVE_STREAMS[name] ?? []) socket.write(piece(Buffer.of(byte)))
        socket.write(LAST_PIECE)
      })
      const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard', { stream: true }))
      expect(response.headers.get('content-type')).toContain(EVENT_TYPE)
      const text = await response.text()
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
      expect(text).toContain('Let me look: ')
      expect(text).toContain('"finish_reason":"tool_calls"')
      expect(text).not.toContain('"usage"')
      expect(upstream.seen[0]!.head).toMatch(stream)
    })

    it('that breaks off in the middle ends with an error event, and no [DONE]', async () => {
      const bytes = NATIVE_STREAMS[name] ?? Buffer.alloc(0)
      const { gateway } = await start(definition, ({ socket }) => {
        socket.write(head(type))
        socket.write(piece(bytes.subarray(0, Math.floor(bytes.length * 0.6))))
        setTimeout(() => socket.destroy(), 20)
      })
      const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard', { stream: true }))
      const text = await response.text()
      expect(text).toContain('data: {"error":')
      expect(text).not.toContain('[DONE]')
    })

    it('that ends without its end is a broken one', async () => {
      const bytes = NATIVE_STREAMS[name] ?? Buffer.alloc(0)
      const { gateway } = await start(definition, ({ socket }) => {
        socket.write(head(type))
        socket.write(piece(bytes.subarray(0, Math.floor(bytes.length * 0.6))))
        socket.write(LAST_PIECE)
      })
      const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard', { stream: true }))
      const text = await response.text()
      expect(text).toContain('upstream.bad_body')
      expect(text).not.toContain('[DONE]')
    })
  },
)

describe('Bedrock with credentials', () => {
  it('is signed; the secret goes nowhere', async () => {
    const { apiKey: _none, ...unkeyed } = {
      apiKey: undefined,
      provider: 'bedrock',
      region: 'eu-central-1',
    } as const
    const upstream = closeLater(
      await startUpstream(
        ({ socket }) => void socket.write(http(200, JSON.stringify(NATIVE_REPLIES['bedrock']))),
      ),
    )
    const models = ['small', 'large'].map((model) => ({ model, baseUrl: upstream.url, aws: AWS, ...unkeyed }))
    const gateway = closeLater(await startGateway({ river: RIVER, models, listen: { port: 0 }, log: SILENT }))
    const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard'), {
      authorization: 'Bearer callers-own',
    })
    expect(response.status).toBe(200)
    const [seen] = upstream.seen
    expect(seen!.head).toMatch(
      /^authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}/m,
    )
    expect(seen!.head + seen!.body).not.toMatch(/canary-secret|callers-own/)
  })
})

describe('Azure', () => {
  it('has the deployment in the path, the version in the query and the key in its own header', async () => {
    const { gateway, upstream } = await start(
      { provider: 'azure', apiVersion: '2024-10-21', upstreamModel: 'my-deployment' },
      ({ socket }) => void socket.write(http(200, completion('gpt', 'hi'))),
    )
    const response = await post(`${gateway.url}/v1/chat/completions`, chatBody('hard', { max_tokens: 5 }))
    expect(response.status).toBe(200)
    const [seen] = upstream.seen
    expect(seen!.head).toMatch(
      /^POST \/openai\/deployments\/my-deployment\/chat\/completions\?api-version=2024-10-21 HTTP/,
    )
    expect(seen!.head).toMatch(/^api-key: canary-key/m)
    expect(seen!.body).toContain('"max_completion_tokens":5')
    expect(seen!.body).not.toContain('"max_tokens"')
  })
})

describe('a caller of the upstream’s own dialect', () => {
  const request = `{"model":"large", "max_tokens":1e2,"messages":[ {"role":"user","content":"hard \\u00e9"}],"new_member":{"a":1.0}}`

  it('has its bytes untouched both ways, whole', async () => {
    const reply = `{ "type":"message","content":[],"usage":{"input_tokens":1.0,"output_tokens":2}, "new":[ ] }`
    const { gateway, upstream } = await start(
      { provider: 'anthropic' },
      ({ socket }) => void socket.write(http(200, reply)),
    )
    const response = await post(`${gateway.url}/v1/messages`, request, {
      'anthropic-beta': 'b-1',
      'anthropic-version': '2023-06-01',
    })
    expect(await response.text()).toBe(reply)
    const [seen] = upstream.seen
    expect(seen!.body).toBe(request.replace('"large"', '"m:large"'))
    expect(seen!.head.match(/anthropic-version/gi)).toHaveLength(1)
  })

  it('has its bytes untouched, streamed', async () => {
    const bytes = NATIVE_STREAMS['messages'] ?? Buffer.alloc(0)
    const { gateway } = await start({ provider: 'anthropic' }, ({ socket }) => {
      socket.write(head(EVENT_TYPE))
      for (const byte of bytes) socket.write(piece(Buffer.of(byte)))
      socket.write(LAST_PIECE)
    })
    const response = await post(`${gateway.url}/v1/messages`, request.replace('{', '{"stream":true,'))
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('has its bytes untouched by an upstream of Responses', async () => {
    const reply = JSON.stringify(NATIVE_REPLIES['responses'])
    const { gateway, upstream } = await start(
      { provider: 'openai', dialect: 'responses' },
      ({ socket }) => void socket.write(http(200, reply)),
    )
    const sent = '{"model":"large","input":"hard","store":false,"new_member":{"a":1.0}}'
    const response = await post(`${gateway.url}/v1/responses`, sent)
    expect(await response.text()).toBe(reply)
    expect(upstream.seen[0]!.body).toBe(sent.replace('"large"', '"m:large"'))
  })
})
