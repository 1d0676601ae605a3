/**
 * Every bench, one after the other, so that none disturbs another: `npm run bench [-- --quick] [-- --json]`.
 * With --json one object: {machine, core, cascadeRouting, gateway}. The peer of `npm run bench:gateway` is left out: it must be installed first.
 */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@weir/core'

const BENCHES: readonly string[] = ['core.ts', 'core-cascade-routing.ts', 'gateway.ts']
const options = process.argv.slice(2)
const isJson = options.includes('--json')

const machine = {
  node: process.version,
  processors: cpus().length,
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
}

if (!isJson) {
  const { processors, processor, memoryGiB, platform, node } = machine
  console.log(`${processors} x ${processor}, ${memoryGiB} GiB, ${platform}, Node ${node}\n`)
}
const results: Record<string, unknown> = { machine }
for (const file of BENCHES) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const output = execFileSync(process.execPath, [path, ...options], {
    stdio: ['ignore', isJson ? 'pipe' : 'inherit', 'inherit'],
    maxBuffer: 2 ** 26,
  })
  if (!isJson) continue
  const result = parseJson(output.toString('utf8')) as object
  Object.assign(results, file === 'gateway.ts' ? { gateway: result } : result)
}
if (isJson) console.log(JSON.stringify(results, null, 2))
