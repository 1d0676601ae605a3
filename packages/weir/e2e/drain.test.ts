/** Connections that never say a word, as clients open in advance and after a cancelled request, do not hold up a gateway that closes. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { startGateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { RIVER } from './gateway-support.ts'

/** Below the time that running requests have to end. */
const LIMIT_MS = 15_000

it(
  'closes while a connection is open on which nothing was sent',
  async () => {
    const model = { baseUrl: 'http://127.0.0.1:9', inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
    const gateway = await startGateway({
      river: { ...RIVER, candidates: [{ model: 'small' }, { model: 'large' }] },
      models: [
        { model: 'small', ...model },
        { model: 'large', ...model },
      ],
      listen: { port: 0 },
      log: SILENT,
    })
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    await once(socket, 'connect')
    // A request behind it is answered: the gateway has taken the connection.
    expect((await fetch(`${gateway.url}/health/liveness`)).status).toBe(200)
    const closed = once(socket, 'close')
    socket.resume()
    await gateway.close()
    await closed
  },
  LIMIT_MS,
)
