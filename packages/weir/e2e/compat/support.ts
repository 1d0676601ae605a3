/** A gateway in front of one mock upstream that plays both models of the pair, for the compatibility matrix. */
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startGateway, type Gateway } from '../../src/gateway/start.ts'
import { SILENT } from '../../src/telemetry/log.ts'
import { RIVER } from '../gateway-support.ts'
import { CHAT } from './speak-chat.ts'
import { startMock, type MockUpstream, type Speaker } from './upstream.ts'

export const SPEAKERS: readonly (readonly [string, Speaker])[] = [CHAT].map(
  (speaker) => [speaker.dialect, speaker] as const,
)

export interface Behind {
  readonly mock: MockUpstream
  readonly gateway: Gateway
}

/** Started before the tests of the suite that calls this, and forgotten what it was asked between them. */
export function startBehind(speaker: Speaker): Behind {
  const behind: { mock?: MockUpstream; gateway?: Gateway } = {}
  beforeAll(async () => {
    behind.mock = await startMock(speaker)
    const model = { baseUrl: behind.mock.url, inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
    behind.gateway = await startGateway({
      river: { ...RIVER, candidates: [{ model: 'small' }, { model: 'large' }] },
      models: [
        { model: 'small', ...model },
        { model: 'large', ...model },
      ],
      listen: { port: 0 },
      log: SILENT,
    })
  })
  afterAll(async () => {
    await behind.gateway?.close()
    await behind.mock?.close()
  })
  beforeEach(() => {
    const { mock } = behind
    if (mock === undefined) return
    mock.received.length = 0
    mock.faults.length = 0
    mock.aborted = 0
  })
  return behind as Behind
}
