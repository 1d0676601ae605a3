/** The demo from nothing to a routed answer, with few questions: real processes, real sockets, real training. */
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEMO_PAIR } from '../src/demo/fleet.ts'
import { HARD_QUESTION } from '../src/demo/say.ts'
import { startDemo, type DemoOptions } from '../src/demo/start.ts'
import { SILENT } from '../src/telemetry/log.ts'

let directory = ''
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'weir-demo-'))))
afterEach(() => rm(directory, { recursive: true }))

interface Running {
  readonly url: string
  readonly said: readonly string[]
  stop(): Promise<void>
}

/** Enough to train on, little enough for a test. */
const COUNTS = { trainCount: 300, freshCount: 100 }

function options(said: string[], stop: AbortController): DemoOptions {
  return {
    port: 0,
    signal: stop.signal,
    log: SILENT,
    write: (text) => void said.push(text),
    directory,
    ...COUNTS,
  }
}

async function run(): Promise<Running> {
  const said: string[] = []
  const stop = new AbortController()
  let ended: Promise<void> = Promise.resolve()
  const url = await new Promise<string>((resolve, reject) => {
    ended = startDemo({ ...options(said, stop), onReady: resolve })
    ended.catch(reject)
  })
  return {
    url,
    said,
    async stop() {
      stop.abort()
      await ended
    },
  }
}

async function filesBelow(path: string): Promise<readonly string[]> {
  const files = await readdir(path, { recursive: true })
  return files
    .filter((file) => /\.\w+$/.test(file) && !/sqlite/.test(file))
    .map((file) => file.replace(/^.*[\\/]/, ''))
}

describe('the demo', () => {
  it('collects, trains, shows a table, serves, and starts quickly the second time', async () => {
    const first = await run()
    const text = first.said.join('')
    expect(text).toMatch(
      /Asked both programs 300 questions: demo-small answers \d\d\.\d% right, demo-large answers 9\d\.\d% right/,
    )
    expect(text).toMatch(/weir@0\.90\s+\d+\.\d%\s+\d+\.\d% ± \d+\.\d%\s+-?\d+\.\d%/)
    expect(text).toMatch(/weir@0\.90, answers read\s+\d+\.\d%/)
    expect(text.match(/^curl /gm)).toHaveLength(4)

    const client = new OpenAI({ baseURL: `${first.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const ask = async (
      model: string,
      content: string,
    ): Promise<{ readonly text: string; readonly by: string | null }> => {
      const messages = [{ role: 'user' as const, content }]
      const { data, response } = await client.chat.completions.create({ model, messages }).withResponse()
      return { text: data.choices[0]?.message.content ?? '', by: response.headers.get('x-weir-model') }
    }
    expect((await ask(DEMO_PAIR.large, HARD_QUESTION)).text).toContain('Answer: 39')
    const routed = await ask('weir', 'What is 15% of 80?')
    expect(Object.values(DEMO_PAIR)).toContain(routed.by)
    expect(routed.text).toContain('12')
    await first.stop()
    await expect(fetch(first.url)).rejects.toThrow()

    expect((await filesBelow(directory)).toSorted()).toEqual([
      'artifact.json',
      'fresh.jsonl.gz',
      'outcomes.jsonl.gz',
    ])
    const second = await run()
    expect(second.said.join('')).not.toMatch(/Asked|Trained/)
    expect(second.said.join('')).toContain('weir@0.90')
    await second.stop()
  })

  it('trains again when the artifact cannot be read, without asking again', async () => {
    await (await run()).stop()
    const folder = (await readdir(directory)).find((name) => name.startsWith('v')) ?? ''
    await writeFile(join(directory, folder, 'artifact.json'), '{"formatVersion": 99}')
    const again = await run()
    await again.stop()
    expect(again.said.join('')).toContain('Trained on 300')
    expect(again.said.join('')).not.toContain('Asked')
    expect(await readFile(join(directory, folder, 'artifact.json'), 'utf8')).not.toContain(
      '"formatVersion": 99',
    )
  })

  it('says at once when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const said: string[] = []
    await expect(startDemo({ ...options(said, new AbortController()), port })).rejects.toMatchObject({
      code: 'config.port',
      message: expect.stringMatching(/taken.*--port/),
    })
    expect(said).toEqual([])
    server.close()
  })

  it('ends early when it is told to, and leaves no half-written file', async () => {
    const said: string[] = []
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 1000).unref()
    await expect(startDemo({ ...options(said, stop), trainCount: 20_000 })).rejects.toMatchObject({
      code: 'cli.interrupted',
    })
    expect(await filesBelow(directory)).toEqual([])
  })
})
