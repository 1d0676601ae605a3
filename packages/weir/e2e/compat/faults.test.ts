/**
 * The compatibility matrix when things go wrong: every client x every upstream dialect. Errors arrive as the client's own error with the
 * right status, what can be retried is, and a caller who goes away takes the upstream call along.
 */
import { describe, expect, it } from 'vitest'
import type { Asked, ClientOptions } from './client.ts'
import { CLIENTS } from './clients.ts'
import { DEFAULT_RETRY, UNAIDED } from '../../src/upstream/faults.ts'
import type { Wire } from './scenario.ts'
import { SPEAKERS, startBehind } from './support.ts'
import { until } from '../gateway-support.ts'
import type { Fault, MockUpstream } from './upstream.ts'

/** Status of the upstream -> status for the caller, whose own key was used. */
const STATUSES: readonly (readonly [number, number])[] = [
  [400, 400],
  [401, 401],
  [404, 502],
  [413, 413],
  [422, 422],
  [429, 429],
  [500, 502],
  [503, 502],
  [529, 502],
]

const HELLO = {
  text: 'Hello.',
  calls: [],
  finish: 'stop',
  usage: { input: 10, cached: 0, output: 3 },
} as const

// Two dialects: one that is passed on as it is for chat clients, one that is translated for them.
describe.each(SPEAKERS.slice(0, 2))('an upstream that speaks %s', (dialect, speaker) => {
  const behind = startBehind(speaker)
  const retrying = startBehind(speaker, { ...UNAIDED, retry: DEFAULT_RETRY })
  const options = (more: Partial<ClientOptions> = {}): ClientOptions => ({
    url: behind.gateway.url,
    model: 'small',
    ...more,
  })

  describe.each(CLIENTS.map((client) => [client.name, client] as const))('%s', (_name, client) => {
    const ask = (asked: Partial<Asked>, more?: Partial<ClientOptions>): Promise<unknown> =>
      client.ask(options(more), { asking: { text: 'Hi.' }, isStream: false, ...asked })

    it.each(
      STATUSES.flatMap(([status, told]) =>
        [false, true].map((isStream) => [status, told, isStream] as const),
      ),
    )('reads status %i as %i (streamed: %s)', async (status, told, isStream) => {
      failAlways(behind.mock, { kind: 'status', status, headers: { 'retry-after-ms': '1' } })
      const error = await ask({ isStream }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(statusOf(error)).toBe(told)
    })

    it.each(dialect === 'chat' ? [429, 503] : [429])(
      'succeeds behind a %i that passes, by its own retry',
      async (status) => {
        behind.mock.reply = HELLO
        behind.mock.faults.push({ kind: 'status', status, headers: { 'retry-after-ms': '1' } })
        expect(await ask({}, { retries: 2 })).toMatchObject({ text: 'Hello.' })
        expect(behind.mock.received).toHaveLength(2)
      },
    )

    it.each([
      [429, false],
      [503, false],
      [529, true],
    ])(
      "succeeds behind a %i that passes, by the gateway's retry (streamed: %s)",
      async (status, isStream) => {
        const { mock, gateway } = retrying
        mock.reply = HELLO
        mock.faults.push({ kind: 'status', status, headers: { 'retry-after-ms': '1' } })
        expect(await ask({ isStream }, { url: gateway.url })).toMatchObject({ text: 'Hello.' })
        expect(mock.received).toHaveLength(2)
      },
    )

    it.each([
      ['before the head', false, { kind: 'silence' }],
      ['before the head of a stream', true, { kind: 'silence' }],
      ['in the middle of a stream', true, { kind: 'stall' }],
    ] as const)('cancels %s, and the upstream call ends with it', async (_when, isStream, fault) => {
      const { mock } = behind
      mock.reply = HELLO
      mock.faults.push(fault)
      const cancel = new AbortController()
      const answer = ask({ isStream, signal: cancel.signal }).catch((thrown: unknown) => thrown)
      await until(() => mock.received.length === 1)
      // The first event is on its way: most clients have it by then, and those that have not must end as well.
      if (fault.kind === 'stall') await new Promise((resolve) => setTimeout(resolve, 50))
      cancel.abort()
      expect(await answer).toBeInstanceOf(Error)
      await until(() => mock.aborted === 1)
    })

    it('gives up after its own time limit, and the upstream call ends with it', async () => {
      const { mock } = behind
      mock.faults.push({ kind: 'silence' })
      await expect(ask({}, { timeoutMs: 200 })).rejects.toBeInstanceOf(Error)
      await until(() => mock.aborted === 1)
    })
  })
})

/** More often than anybody tries. */
function failAlways(mock: MockUpstream, fault: Fault): void {
  mock.faults.push(...Array.from({ length: 20 }, () => fault))
}

function statusOf(error: Wire): unknown {
  return error?.status ?? error?.statusCode ?? error?.lastError?.statusCode
}
