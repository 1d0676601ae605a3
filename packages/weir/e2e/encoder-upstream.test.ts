/** Embeddings of an upstream over real HTTP: batches, order, retries, limits, what is refused. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { checkEmbedder } from '@weir/core/suites'
import { afterEach, describe, expect, it } from 'vitest'
import { createSecret } from '../src/config/secret.ts'
import type { UpstreamDefinition } from '../src/encoder/definition.ts'
import { openUpstreamEmbedder, type OpenedEmbedder } from '../src/encoder/upstream-embedder.ts'

interface Asked {
  readonly model: string
  readonly input: readonly string[]
  readonly dimensions?: number
}

type Answer = (asked: Asked, call: number) => { readonly status?: number; readonly body: unknown } | undefined

const servers: Server[] = []
const opened: OpenedEmbedder[] = []
const calls: {
  readonly asked: Asked
  readonly key: string | undefined
  readonly path: string | undefined
}[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  for (const server of servers.splice(0)) server.close().closeAllConnections()
  calls.length = 0
})

/** An upstream; undefined: it never answers. */
async function start(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    const asked = (await json(request)) as Asked
    calls.push({ asked, key: request.headers.authorization, path: request.url })
    const given = answer(asked, calls.length)
    if (given === undefined) return
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(given.body))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** (letters, 1), given in the reverse order. */
const LENGTHS: Answer = ({ input }) => ({
  body: { data: input.map((text, index) => ({ index, embedding: [text.length, 1] })).toReversed() },
})

async function open(answer: Answer, more: Partial<UpstreamDefinition> = {}): Promise<OpenedEmbedder> {
  const baseUrl = await start(answer)
  const limits = { batch: 2, timeoutMs: 1000, cacheEntries: 10 }
  const one = await openUpstreamEmbedder(
    { kind: 'upstream', baseUrl, model: 'e', ...limits, ...more },
    { dimension: 2, random: () => 0 },
  )
  opened.push(one)
  return one
}

async function hashOf(more: Partial<UpstreamDefinition>): Promise<string> {
  return (await open(LENGTHS, more)).embedder.spec.weightsHash
}

describe('openUpstreamEmbedder', () => {
  it('asks in batches and puts what comes back in order, of length 1', async () => {
    const { embedder } = await open(LENGTHS, { apiKey: createSecret('env:KEY', 'secret') })
    const vectors = await embedder.embed(['a', 'bbb', 'cc'])
    // (1, 1), (3, 1), (2, 1), each over its length.
    expect(vectors.map(([x = 0, y = 0]) => Math.round(x / y))).toEqual([1, 3, 2])
    expect(calls.map(({ asked }) => asked.input.length).toSorted((a, b) => a - b)).toEqual([1, 2])
    expect(calls[0]).toMatchObject({ key: 'Bearer secret', path: '/v1/embeddings', asked: { model: 'e' } })
    await checkEmbedder(embedder, ['a', 'bbb', 'cc', ' '])
  })

  it('asks nothing for a text without words, which is all 0', async () => {
    const { embedder } = await open(LENGTHS)
    expect((await embedder.embed([' \n'])).map((one) => [...one])).toEqual([[0, 0]])
    expect(calls).toEqual([])
  })

  it('finds the dimension out where nobody says it', async () => {
    const baseUrl = await start(LENGTHS)
    const one = await openUpstreamEmbedder({
      kind: 'upstream',
      baseUrl,
      model: 'e',
      batch: 2,
      timeoutMs: 1000,
      cacheEntries: 1,
    })
    opened.push(one)
    expect(one.embedder.spec).toMatchObject({ name: 'upstream', model: 'e', dimension: 2 })
  })

  it('is another embedder with another model or another dimension asked for, wherever it runs', async () => {
    expect(await hashOf({})).toBe(await hashOf({}))
    expect(
      new Set([await hashOf({}), await hashOf({ model: 'f' }), await hashOf({ dimension: 2 })]).size,
    ).toBe(3)
  })

  it.each([429, 500, 503])('sends again after status %i', async (status) => {
    const { embedder } = await open((asked, call) =>
      call === 1 ? { status, body: {} } : LENGTHS(asked, call),
    )
    expect(await embedder.embed(['a'])).toHaveLength(1)
    expect(calls).toHaveLength(2)
  })

  it('does not send again what is refused for good, and never repeats what the upstream said', async () => {
    const { embedder } = await open(() => ({ status: 401, body: { error: 'the prompt was xyz' } }))
    await expect(embedder.embed(['a'])).rejects.toThrow(/^(?!.*xyz).*status 401/)
    expect(calls).toHaveLength(1)
  })

  it('gives up when its time is over', async () => {
    const { embedder } = await open(() => undefined, { timeoutMs: 50 })
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      code: expect.stringMatching(/^upstream\.|^limit\./) as string,
    })
  })

  it.each([
    ['vectors of another length', [{ index: 0, embedding: [1, 2, 3] }], /length 3 where 2/],
    ['a vector too few', [], /no vector for some of 1/],
    ['what are no numbers', [{ index: 0, embedding: ['1', '2'] }], /no vector/],
    ['no list', 'nothing', /no vector/],
  ])('refuses %s', async (_, data, message) => {
    const { embedder } = await open(() => ({ body: { data } }))
    await expect(embedder.embed(['a'])).rejects.toThrow(message)
  })
})
