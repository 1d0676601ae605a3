/** Probes: a key goes only where a request would send it. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createSecret } from '../config/secret.ts'
import { ADDRESS_REFUSED } from './address.ts'
import { probePlace } from './probe.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
})

/** Port of a server on all addresses of this machine that lists one model, and the keys it was shown. */
async function startList(): Promise<{ readonly port: number; readonly shown: string[] }> {
  const shown: string[] = []
  server = createServer((request, response) => {
    shown.push(request.headers.authorization ?? '')
    response.setHeader('content-type', 'application/json').end('{"data":[{"id":"m"}]}')
  })
  await new Promise<void>((resolve) => server?.listen(0, resolve))
  return { port: (server.address() as AddressInfo).port, shown }
}

describe('probePlace', () => {
  it('reads the list of an address that the operator wrote', async () => {
    const { port, shown } = await startList()
    const place = { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: createSecret('env:K', 'sk-1') }
    const probed = await probePlace(place, { timeoutMs: 2000, sendsKey: true })
    expect(probed).toMatchObject([{ kind: 'answered', status: 200, models: ['m'] }])
    expect(shown).toEqual(['Bearer sk-1'])
  })

  it('sends no key to a name that stands for a private address', async () => {
    const { port, shown } = await startList()
    // This machine's own name; where it has no address there is nowhere to send a key either.
    const place = { baseUrl: `http://${hostname()}:${port}/v1`, apiKey: createSecret('env:K', 'sk-1') }
    const [probed] = await probePlace(place, { timeoutMs: 2000, sendsKey: true })
    expect([ADDRESS_REFUSED, 'ENOTFOUND', 'EAI_AGAIN']).toContain(
      probed?.kind === 'unreachable' ? probed.code : 'answered',
    )
    expect(shown).toEqual([])
  })
})
