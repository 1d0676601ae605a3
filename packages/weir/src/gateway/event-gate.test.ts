/** The event gate on a bench: what passes at once, what waits, what goes, and how it ends. */
import { describe, expect, it } from 'vitest'
import type { Usage } from '@weir/core'
import type { Failure } from '../upstream/dispatch.ts'
import { EventGate } from './event-gate.ts'

interface Bench {
  readonly gate: EventGate
  /** What reached the caller: bytes, then how it ended. */
  readonly out: string[]
  readonly usages: Usage[]
  aborted: number
  nowMs: number
}

function bench(drops: { readonly logprobs?: boolean; readonly usage?: boolean } = {}): Bench {
  const out: string[] = []
  const usages: Usage[] = []
  const made: Omit<Bench, 'gate'> = { out, usages, aborted: 0, nowMs: 0 }
  const gate = new EventGate({
    outlet: {
      write: (chunk) => out.push(chunk.toString('utf8')) > 0,
      end: () => void out.push('END'),
      fail: ({ code }: Failure) => void out.push(`FAIL ${code}`),
    },
    dropsLogprobs: drops.logprobs ?? false,
    dropsUsage: drops.usage ?? false,
    onUsage: (usage) => void usages.push(usage),
    abort: () => (made.aborted += 1),
    nowMs: () => made.nowMs,
  })
  return Object.assign(made, { gate })
}

const event = (delta: object, finish: string | null = null, end = '\n\n'): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, logprobs: { content: [] }, finish_reason: finish }] })}${end}`
const TEXT = event({ content: 'hello' })
const CALL = event({ tool_calls: [{ index: 0, function: { name: 'add', arguments: '{"a"' } }] })
const STOP = event({}, 'tool_calls')
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
const DONE = 'data: [DONE]\n\n'

function send({ gate }: Bench, ...texts: readonly string[]): void {
  for (const text of texts) gate.write(Buffer.from(text))
}

describe('EventGate', () => {
  it('passes text at once, and every byte as it was', () => {
    const it = bench()
    const crlf = event({ content: 'é' }, 'stop', '\r\n\r\n')
    send(it, TEXT.slice(0, 20), TEXT.slice(20) + crlf.slice(0, -1), crlf.slice(-1), ': note\n\n', DONE)
    it.gate.end()
    expect(it.out).toEqual([TEXT, crlf, ': note\n\n', DONE, 'END'])
  })

  it('reads an event that has more fields than its data', () => {
    const it = bench({ logprobs: true })
    const events = [TEXT.replace(/\n\n$/, '\nid: 7\n\n'), `event: chunk\n${STOP}`, DONE]
    send(it, ...events)
    it.gate.end()
    expect(it.out.join('')).toBe(`${events.join('')}END`.replaceAll('{"content":[]}', 'null'))
  })

  it('empty data is no event of an answer', () => {
    const it = bench()
    send(it, TEXT, 'data: \n\n', STOP)
    expect(it.out).toEqual([TEXT, 'FAIL upstream.bad_body'])
  })

  it('takes out usage and log-probabilities, and tells of the usage', () => {
    const it = bench({ logprobs: true, usage: true })
    send(it, TEXT, STOP, USAGE, DONE)
    it.gate.end()
    expect(it.out.join('')).toBe(`${TEXT}${STOP}${DONE}END`.replaceAll('{"content":[]}', 'null'))
    expect(it.usages).toEqual([{ inputTokens: 1, outputTokens: 2 }])
  })

  it('holds a tool call until it is whole', () => {
    const it = bench()
    send(it, TEXT, CALL, CALL)
    expect(it.out).toEqual([TEXT])
    send(it, STOP, DONE)
    it.gate.end()
    expect(it.out).toEqual([TEXT, CALL + CALL + STOP, DONE, 'END'])
  })

  it.each([
    [
      'breaks',
      (it: Bench) => it.gate.fail({ code: 'upstream.stalled', message: '' }),
      'FAIL upstream.stalled',
    ],
    ['ends', (it: Bench) => it.gate.end(), 'FAIL upstream.bad_body'],
    ['turns to garbage', (it: Bench) => send(it, 'data: {"a\n\n', TEXT), 'FAIL upstream.bad_body'],
  ])('gives no half tool call when the stream %s', (_name, act, end) => {
    const it = bench()
    send(it, TEXT, CALL)
    act(it)
    it.gate.end()
    expect(it.out).toEqual([TEXT, end])
  })

  it('gives no half tool call before an error event either, and nothing behind it', () => {
    const it = bench()
    const error = 'data: {"error":{"message":"overloaded"}}\n\n'
    send(it, TEXT, CALL, error)
    it.gate.end()
    expect(it.out).toEqual([TEXT, error, 'END'])
  })

  it('a tool call that takes long does not leave the caller in silence', () => {
    const it = bench()
    send(it, TEXT, CALL)
    it.nowMs = 10_000
    send(it, CALL, CALL)
    it.nowMs = 20_000
    send(it, CALL, STOP)
    expect(it.out).toEqual([TEXT, ': keep-alive\n\n', ': keep-alive\n\n', CALL.repeat(4) + STOP])
  })

  it('breaks off what cannot be held: an event or a tool call of more than 8 MiB', () => {
    const half = 'x'.repeat(5 * 1024 * 1024)
    for (const texts of [
      [`data: {"a":"${half}`, half],
      [CALL, event({ content: half }), event({ content: half })],
    ]) {
      const it = bench()
      send(it, ...texts, TEXT)
      expect(it.out).toEqual(['FAIL upstream.bad_body'])
      expect(it.aborted).toBe(1)
    }
  })
})
