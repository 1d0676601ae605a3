/** An artifact with an embedder behind the gateway: its upstream is asked before a query is decided, and what happens when it is not there. */
import { createServer, type Server } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createRng, saveArtifact, train, type Embedder } from '@weir/core'
import { PLANTED_PAIR } from '@weir/core/suites'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { loadGatewayOptions } from '../src/config/river.ts'
import { examine } from '../src/doctor/examine.ts'
import type { UpstreamDefinition } from '../src/encoder/definition.ts'
import { watch } from '../src/encoder/live-embedder.ts'
import { openUpstreamEmbedder } from '../src/encoder/upstream-embedder.ts'
import { startGateway, type Gateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { REAL_CLOCK } from '../src/upstream/clock.ts'
import { replying, startModel } from './cascade-support.ts'
import { closeLater, post } from './gateway-support.ts'

let folder = ''
let server: Server
let baseUrl = ''
let isDown = false
const asked: string[] = []
const warned: string[] = []
const { small, large } = PLANTED_PAIR

/** Only this upstream knows what is hard: words are of no use, each comes once. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-encoder-serve-'))
  server = createServer(async (request, response) => {
    const { input } = (await json(request)) as { readonly input: readonly string[] }
    asked.push(...input)
    response.writeHead(isDown ? 400 : 200)
    const data = input.map((text, index) => ({ index, embedding: / z/.test(text) ? [1, 0] : [0, 1] }))
    response.end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const limits = { batch: 64, timeoutMs: 1000, cacheEntries: 10 }
  const definition: UpstreamDefinition = { kind: 'upstream', baseUrl, model: 'tiny-embedding', ...limits }
  const opened = await openUpstreamEmbedder(definition)
  const rng = createRng(3)
  const rows = Array.from({ length: 200 }, (_, i) => ({
    id: String(i),
    prompt: `${rng.int(1e9).toString(36)} ${i % 2 === 0 ? 'z' : 'q'}${rng.int(1e9).toString(36)}`,
    models: { [small]: { score: i % 2 }, [large]: { score: 1 } },
  }))
  const artifact = await train(rows, {
    pair: PLANTED_PAIR,
    seed: 1,
    dataHash: 'x',
    embedder: opened.embedder,
  })
  await opened.close()
  await writeFile(join(folder, 'router.weir'), saveArtifact(artifact))
})
beforeEach(() => {
  isDown = false
  asked.length = 0
  warned.length = 0
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

async function write(encoder: string): Promise<string> {
  const lines: string[] = []
  for (const model of [small, large]) {
    const upstream = await startModel(replying(model, () => ({ text: model })))
    lines.push(`  ${model}: { baseUrl: "${upstream.url}" }`)
  }
  const path = join(folder, 'weir.yaml')
  const settings =
    'artifact: router.weir\nmode: estimate\nquality: 0.95\nlisten: { port: 0 }\nonUnfamiliar: score\n'
  await writeFile(path, `${settings}${encoder}models:\n${lines.join('\n')}\n`)
  return path
}

const encoder = (): string => `encoder: { baseUrl: "${baseUrl}", model: tiny-embedding }\n`

async function start(): Promise<Gateway> {
  const log = { ...SILENT, warn: (event: string) => void warned.push(event) }
  return closeLater(
    await startGateway(await loadGatewayOptions(await loadConfig(await write(encoder()), {}), log)),
  )
}

async function load(text: string): Promise<unknown> {
  return loadGatewayOptions(await loadConfig(await write(text), {}), SILENT)
}

async function ask(
  gateway: Gateway,
  text: string,
): Promise<{ readonly model: string; readonly reason: string }> {
  const body = { model: 'weir', messages: [{ role: 'user', content: text }] }
  const { headers } = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(body))
  return { model: headers.get('x-weir-model') ?? '', reason: headers.get('x-weir-reason') ?? '' }
}

describe('a gateway with an encoder', () => {
  it('decides by what the embedder says, and asks once for each text', async () => {
    const gateway = await start()
    // The dimension is the artifact's: nothing is asked at the start.
    expect(asked).toEqual([])
    expect((await ask(gateway, 'new qword')).model).toBe(small)
    expect((await ask(gateway, 'new zword')).model).toBe(large)
    expect((await ask(gateway, 'new qword')).model).toBe(small)
    expect(asked).toEqual(['new qword', 'new zword'])
  })

  it('tells a decision alone by it too', async () => {
    const gateway = await start()
    const body = { model: 'weir', messages: [{ role: 'user', content: 'other qword' }] }
    const response = await post(`${gateway.url}/v1/weir/route`, JSON.stringify(body))
    expect(await response.json()).toMatchObject({ model: small })
  })

  it('sends a query without a vector where onEstimatorFailure says, records why, and goes on', async () => {
    const gateway = await start()
    isDown = true
    expect(await ask(gateway, 'late qword')).toEqual({ model: large, reason: 'estimator_failed' })
    expect(warned).toContain('gateway.encoder_failed')
    isDown = false
    expect((await ask(gateway, 'late qword')).model).toBe(small)
  })

  it('is refused at the start without the encoder, or with another', async () => {
    await expect(load('')).rejects.toMatchObject({ code: 'artifact.encoder' })
    await expect(load(encoder().replace('tiny', 'other'))).rejects.toMatchObject({ code: 'artifact.encoder' })
    await expect(load('encoder: { words: nowhere.json }\n')).rejects.toMatchObject({
      code: 'artifact.unreadable',
    })
  })

  it('is checked by the doctor, who asks nothing of it', async () => {
    const path = await write(encoder())
    const findings = await examine({ path, env: {}, timeoutMs: 1000, nowMs: () => performance.now() })
    expect(JSON.stringify(findings)).toContain('upstream tiny-embedding, dimension 2')
    expect(asked).toEqual([])
  })

  it.each([
    ['encoder: {}\n', /exactly one of words, onnx and baseUrl/],
    ['encoder: { words: a, onnx: b }\n', /exactly one of/],
    ['encoder: { baseUrl: "http://x/v1" }\n', /needs model/],
    ['encoder: { baseUrl: "http://x/v1", model: m, apiKey: sk-1 }\n', /encoder\.apiKey must be a reference/],
  ])('refuses %j', async (text, message) => {
    await expect(loadConfig(await write(text), {})).rejects.toThrow(message)
  })
})

describe('watch', () => {
  it('gives a query up after the time limit', async () => {
    const never: Embedder = {
      spec: { name: 'test', model: 'never', dimension: 1, weightsHash: 'x' },
      embed: () => new Promise(() => undefined),
    }
    const log = { warn: (event: string) => void warned.push(event) }
    const watched = watch(never, { timeoutMs: 20, log, clock: REAL_CLOCK })
    await expect(watched.embed(['a'])).rejects.toThrow(/no vector within 20 ms/)
    expect(warned).toEqual(['gateway.encoder_failed'])
  })
})
