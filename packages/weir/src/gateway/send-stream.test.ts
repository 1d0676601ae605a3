/** A stream on its way to the caller: what is written behind its end, and a record that fails. */
import { expect, it } from 'vitest'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { Outlet } from '../upstream/answer.ts'
import { sendStream } from './send-stream.ts'

const DECISION = {
  model: 'm',
  reason: 'model_named',
  score: null,
  threshold: null,
  quality: null,
  level: null,
  mode: null,
  confidence: null,
  truncated: false,
  unfamiliar: false,
}

interface Sent {
  readonly written: string[]
  readonly ended: Promise<void>
}

function send(chunks: readonly string[], append: () => void = () => undefined): Sent {
  const written: string[] = []
  const response = {
    on: () => undefined,
    writeHead: () => undefined,
    write: (text: Buffer | string) => written.push(String(text)) > 0,
    end: (text: Buffer | string = '') => void written.push(`${String(text)}END`),
  }
  const flow = (outlet: Outlet): void => {
    // Behind the caller's back, as it arrives from an upstream.
    queueMicrotask(() => {
      for (const chunk of chunks) outlet.write(Buffer.from(chunk))
      outlet.end()
    })
  }
  const answer = { kind: 'stream', status: 200, headers: {}, isEvents: true, flow, resume: () => undefined }
  const accepted = { model: 'm', reason: 'model_named', startedAtMs: 0, latencyMs: 1, answer }
  const served = {
    decision: DECISION,
    attempts: [accepted],
    accepted,
    verdicts: ['accept'],
    acceptReason: null,
  }
  const request = { dialect: CHAT, wire: {}, messages: [] }
  const exchange = { id: 'id', startedAtMs: 0, request, response, lifeline: {} }
  const options = {
    store: { append },
    storesText: false,
    now: () => new Date(0),
    upstream: { get: () => undefined },
    log: { warn: () => undefined },
  }
  const given = { served: { ...served, abstained: false }, accepted, answer }
  return { written, ended: sendStream(options as never, exchange as never, given as never) }
}

const EVENT = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'

it('nothing is written behind the end of a stream that broke', async () => {
  const { written, ended } = send([EVENT, '<html>\n\n', EVENT])
  await ended
  expect(written).toHaveLength(2)
  expect(written[1]).toMatch(/^data: \{"error":.*END$/s)
})

it('a record that fails is told to whoever waits for the end, and the caller has the answer', async () => {
  const { written, ended } = send([EVENT], () => {
    throw new Error('no disk')
  })
  await expect(ended).rejects.toThrow('no disk')
  expect(written.join('')).toBe(`${EVENT}END`)
})
