/** A gateway in front of one mock upstream that plays both models of the pair, for the compatibility matrix. */
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startGateway, type Gateway } from '../../src/gateway/start.ts'
import { SILENT } from '../../src/telemetry/log.ts'
import { UNAIDED, type FaultOptions } from '../../src/upstream/faults.ts'
import { RIVER } from '../gateway-support.ts'
import { CHAT } from './speak-chat.ts'
import { GEMINI } from './speak-gemini.ts'
import { MESSAGES } from './speak-messages.ts'
import { RESPONSES } from './speak-responses.ts'
import { startMock, type MockUpstream, type Speaker } from './upstream.ts'

export const SPEAKERS: readonly (readonly [string, Speaker])[] = [CHAT, MESSAGES, RESPONSES, GEMINI].map(
  (speaker) => [speaker.dialect, speaker] as const,
)

export interface Behind {
  readonly mock: MockUpstream
  readonly gateway: Gateway
}

/**
 * Started before the tests of the suite that calls this, and forgotten what it was asked between them. One case's failures are no reason to
 * leave the next one's upstream alone: no breaker.
 */
export function startBehind(speaker: Speaker, faults: Partial<FaultOptions> = UNAIDED): Behind {
  const behind: { mock?: MockUpstream; gateway?: Gateway } = {}
  beforeAll(async () => {
    behind.mock = await startMock(speaker)
    const { dialect } = speaker
    const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
    const provider = dialect === 'gemini' ? ({ provider: dialect } as const) : {}
    const model = { baseUrl: behind.mock.url, dialect, ...provider, ...price }
    behind.gateway = await startGateway({
      river: { ...RIVER, candidates: [{ model: 'small' }, { model: 'large' }] },
      models: [
        { model: 'small', ...model },
        { model: 'large', ...model },
      ],
      listen: { port: 0 },
      faults,
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
