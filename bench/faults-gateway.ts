/** A gateway for bench/faults.ts: one model by its name, rows on. On SIGTERM it drains and ends with code 0. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { River } from '@weir/core'
import { startGateway } from '../packages/weir/src/gateway/start.ts'
import { SILENT } from '../packages/weir/src/telemetry/log.ts'
import { reportTo } from './gateway-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-faults-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Nothing is decided: the model is named. */
const river: River = {
  pair: { small: 'small', large: 'large' },
  candidates: [{ model: 'small' }, { model: 'large' }],
  encoder: {
    spec: { name: 'none', version: 1, buckets: 2, channels: [], surface: [] },
    encode: () => ({
      indices: new Uint32Array(0),
      values: new Float32Array(0),
      surface: new Float32Array(0),
      truncated: false,
    }),
  },
  estimator: { name: 'none', estimate: () => ({ pSmall: 1 }) },
  levels: { promise: [], estimate: [] },
  mode: 'promise',
  confidence: 0.95,
}

const baseUrl = `http://127.0.0.1:${process.env['UPSTREAM_PORT']}`
const gateway = await startGateway({
  river,
  models: ['small', 'large'].map((model) => ({ model, baseUrl })),
  listen: { port: 0 },
  log: SILENT,
  record: { path: join(folder, 'outcomes.sqlite') },
})
process.on('SIGTERM', () => {
  void gateway.close().then(() => process.exit(0))
})
reportTo(Number(new URL(gateway.url).port))
