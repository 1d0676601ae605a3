/** Hot reload: a changed file is in force within a second, or refused while the old one stays; no request notices. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startGateway, type GatewayOptions } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import {
  answering,
  chatBody,
  closeLater,
  LAST_PIECE,
  piece,
  post,
  RIVER,
  SSE_HEAD,
  startUpstream,
  until,
  type Upstream,
} from './gateway-support.ts'
import { folderOf, models, serve, serveFile, trainingRows, urlOf, writeTrained } from './serve-support.ts'

const said = (output: string, event: string): number => output.split(`"event":"${event}"`).length - 1

/** Replaces the file the way editors do: a new one is renamed over it. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

async function contentOf(url: string, body: string): Promise<string> {
  const response = await post(`${url}/v1/chat/completions`, body)
  const read = (await response.json()) as { choices?: { message: { content: string } }[] }
  return read.choices?.[0]?.message.content ?? JSON.stringify(read)
}

describe('weir serve, reloading', () => {
  it('takes a changed file over, and says which keys changed', async () => {
    const first = closeLater(await startUpstream(answering('small', 'from the first')))
    const second = closeLater(await startUpstream(answering('small', 'from the second')))
    const head = 'artifact: router.weir\nlisten: { port: 0 }\n'
    const running = await serve(`${head}${models(first.url, first.url)}`)
    const url = await urlOf(running)
    const ask = chatBody('x', { model: 'small' })
    expect(await contentOf(url, ask)).toBe('from the first')
    await replaceFile(running.path, `${head}quality: 0.9\n${models(second.url, first.url)}`)
    await until(() => said(running.output(), 'config.reloaded') === 1)
    expect(await contentOf(url, ask)).toBe('from the second')
    expect(running.output()).toContain('"changed":"quality, models.small.baseUrl"')
    expect(running.output()).not.toContain('canary')
    // The pool of the first upstream closes, since nothing runs on it any more.
    await until(() => first.closed.length === first.seen.length)
  })

  it('refuses an invalid file with line and key, and keeps the old one', async () => {
    const upstream = closeLater(await startUpstream(answering('small')))
    const good = `artifact: router.weir\nlisten: { port: 0 }\n${models(upstream.url, upstream.url)}`
    const running = await serve(good)
    const url = await urlOf(running)
    await replaceFile(running.path, `qualty: 0.5\n${good}`)
    await until(() => said(running.output(), 'config.refused') === 1)
    expect(running.output()).toMatch(/\.yaml:1: qualty: unknown key; did you mean quality/)
    expect(await contentOf(url, chatBody('x', { model: 'small' }))).toBe('from small')
    await replaceFile(running.path, good)
    await until(() => said(running.output(), 'config.unchanged') === 1)
  })

  it('says what waits for a restart, and puts the rest in force', async () => {
    const upstream = closeLater(await startUpstream(answering('small')))
    const rest = `artifact: router.weir\n${models(upstream.url, upstream.url)}`
    const running = await serve(`listen: { port: 0 }\n${rest}`)
    const url = await urlOf(running)
    await replaceFile(running.path, `listen: { port: 1 }\nquality: 0.9\n${rest}`)
    await until(() => said(running.output(), 'config.needs_restart') === 1)
    expect(running.output()).toContain('"keys":"listen.port"')
    expect(await contentOf(url, chatBody('x', { model: 'small' }))).toBe('from small')
  })

  it('takes a new artifact over: the same query goes elsewhere', async () => {
    const upstream = closeLater(await startUpstream(answering('any')))
    const artifact = join(folderOf(), 'swapped.weir')
    await writeTrained(artifact, trainingRows())
    const running = await serve(
      `artifact: swapped.weir\nmode: estimate\nonUnfamiliar: score\nlisten: { port: 0 }\n${models(upstream.url, upstream.url)}`,
    )
    const url = await urlOf(running)
    const scoreOf = async (): Promise<number> => {
      const routed = await post(`${url}/v1/weir/route`, chatBody('easy add name prove list'))
      return ((await routed.json()) as { score: number }).score
    }
    const before = await scoreOf()
    await writeTrained(`${artifact}.new`, trainingRows(true))
    await rename(`${artifact}.new`, artifact)
    await until(() => said(running.output(), 'config.reloaded') === 1)
    expect(running.output()).toContain('"changed":"artifact (contents)"')
    expect(before).toBeGreaterThan(0.5)
    expect(await scoreOf()).toBeLessThan(0.5)
  })

  it('sees the symlinks of a mounted ConfigMap swapped', async () => {
    const upstream = closeLater(await startUpstream(answering('small')))
    const volume = join(folderOf(), 'volume')
    const write = async (version: string, quality: number): Promise<void> => {
      await mkdir(join(volume, version), { recursive: true })
      const text = `artifact: ${join(folderOf(), 'router.weir')}\nquality: ${quality}\nlisten: { port: 0 }\n`
      await writeFile(join(volume, version, 'weir.yaml'), text + models(upstream.url, upstream.url))
      await symlink(version, join(volume, '..data_tmp'))
      await rename(join(volume, '..data_tmp'), join(volume, '..data'))
    }
    await write('..one', 0.95)
    await symlink(join('..data', 'weir.yaml'), join(volume, 'weir.yaml'))
    const running = serveFile(join(volume, 'weir.yaml'))
    await urlOf(running)
    await write('..two', 0.9)
    await rm(join(volume, '..one'), { recursive: true })
    await until(() => said(running.output(), 'config.reloaded') === 1)
    expect(running.output()).toContain('"changed":"quality"')
  })

  it('reads the files again on SIGHUP', async () => {
    const upstream = closeLater(await startUpstream(answering('small')))
    const running = await serve(
      `artifact: router.weir\nlisten: { port: 0 }\n${models(upstream.url, upstream.url)}`,
    )
    const url = await urlOf(running)
    running.child.kill('SIGHUP')
    await until(() => said(running.output(), 'config.reloaded') === 1)
    expect(running.output()).toContain('"because":"SIGHUP"')
    expect(await contentOf(url, chatBody('x', { model: 'small' }))).toBe('from small')
  })
})

const optionsFor = (small: string, large: string): GatewayOptions => ({
  river: RIVER,
  models: [
    { model: 'small', baseUrl: small },
    { model: 'large', baseUrl: large },
  ],
  listen: { port: 0 },
  log: SILENT,
})

describe('a gateway whose configuration is replaced', () => {
  it('fails no request and closes no connection under load', async () => {
    const upstreams: Upstream[] = []
    for (const name of ['one', 'two'])
      upstreams.push(closeLater(await startUpstream(answering('small', name))))
    const [one, two] = upstreams.map(({ url }) => url) as [string, string]
    const gateway = closeLater(await startGateway(optionsFor(one, one)))
    const load = { isDone: false }
    const answers: string[] = []
    const client = async (): Promise<void> => {
      while (!load.isDone) answers.push(await contentOf(gateway.url, chatBody('easy')))
    }
    const clients = Array.from({ length: 16 }, client)
    for (let turn = 1; turn <= 20; turn += 1) {
      const enough = answers.length + 20
      await until(() => answers.length >= enough)
      gateway.replace(turn % 2 === 0 ? optionsFor(one, one) : optionsFor(two, two))
    }
    load.isDone = true
    // A failed request would reject here, or give an error in place of an answer.
    await Promise.all(clients)
    expect(new Set(answers)).toEqual(new Set(['one', 'two']))
  })

  it('lets a stream of a removed upstream end on it', async () => {
    let finish: (() => void) | undefined
    const old = closeLater(
      await startUpstream(({ socket }) => {
        socket.write(SSE_HEAD)
        socket.write(piece('data: {"a":1}\n\n'))
        finish = () => void socket.write(Buffer.concat([piece('data: [DONE]\n\n'), Buffer.from(LAST_PIECE)]))
      }),
    )
    const next = closeLater(await startUpstream(answering('small', 'new')))
    const gateway = closeLater(await startGateway(optionsFor(old.url, old.url)))
    const stream = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy', { stream: true }))
    gateway.replace(optionsFor(next.url, next.url))
    expect(await contentOf(gateway.url, chatBody('easy'))).toBe('new')
    expect(old.closed).toEqual([])
    finish?.()
    expect(await stream.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n')
    // Closing waits for nothing that is over: the old pool goes at once.
    await gateway.close()
    await until(() => old.closed.length === 1)
  })

  it('changes nothing when the next one cannot be served', async () => {
    const upstream = closeLater(await startUpstream(answering('small', 'kept')))
    const gateway = closeLater(await startGateway(optionsFor(upstream.url, upstream.url)))
    const broken = { ...optionsFor(upstream.url, upstream.url), models: [] }
    expect(() => gateway.replace(broken)).toThrow(/no upstream/)
    expect(await contentOf(gateway.url, chatBody('easy'))).toBe('kept')
  })
})
