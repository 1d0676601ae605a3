/**
 * Requests that are not routed: forwarded as they are to a named model, answers of any type given as they come, with the headers, failures
 * and rows of every request.
 */
import OpenAI, { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { createOutcomeReader } from './dialect-support.ts'
import { answering, http, LAST_PIECE, piece, post, SSE_HEAD, startFleet } from './gateway-support.ts'

type Answer = Parameters<typeof startFleet>[0]['small']

function client(url: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'key', maxRetries: 0 })
}

const EMBEDDED =
  '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.0]}],"model":"e","usage":{"prompt_tokens":4,"total_tokens":4}}'

function start(small: Answer, options: Parameters<typeof startFleet>[1] = {}): ReturnType<typeof startFleet> {
  return startFleet({ small, large: answering('large') }, options)
}

function field(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

describe('forwarding', () => {
  it('embeddings: bytes both ways but for the model, and a row', async () => {
    const rows = createOutcomeReader()
    const { gateway, small } = await start(({ socket }) => void socket.write(http(200, EMBEDDED)), {
      record: { path: rows.path, storeText: true },
    })
    const body = '{ "model": "small", "input": ["a", "b"], "dimensions": 2.0 }'
    const response = await post(`${gateway.url}/embeddings`, body)
    expect(await response.text()).toBe(EMBEDDED)
    expect(response.headers.get('x-weir-model')).toBe('small')
    expect(small.seen[0]?.body).toBe(body)
    expect(small.seen[0]?.head).toMatch(/^POST \/v1\/embeddings /)
    await gateway.close()
    const [row] = await rows.read()
    expect(row?.attempts[0]).toMatchObject({ model: 'small', inputTokens: 4 })
    expect(row?.messages).toBeUndefined()
  })

  it('takes the name from a header where the body has none', async () => {
    const { gateway, small } = await start(({ socket }) => void socket.write(http(200, '{"results":[]}')))
    const response = await post(`${gateway.url}/v1/rerank`, '{"query":"x"}', { 'x-weir-model': 'small' })
    expect(response.status).toBe(200)
    expect(JSON.parse(small.seen[0]?.body ?? '')).toEqual({ query: 'x', model: 'small' })
  })

  it('an upload: the form as it is, the name in it replaced', async () => {
    const { gateway, small } = await start(({ socket }) => void socket.write(http(200, '{"text":"hello"}')), {
      definition: { upstreamModel: 'whisper-9' },
    })
    const file = await toFile(Buffer.from('RIFF\r\n--x\r\n\u0001'), 'a.wav')
    const answer = await client(gateway.url).audio.transcriptions.create({ model: 'small', file })
    expect(answer.text).toBe('hello')
    const [seen] = small.seen
    expect(seen?.head).toMatch(/content-type: multipart\/form-data; ?boundary=/i)
    expect(seen?.head.match(/content-type:/gi)).toHaveLength(1)
    expect(seen?.body).toMatch(/name="model"\r\n\r\nwhisper-9\r\n/)
    expect(seen?.body).toContain('RIFF\r\n--x\r\n')
  })

  it('sound comes as it is', async () => {
    const sound = Buffer.from([0, 255, 1, 254])
    const { gateway } = await start(({ socket }) => {
      socket.write(`HTTP/1.1 200 X\r\ncontent-type: audio/mpeg\r\ncontent-length: ${sound.length}\r\n\r\n`)
      socket.write(sound)
    })
    const response = await client(gateway.url).audio.speech.create({
      model: 'small',
      voice: 'x',
      input: 'hi',
    })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sound)
  })

  it('events of old completions flow', async () => {
    const events = [
      'data: {"id":"c","object":"text_completion","choices":[{"index":0,"text":"hi"}]}\n\n',
      'data: [DONE]\n\n',
    ]
    const { gateway } = await start(({ socket }) => {
      socket.write(SSE_HEAD)
      for (const event of events) socket.write(piece(event))
      socket.write(LAST_PIECE)
    })
    const response = await post(
      `${gateway.url}/v1/completions`,
      '{"model":"small","prompt":"x","stream":true}',
    )
    expect(await response.text()).toBe(events.join(''))
  })

  it.each([
    ['no model', '/v1/embeddings', '{"input":"x"}', 400, 'request.body'],
    ['an unknown model', '/v1/embeddings', '{"model":"nothing","input":"x"}', 404, 'request.model'],
    ['the router', '/v1/embeddings', '{"model":"weir","input":"x"}', 400, 'request.body'],
    ['two models', '/v1/embeddings', '{"model":"small","model":"large"}', 400, 'request.body'],
  ])('refuses %s', async (_name, path, body, status, code) => {
    const { gateway, small } = await start(answering('small'))
    const response = await post(gateway.url + path, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
    expect(small.seen).toHaveLength(0)
  })

  it.each([
    [
      'two names',
      'name="model"\r\n\r\nsmall\r\n--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nlarge',
    ],
    ['another case', 'name="Model"\r\n\r\nsmall'],
    ['two names in one head', 'name="model"; name="file"\r\n\r\nsmall'],
    ['no end', 'name="model"'],
  ])('refuses a form with %s', async (_name, part) => {
    const { gateway, small } = await start(answering('small'))
    const body = `--b\r\nContent-Disposition: form-data; ${part}\r\n--b--\r\n`
    const response = await post(`${gateway.url}/v1/audio/transcriptions`, body, {
      'content-type': 'multipart/form-data; boundary=b',
    })
    expect(response.status).toBe(400)
    expect(small.seen).toHaveLength(0)
  })

  it('refuses a form in which another reader finds another model', async () => {
    const { gateway, small } = await start(answering('small'))
    const other = field('model', 'large')
    const forms = [
      `${field('model', 'small')}${field('x', '1\r\n--bz')}${other}--b--\r\n`,
      `${field('model', 'small')}--b--\r\n${other}--b--\r\n`,
      `${field('model', 'small')}${field('mod\\el', 'large')}--b--\r\n`,
    ]
    for (const form of forms) {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' }
      const response = await post(`${gateway.url}/v1/audio/transcriptions`, form, headers)
      expect(response.status, form).toBe(400)
    }
    expect(small.seen).toHaveLength(0)
  })

  it('the name is JSON in JSON, however its type is written', async () => {
    const { gateway, small } = await start(({ socket }) => void socket.write(http(200, '{"results":[]}')))
    await post(`${gateway.url}/v1/rerank`, '{"model":"small","query":"x"}', {
      'content-type': 'Application/JSON',
    })
    expect(JSON.parse(small.seen[0]?.body ?? '')).toEqual({ model: 'small', query: 'x' })
  })

  it('events of sound end as they do', async () => {
    const rows = createOutcomeReader()
    const events = [
      'data: {"type":"speech.audio.delta","audio":"AA=="}\n\n',
      'data: {"type":"speech.audio.done"}\n\n',
    ]
    const { gateway } = await start(
      ({ socket }) => {
        socket.write(SSE_HEAD)
        for (const event of events) socket.write(piece(event))
        socket.write(LAST_PIECE)
      },
      { record: { path: rows.path } },
    )
    const body = '{"model":"small","input":"x","stream_format":"sse"}'
    const response = await post(`${gateway.url}/v1/audio/speech`, body)
    expect(await response.text()).toBe(events.join(''))
    await gateway.close()
    const [row] = await rows.read()
    expect(row?.attempts[0]?.error).toBeUndefined()
  })

  it('forms are for these paths alone', async () => {
    const { gateway } = await start(answering('small'))
    const response = await post(`${gateway.url}/v1/chat/completions`, 'x', {
      'content-type': 'multipart/form-data',
    })
    expect(await response.text()).toContain('content type must be application/json')
  })

  it('is refused where the upstream speaks something else', async () => {
    const { gateway } = await start(answering('small'), { definition: { dialect: 'messages' } })
    const response = await post(`${gateway.url}/v1/embeddings`, '{"model":"small","input":"x"}')
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('speaks messages')
  })
})
