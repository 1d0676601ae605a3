/** A gateway in front of one mock upstream that plays both models of the pair, for the compatibility matrix. */
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startGateway, type Gateway } from '../../src/gateway/start.ts'
import { SILENT } from '../../src/telemetry/log.ts'
import { DEFAULT_BREAKER } from '../../src/upstream/faults.ts'
import { RIVER } from '../gateway-support.ts'
import { CHAT } from './speak-chat.ts'
import { MESSAGES } from './speak-messages.ts'
import { startMock, type MockUpstream, type Speaker } from './upstream.ts'

export const SPEAKERS: readonly (readonly [string, Speaker])[] = [CHAT, MESSAGES].map(
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
    const { dialect } = speaker
    const model = { baseUrl: behind.mock.url, dialect, inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
    behind.gateway = await startGateway({
      river: { ...RIVER, candidates: [{ model: 'small' }, { model: 'large' }] },
      models: [
        { model: 'small', ...model },
        { model: 'large', ...model },
      ],
      listen: { port: 0 },
      // One case's failures are no reason to leave the next one's upstream alone.
      faults: { breaker: { ...DEFAULT_BREAKER, failures: 0 } },
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
