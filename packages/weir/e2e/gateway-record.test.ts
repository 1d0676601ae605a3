/** What the gateway writes down, and what it never does. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSecret } from '../src/config/secret.ts'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import { createLog } from '../src/telemetry/log.ts'
import {
  answering,
  chatBody,
  http,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
  until,
  type Seen,
} from './gateway-support.ts'

const CHAT = '/v1/chat/completions'
const both = { small: answering('small'), large: answering('large') }
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-record-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function readRows(path: string): Promise<readonly LiveOutcome[]> {
  const rows: unknown[] = []
  for await (const row of readOutcomeStore(path)) rows.push(row)
  return rows as LiveOutcome[]
}

describe('each request leaves a row', () => {
  it('whole, streamed, failed over, broken off, aborted and the caller\u2019s fault', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const events = streamEvents('large', ['a'])
    const small = async ({ socket, body }: Seen): Promise<void> => {
      if (body.includes('fails')) return void socket.write(http(503, '{}'))
      if (body.includes('wrong')) return void socket.write(http(400, '{}'))
      if (body.includes('waits')) return
      if (body.includes('breaks')) {
        socket.write(SSE_HEAD)
        socket.write(piece(events[0] ?? ''))
        await new Promise((resolve) => setTimeout(resolve, 10))
        return void socket.destroy()
      }
      return both.small({ socket, body, head: '' })
    }
    const large = async (seen: Seen): Promise<void> => {
      if (!seen.body.includes('"stream":true')) return both.large(seen)
      seen.socket.write(SSE_HEAD)
      for (const event of events) seen.socket.write(piece(event))
      seen.socket.write(LAST_PIECE)
    }
    const { gateway, ...fleet } = await startFleet({ small, large }, { record: { path } })
    const send = async (text: string, extra: object = {}): Promise<string | null> => {
      const response = await post(gateway.url + CHAT, chatBody(text, extra))
      await response.text()
      return response.headers.get('x-weir-decision-id')
    }
    const ids = [
      await send('easy'),
      await send('hard', { stream: true }),
      await send('easy, fails'),
      await send('easy, breaks', { stream: true }),
      await send('easy, wrong'),
    ]
    const abort = new AbortController()
    const gone = fetch(gateway.url + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chatBody('easy, waits'),
      signal: abort.signal,
    }).catch(() => {})
    await until(() => fleet.small.seen.at(-1)?.body.includes('waits') === true)
    abort.abort()
    await gone
    await gateway.close()

    const rows = await readRows(path)
    expect(rows.map(({ id }) => id).slice(0, 5)).toEqual(ids)
    const cost = { small: (12 * 1 + 34 * 2) / 1e6, large: (12 * 10 + 34 * 20) / 1e6 }
    const answered = (model: 'small' | 'large'): object => ({
      [model]: { inputTokens: 12, outputTokens: 34, costUsd: cost[model], latencyMs: expect.any(Number) },
    })
    expect(rows.map(({ models }) => models)).toEqual([
      answered('small'),
      answered('large'),
      answered('large'),
      {},
      {},
      {},
    ])
    expect(
      rows.map(({ attempts }) => attempts.map(({ model, error, status }) => [model, error, status])),
    ).toEqual([
      [['small', undefined, undefined]],
      [['large', undefined, undefined]],
      [
        ['small', 'upstream.refused', 503],
        ['large', undefined, undefined],
      ],
      [['small', 'upstream.bad_body', undefined]],
      [['small', undefined, 400]],
      [['small', 'request.aborted', undefined]],
    ])
    expect(rows[0]).toMatchObject({
      servedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      decision: {
        id: ids[0],
        model: 'small',
        score: 0.875,
        quality: 0.95,
        propensity: 1,
        policy: 'threshold',
      },
    })
    expect(rows.every((row) => row.messages === undefined && row.prompt === undefined)).toBe(true)
  })

  it('with text when asked to', async () => {
    const path = join(folder, 'outcomes.db')
    const { gateway } = await startFleet(
      {
        small: ({ socket }) => {
          socket.write(SSE_HEAD)
          for (const event of streamEvents('small', ['Hé', 'llo'])) socket.write(piece(event))
          socket.write(LAST_PIECE)
        },
        large: answering('large', 'whole text'),
      },
      { record: { path, storeText: true } },
    )
    await (await post(gateway.url + CHAT, chatBody('easy', { stream: true }))).text()
    await (await post(gateway.url + CHAT, chatBody('hard'))).text()
    await gateway.close()
    const rows = await readRows(path)
    expect(rows.map(({ messages }) => messages)).toEqual([
      [{ role: 'user', content: 'easy' }],
      [{ role: 'user', content: 'hard' }],
    ])
    expect(rows[0]?.models['small']?.response).toBe('Héllo')
    expect(rows[1]?.models['large']?.response).toBe('whole text')
  })

  it('joins feedback, the last one winning', async () => {
    const path = join(folder, 'outcomes.sqlite')
    const { gateway } = await startFleet(both, { record: { path } })
    const chat = await post(gateway.url + CHAT, chatBody('easy'))
    await chat.text()
    const decisionId = chat.headers.get('x-weir-decision-id')
    const judge = async (body: object): Promise<number> =>
      (await post(`${gateway.url}/v1/weir/feedback`, JSON.stringify(body))).status
    expect(await judge({ decisionId, quality: 0.2 })).toBe(200)
    expect(await judge({ decisionId, quality: 0.75 })).toBe(200)
    expect(await judge({ decisionId, model: 'large', quality: 1 })).toBe(200)
    expect(await judge({ decisionId, model: 'other', quality: 1 })).toBe(404)
    expect(await judge({ decisionId: 'nobody', quality: 1 })).toBe(404)
    expect(await judge({ decisionId, quality: 2 })).toBe(400)
    expect(await judge({ quality: 1 })).toBe(400)
    await gateway.close()
    const [row] = await readRows(path)
    expect(row?.models['small']).toMatchObject({ score: 0.75, inputTokens: 12 })
    expect(row?.models['large']).toEqual({ score: 1 })
  })

  it('refuses to start on a file that is no store', async () => {
    await expect(startFleet(both, { record: { path: folder } })).rejects.toMatchObject({
      code: 'config.value',
    })
  })
})

function canary(place: string): string {
  return `canary-${place}-7f3a9`
}

describe('secrets', () => {
  it('planted in headers, body, key and answers reach no log, error, header or row', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'debug', write: (line) => lines.push(line), now: () => new Date() })
    const path = join(folder, 'outcomes.sqlite')
    const answers = [
      ({ socket }: Seen) =>
        void socket.write(http(200, `{"choices":[{"message":{"content":"${canary('answer')}"}}]}`)),
      ({ socket }: Seen) =>
        void socket.write(http(500, `{"error":"${canary('error')}"}`, [`set-cookie: ${canary('cookie')}`])),
      ({ socket }: Seen) => void socket.write(http(200, `<html>${canary('page')}`)),
      ({ socket }: Seen) => void socket.destroy(),
      ({ socket }: Seen) => void socket.write(`${canary('garbage')}\r\n\r\n`),
    ]
    let turn = 0
    const answer = (seen: Seen): void => answers[turn % answers.length]?.(seen)
    const { gateway } = await startFleet(
      { small: answer, large: answer },
      {
        log,
        record: { path },
        definition: { apiKey: createSecret('env:KEY', canary('key')) },
      },
    )
    const said: string[] = []
    const headers = {
      authorization: `Bearer ${canary('caller')}`,
      'x-api-key': canary('header'),
      cookie: canary('callercookie'),
      'x-request-id': canary('requestid'),
    }
    const bodies = [
      chatBody(`easy ${canary('prompt')}`, { user: canary('user') }),
      `{"model":"weir","messages":[{"role":"user","content":"${canary('malformed')}`,
      chatBody(canary('prompt'), { weir: { quality: canary('quality').slice(0, 0) } }),
      JSON.stringify({ model: 'weir', messages: [{ role: canary('role'), content: canary('prompt') }] }),
      JSON.stringify({ model: 'weir', messages: canary('messages') }),
    ]
    const targets = [CHAT, '/v1/weir/route', '/v1/weir/feedback', `/nowhere?key=${canary('query')}`]
    const requests = targets.flatMap((target) => bodies.map((body) => [gateway.url + target, body] as const))
    for (turn = 0; turn < answers.length; turn += 1) {
      for (const [url, body] of requests) {
        const response = await post(url, body, headers)
        said.push(JSON.stringify([...response.headers]))
        if (response.status !== 200) said.push(await response.text())
      }
    }
    await gateway.close()
    expect(lines.length).toBeGreaterThan(0)
    for (const file of await readdir(folder))
      said.push((await readFile(join(folder, file))).toString('latin1'))
    for (const text of [...said, ...lines]) expect(text).not.toContain('canary-')
  })

  it('the caller\u2019s authorization is not sent where the operator has a key, and no header chooses an upstream', async () => {
    const { gateway, small } = await startFleet(both, {
      definition: { apiKey: createSecret('env:KEY', 'operator') },
    })
    await post(
      gateway.url + CHAT,
      chatBody('easy', { api_base: 'http://127.0.0.1:1', base_url: 'http://x' }),
      {
        authorization: 'Bearer caller',
        'x-api-base': 'http://127.0.0.1:1',
        'x-portkey-custom-host': 'http://127.0.0.1:1',
        'x-forwarded-host': 'evil',
        'openai-organization': 'mine',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    )
    const head = small.seen[0]?.head ?? ''
    expect(head).toContain('authorization: Bearer operator')
    expect(head).toContain('traceparent: 00-0af')
    expect(head).not.toMatch(/caller|evil|custom-host|organization|127\.0\.0\.1:1\r/)
  })
})
