/**
 * The gateway under measurement: routing with a trained artifact; with FULL=on every caller needs a virtual key with limits and a budget, and
 * rows go to the outcome store. The limits are never reached; they are counted all the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyFile } from '../packages/weir/src/access/store-file.ts'
import { startGateway, type GatewayOptions } from '../packages/weir/src/gateway/start.ts'
import { SILENT } from '../packages/weir/src/telemetry/log.ts'
import { reportTo } from './gateway-process.ts'
import { readBenchRiver } from './gateway-river.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const ENDLESS = 1e12
const headers: Record<string, string> = {}

function openEverything(): Pick<GatewayOptions, 'auth' | 'record'> {
  const path = join(folder, 'keys.sqlite')
  const file = new KeyFile(path)
  const limits = {
    requestsPerMinute: ENDLESS,
    tokensPerMinute: ENDLESS,
    concurrentRequests: 100_000,
    usdPerDay: ENDLESS,
    usdPerMonth: ENDLESS,
  }
  const { text } = file.create({ name: 'bench', role: 'caller', limits }, { actor: 'bench', now: new Date() })
  file.close()
  headers['authorization'] = `Bearer ${text}`
  return { auth: { path }, record: { path: join(folder, 'outcomes.sqlite') } }
}

const baseUrl = `http://127.0.0.1:${process.env['UPSTREAM_PORT']}`
const gateway = await startGateway({
  river: await readBenchRiver(process.env['ARTIFACT'] ?? ''),
  models: ['small', 'large'].map((model) => ({ model, baseUrl, inputUsdPerMTok: 1, outputUsdPerMTok: 2 })),
  listen: { port: 0 },
  log: SILENT,
  ...(process.env['FULL'] === 'on' ? openEverything() : {}),
})
reportTo(Number(new URL(gateway.url).port), headers)
