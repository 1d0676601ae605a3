/** `weir serve` as a process: starts from a file, answers, drains on SIGTERM, and refuses what is wrong with one message. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import {
  answering,
  chatBody,
  closeLater,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startUpstream,
  until,
} from './gateway-support.ts'
import { folderOf, models, serve, urlOf } from './serve-support.ts'

describe('weir serve', () => {
  it('serves, records, and on SIGTERM lets a running stream end', async () => {
    let finish: (() => void) | undefined
    const small = closeLater(await startUpstream(answering('small')))
    const large = closeLater(
      await startUpstream(({ socket }) => {
        socket.write(SSE_HEAD)
        socket.write(piece('data: {"a":1}\n\n'))
        finish = () => void socket.write(Buffer.concat([piece('data: [DONE]\n\n'), Buffer.from(LAST_PIECE)]))
      }),
    )
    const running = await serve(
      `artifact: router.weir\nlisten: { port: 0 }\nrecord: { path: rows.sqlite }\n${models(small.url, large.url)}`,
    )
    const url = await urlOf(running)
    const chat = await post(`${url}/v1/chat/completions`, chatBody('easy', { model: 'small' }))
    expect(chat.status).toBe(200)
    expect(small.seen[0]?.head).toContain('authorization: Bearer sk-canary-key')
    const routed = await post(`${url}/v1/weir/route`, chatBody('easy add name'))
    expect(await routed.json()).toMatchObject({ policy: 'threshold', score: expect.any(Number) })

    const stream = await post(`${url}/v1/chat/completions`, chatBody('x', { model: 'large', stream: true }))
    running.child.kill('SIGTERM')
    await until(() => running.output().includes('gateway.stopping'))
    finish?.()
    expect(await stream.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n')
    expect(await running.ended).toBe(0)
    expect(running.output()).not.toContain('canary')
    const answered: string[] = []
    for await (const row of readOutcomeStore(join(folderOf(), 'rows.sqlite')))
      answered.push(...Object.keys(row.models))
    expect(answered).toEqual(['small', 'large'])
  })

  it('ends at the second signal', async () => {
    const silent = closeLater(await startUpstream(() => {}))
    const running = await serve(
      `artifact: router.weir\nlisten: { port: 0 }\n${models(silent.url, silent.url)}`,
    )
    const url = await urlOf(running)
    const hanging = post(`${url}/v1/chat/completions`, chatBody('easy')).catch(() => undefined)
    await until(() => silent.seen.length === 1)
    running.child.kill('SIGINT')
    await until(() => running.output().includes('gateway.stopping'))
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    await hanging
  })

  const good = models('http://127.0.0.1:9', 'http://127.0.0.1:9')
  it.each([
    [
      'a misspelt key',
      `artifact: router.weir\nqualty: 1\n${good}`,
      /:2: qualty: unknown key; did you mean quality\? \[config\.key\]/,
    ],
    ['no artifact named', good, /weir train .*--small small --large large.*\[config\.value\]/],
    [
      'an artifact that is not there',
      `artifact: none.weir\n${good}`,
      /none\.weir .*ENOENT.* \[artifact\.unreadable\]/,
    ],
    [
      'an artifact of another pair',
      `artifact: router.weir\nsmall: large\n${good}`,
      /trained for small model small, .* says large.*\[artifact\.pair\]/,
    ],
    [
      'a model missing',
      'artifact: router.weir\nmodels: { small: { baseUrl: "http://h" } }\n',
      /large model large, which "models" does not have.*\[artifact\.pair\]/,
    ],
    [
      'a store that is no store',
      `artifact: router.weir\nrecord: { path: router.weir }\n${good}`,
      /record\.path .*cannot be used.*\[config\.value\]/,
    ],
  ])('%s: exit 2 and one message', async (_name, config, message) => {
    const running = await serve(config)
    expect(await running.ended).toBe(2)
    expect(running.output()).toMatch(message)
    expect(running.output().trim().split('\n').length).toBe(1)
  })

  it('a taken port: exit 2 and one message', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const running = await serve(`artifact: router.weir\n${good}`, ['--port', port])
    expect(await running.ended).toBe(2)
    expect(running.output()).toMatch(
      new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: another program .*\\[config\\.port\\]`),
    )
    await new Promise((resolve) => taken.close(resolve))
  })
})
