/**
 * Outcome store with many rows: how long each summary takes when they are there, and what a row costs the store's thread.
 *
 *   npm run bench:store [-- --rows 10000000] [--json]
 *
 * Rows are spread over 90 days, 4 models, 200 keys, 5 reasons and 3 levels, some 0.7 KB each; ten million take about 9 GB in a temporary folder,
 * which is removed. SQLite itself writes most of them, because JSON made here would take an hour; they are counted into usage by the code that
 * counts a gateway's rows, in larger steps. The cost of a row is measured on 20,000 written as the gateway's thread does.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { StoreFile } from '../packages/weir/src/record/store-file.ts'
import { readUsage } from '../packages/weir/src/record/usage-file.ts'
import { USAGE_GROUPS, type UsageQuery } from '../packages/weir/src/record/usage-query.ts'

/** Rows of one transaction while filling. */
const FILLED_ROWS = 200_000
/** Rows written as the gateway writes them, in batches of BATCH. */
const WRITTEN_ROWS = 20_000
const BATCH = 200
const DAYS = 90
const START_S = Date.UTC(2026, 7, 1) / 1000

/** Spreads row numbers evenly over a few values; another shift gives another spread. */
const spread = (shift: number, values: number): string => `((i * 2654435761) >> ${shift}) % ${values}`
const pick = (shift: number, names: readonly string[]): string =>
  `CASE ${spread(shift, names.length)} ${names.map((name, i) => `WHEN ${i} THEN '${name}'`).join(' ')} END`

const MODEL = pick(5, ['small-8b', 'medium-30b', 'large-70b', 'huge-400b'])
const REASON = pick(9, [
  'score_at_or_above_threshold',
  'score_below_threshold',
  'failover',
  'model_named',
  'unfamiliar_query',
])
const LEVEL = pick(13, ['0.9', '0.95', '0.99'])
const KEY = spread(11, 200)
/** 50 ms to 1 s, and a tail of a hundred times as much. */
const LATENCY = `(50 + ${spread(3, 950)}) * (CASE ${spread(17, 100)} WHEN 0 THEN 100 ELSE 1 END)`

const ROW = `'{"id":"' || id || '","servedAt":"' || servedAt || '","models":{"' || model || '":{"inputTokens":' || tokens ||
  ',"outputTokens":200,"costUsd":0.00125,"latencyMs":' || latency || '}},"decision":{"id":"' || id || '","model":"' || model ||
  '","reason":"' || reason || '","score":0.5,"threshold":0.4,"quality":0.95,"level":' || level || ',"mode":"promise",' ||
  '"confidence":0.95,"truncated":false,"unfamiliar":false,"propensity":1,"ranking":["small-8b","medium-30b","large-70b"],' ||
  '"policy":"threshold","refused":[]},"attempts":[{"model":"' || model || '","latencyMs":' || latency ||
  ',"costUsd":0.00125,"inputTokens":' || tokens || ',"outputTokens":200,"reason":"' || reason || '","verdict":"accept"}],' ||
  '"calls":1,"costUsd":0.00125,"key":"team-' || key || '"}'`

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '10000000' }, json: { type: 'boolean', default: false } },
})
const rowCount = Number(values.rows)
const folder = mkdtempSync(join(tmpdir(), 'weir-bench-store-'))
const path = join(folder, 'outcomes.sqlite')

const FILL = `
  WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2),
  parts AS (
    SELECT printf('%012d-bench', i) AS id,
      strftime('%Y-%m-%dT%H:%M:%fZ', ${START_S} + i * ${(DAYS * 86_400) / rowCount}, 'unixepoch') AS servedAt,
      ${MODEL} AS model, ${REASON} AS reason, ${LEVEL} AS level, ${KEY} AS key, ${LATENCY} AS latency,
      ${spread(7, 2000)} AS tokens
    FROM n
  )
  INSERT INTO outcomes (id, row) SELECT id, ${ROW} FROM parts`

function say(text: string): void {
  process.stderr.write(`${Math.round(performance.now() / 1000)} s: ${text}\n`)
}

function fill(file: StoreFile): void {
  const insert = file.database.prepare(FILL)
  for (let at = 0; at < rowCount; at += FILLED_ROWS) {
    const end = Math.min(rowCount, at + FILLED_ROWS)
    file.transact(() => void insert.run(at, end))
    file.countRows(FILLED_ROWS)
    if (end % 1_000_000 === 0) say(`${end} rows`)
  }
  while (file.countRows(FILLED_ROWS));
}

/** Processor time of this thread for one row, µs: inserted, and counted into usage once in ten batches, as under load. */
function measureRow(file: StoreFile): number {
  const rows = file.database.prepare('SELECT row FROM outcomes ORDER BY seq DESC LIMIT ?').all(WRITTEN_ROWS)
  const lines = rows.map(({ row }) => String(row).replaceAll('-bench', '-again'))
  const before = process.cpuUsage()
  for (let at = 0; at < lines.length; at += BATCH) {
    file.write(lines.slice(at, at + BATCH))
    if ((at / BATCH) % 10 === 9) while (file.countRows());
  }
  const { user, system } = process.cpuUsage(before)
  return Math.round(((user + system) / lines.length) * 10) / 10
}

interface Timed {
  /** The slowest of three, ms. */
  readonly ms: number
  /** Processor time of one, ms: what it takes on a machine that does nothing else. */
  readonly cpuMs: number
}

function timeOf(query: UsageQuery): Timed {
  const before = process.cpuUsage()
  const times = [1, 2, 3].map(() => {
    const beganMs = performance.now()
    readUsage(path, query)
    return performance.now() - beganMs
  })
  const { user, system } = process.cpuUsage(before)
  return { ms: Math.round(Math.max(...times)), cpuMs: Math.round((user + system) / 3000) }
}

try {
  const file = new StoreFile({ path })
  fill(file)
  const rowMicroseconds = measureRow(file)
  file.close()
  const since = new Date((START_S + (DAYS - 7) * 86_400) * 1000)
  const queries: readonly UsageQuery[] = [
    ...USAGE_GROUPS.map((by) => ({ by })),
    ...USAGE_GROUPS.map((by) => ({ by, since })),
    { by: 'model', key: 'team-7' },
    { by: 'day', key: 'team-7' },
    { by: 'day', model: 'large-70b' },
  ]
  const timed = queries.map((query) => ({ ...query, ...timeOf(query) }))
  const result = {
    rows: readUsage(path, { by: 'all' }).total.requests,
    fileBytes: statSync(path).size,
    rowMicroseconds,
    slowestQueryMs: Math.max(...timed.map(({ ms }) => ms)),
    slowestQueryCpuMs: Math.max(...timed.map(({ cpuMs }) => cpuMs)),
    queries: timed,
  }
  console.log(JSON.stringify(result, null, values.json ? 0 : 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
