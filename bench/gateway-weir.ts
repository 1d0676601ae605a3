/** The gateway under measurement: routing with a trained artifact; with FULL=on the outcome store as well. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../packages/weir/src/gateway/start.ts'
import { SILENT } from '../packages/weir/src/telemetry/log.ts'
import { reportTo } from './gateway-process.ts'
import { readBenchRiver } from './gateway-river.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const baseUrl = `http://127.0.0.1:${process.env['UPSTREAM_PORT']}`
const record = process.env['FULL'] !== 'on' ? {} : { record: { path: join(folder, 'outcomes.sqlite') } }
const gateway = await startGateway({
  river: await readBenchRiver(process.env['ARTIFACT'] ?? ''),
  models: ['small', 'large'].map((model) => ({ model, baseUrl, inputUsdPerMTok: 1, outputUsdPerMTok: 2 })),
  listen: { port: 0 },
  log: SILENT,
  ...record,
})
reportTo(Number(new URL(gateway.url).port))
