/** Bodies made to be read in two ways, to reach a prototype, or to cost more than they weigh. Tests are named after the public incident. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { answering, chatBody, post, startFleet, type Fleet } from '../gateway-support.ts'
import { send, toBytes } from './support.ts'

const CHAT = '/v1/chat/completions'
/** 20 MB of spaces in 20 kB. */
const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20))

function start(): Promise<Fleet> {
  return startFleet({ small: answering('small'), large: answering('large') })
}

function message(more: string): string {
  return `{"model":"weir","messages":[{"role":"user","content":"easy"}]${more}}`
}

describe('GHSA-4gph-2hhr-5mwg: keys that two parsers read differently', () => {
  const bodies = [
    message(',"model":"large"'),
    message(',"Model":"large"'),
    message(String.raw`,"mod\u0065l":"large"`),
    message(',"max_tokens":1,"max_tokens":100000'),
    message(',"Max_Tokens":100000'),
    message(',"N":50'),
    message(',"Stream":true'),
    message(',"messages":[{"role":"user","content":"hard"}]'),
    message(',"me\u017f\u017fages":[{"role":"user","content":"hard"}]'),
    message(',"weir":{"quality":0.9,"quality":0.1}'),
    '{"model":"weir","messages":[{"role":"user","content":"easy","content":"hard"}]}',
    '{"model":"weir","messages":[{"role":"user","Content":"hard","content":"easy"}]}',
    '{"model":"weir","messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}',
  ]

  it.each(bodies)('never reach a model: %s', async (body) => {
    const { gateway, small, large } = await start()
    for (const path of [CHAT, '/v1/weir/route']) {
      const response = await post(gateway.url + path, body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'request.body' } })
    }
    expect([...small.seen, ...large.seen]).toHaveLength(0)
  })
})

describe('prototype pollution', () => {
  const evil = '{"polluted":"yes","toString":"x","stream":true,"explain":true,"quality":0.5,"isGone":true}'
  const bodies = [
    message(`,"__proto__":${evil}`),
    message(`,"constructor":{"prototype":${evil}}`),
    message(`,"stream_options":{"__proto__":${evil}}`),
    message(`,"metadata":{"__proto__":${evil},"constructor":${evil}}`),
    `{"model":"weir","messages":[{"role":"user","content":"easy","__proto__":${evil}}]}`,
    `{"model":"weir","messages":[{"role":"user","content":[{"type":"text","text":"easy","__proto__":${evil}}]}]}`,
  ]

  it.each(bodies)('goes on as it came and changes nothing here: %s', async (body) => {
    const { gateway, small } = await start()
    const response = await post(gateway.url + CHAT, body)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({ model: 'small' })
    expect(small.seen[0]?.body).toBe(body.replace('"model":"weir"', '"model":"small"'))
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    expect(Object.prototype.toString.name).toBe('toString')
  })

  it.each([`{"__proto__":${evil}}`, `{"caps":{"__proto__":${evil}}}`])(
    'is a misspelt key in the member that is ours: %s',
    async (extension) => {
      const { gateway, small } = await start()
      const response = await post(gateway.url + CHAT, message(`,"weir":${extension}`))
      expect(response.status).toBe(400)
      expect(small.seen).toHaveLength(0)
    },
  )

  it('does not make a model, a level or a role of what every object has', async () => {
    const { gateway } = await start()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const named = await post(gateway.url + CHAT, chatBody('easy', { model: name }))
      expect(named.status).toBe(404)
      const role = await post(
        gateway.url + CHAT,
        `{"model":"weir","messages":[{"role":"${name}","content":"a"}]}`,
      )
      expect(role.status).toBe(400)
      const quality = await post(gateway.url + CHAT, chatBody('easy'), { 'x-weir-quality': name })
      expect(quality.status).toBe(400)
    }
  })
})

describe('decompression bombs from a caller', () => {
  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'GZIP', 'x'])(
    'a body in %s is refused, not unpacked',
    async (encoding) => {
      const { gateway, small } = await start()
      const head = toBytes({
        target: CHAT,
        headers: [`content-encoding: ${encoding}`, `content-length: ${bomb.length}`],
      })
      const answer = await send(gateway.url, Buffer.concat([Buffer.from(head, 'latin1'), bomb]))
      expect(answer.status).toBe(415)
      expect(answer.body).toContain('request.encoding')
      expect(small.seen).toHaveLength(0)
    },
  )

  it('identity is no encoding', async () => {
    const { gateway } = await start()
    const response = await post(gateway.url + CHAT, chatBody('easy'), { 'content-encoding': 'identity' })
    expect(response.status).toBe(200)
  })

  it('a limit holds for a body without a length', async () => {
    const { gateway } = await startFleet(
      { small: answering('small'), large: answering('large') },
      { maxBodyBytes: 1000 },
    )
    const piece = `400\r\n${' '.repeat(1024)}\r\n`
    const bytes = toBytes({ target: CHAT, headers: ['transfer-encoding: chunked'] }) + piece.repeat(4)
    const answer = await send(gateway.url, bytes)
    expect(answer.status).toBe(413)
  })

  it('nesting does not reach the end of the stack', async () => {
    const { gateway } = await start()
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    const response = await post(gateway.url + CHAT, message(`,"x":${deep}`))
    expect([200, 400]).toContain(response.status)
    expect((await post(gateway.url + CHAT, chatBody('easy'))).status).toBe(200)
  })

  it('many keys do not cost the square of their number', async () => {
    const { gateway } = await start()
    const keys = Array.from({ length: 100_000 }, (_, i) => `"k${i}":0`).join()
    const response = await post(gateway.url + CHAT, message(`,${keys}`))
    expect(response.status).toBe(200)
  })
})
