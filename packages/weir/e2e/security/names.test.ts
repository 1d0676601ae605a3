/** Ids, names and header values as attackers write them: against the store's SQL, against the log, against whoever reads ids. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readOutcomeStore } from '../../src/record/store-reader.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { answering, chatBody, http, post, startFleet, type Fleet, type Seen } from '../gateway-support.ts'

const CHAT = '/v1/chat/completions'
const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function startStored(
  lines: string[] = [],
  small = answering('small'),
): Promise<Fleet & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-security-'))
  folders.push(folder)
  const path = join(folder, 'outcomes.sqlite')
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line), now: () => new Date() })
  const fleet = await startFleet({ small, large: answering('large') }, { record: { path }, log })
  return { ...fleet, path }
}

const METACHARACTERS = [
  `' OR '1'='1`,
  `'; DROP TABLE outcomes; --`,
  `" OR ""="`,
  `1); DELETE FROM outcomes; --`,
  `%' OR id LIKE '%`,
  '*',
  '%',
  '{"$ne":null}',
  '{"$gt":""}',
  'x\\u0000y',
  '*3\\r\\n$3\\r\\nSET',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  '<%= 7*7 %>',
  '#{7*7}',
  '$(id)',
  '`id`',
  '| id',
  'a'.repeat(199),
]

describe('CVE-2026-42208, CVE-2026-1868: what is sent is never a statement', () => {
  it('in any header', async () => {
    const { gateway, path } = await startStored()
    const names = [
      'authorization',
      'x-api-key',
      'x-request-id',
      'user-agent',
      'x-title',
      'traceparent',
      'cookie',
      'http-referer',
    ]
    const ids: string[] = []
    for (const text of METACHARACTERS) {
      const headers = Object.fromEntries(names.map((name) => [name, text]))
      const response = await post(gateway.url + CHAT, chatBody('easy'), headers)
      expect(response.status).toBe(200)
      ids.push(response.headers.get('x-weir-decision-id') ?? '')
    }
    await gateway.close()
    const rows: string[] = []
    for await (const { id } of readOutcomeStore(path)) rows.push(id ?? '')
    expect(rows).toHaveLength(METACHARACTERS.length)
    for (const id of ids) expect(rows.filter((row) => row.includes(id))).toHaveLength(1)
  })

  it('in an id', async () => {
    const { gateway } = await startStored()
    await post(gateway.url + CHAT, chatBody('easy'))
    for (const decisionId of METACHARACTERS) {
      const told = await post(`${gateway.url}/v1/weir/feedback`, JSON.stringify({ decisionId, quality: 0 }))
      expect([400, 404]).toContain(told.status)
      const path = `/v1/weir/decisions/${encodeURIComponent(decisionId)}/escalate`
      const asked = await post(gateway.url + path, chatBody('easy'))
      expect([400, 404]).toContain(asked.status)
      expect(await asked.text()).not.toContain(decisionId)
    }
  })

  it('and no template is expanded', async () => {
    const { gateway, small } = await startStored()
    for (const text of METACHARACTERS) {
      const body = chatBody(`easy ${text}`)
      await post(gateway.url + CHAT, body)
      expect(small.seen.at(-1)?.body).toBe(body.replace('"weir"', '"small"'))
    }
  })
})

describe('Bifrost 2.2.1: ids', () => {
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

  it("are made here, whatever the caller's x-request-id says, and never twice", async () => {
    const { gateway } = await startStored()
    const seen = new Set<string>()
    for (const id of ['1', '1', '../x', '00000000-0000-7000-8000-000000000000']) {
      const response = await post(gateway.url + CHAT, chatBody('easy'), {
        'x-request-id': id,
        'idempotency-key': id,
      })
      const made = response.headers.get('x-request-id') ?? ''
      expect(made).toMatch(UUID)
      expect(response.headers.get('x-weir-decision-id')).toBe(made)
      seen.add(made)
    }
    expect(seen.size).toBe(4)
  })

  it('of errors are made here too', async () => {
    const { gateway } = await startStored()
    for (const path of ['/nowhere', '/v1/models/nothing']) {
      const response = await fetch(gateway.url + path, { headers: { 'x-request-id': 'mine' } })
      expect(response.headers.get('x-request-id')).toMatch(UUID)
    }
  })
})

function failing({ socket }: Seen): void {
  socket.write(http(500, '{}'))
}

describe('log injection', () => {
  it('a line is one JSON object, whatever a caller writes', async () => {
    const lines: string[] = []
    const { gateway } = await startStored(lines, failing)
    const evil = 'x\n{"level":"error","event":"forged"}\r\n\u001b[31m\u2028'
    await post(gateway.url + CHAT, chatBody(evil, { model: evil, user: evil }))
    await post(gateway.url + CHAT, evil)
    await post(gateway.url + CHAT, chatBody('easy', { model: 'small', user: evil }), { 'x-title': 'forged' })
    await fetch(`${gateway.url}/${encodeURIComponent(evil)}?${encodeURIComponent(evil)}`)
    await post(`${gateway.url}/v1/weir/feedback`, JSON.stringify({ decisionId: evil, quality: 1 }))
    await post(gateway.url + CHAT, chatBody('easy'), { 'x-weir-quality': 'x', traceparent: 'forged' })
    await gateway.close()
    expect(lines.join('')).toContain('gateway.failed')
    for (const line of lines.join('').split('\n').filter(Boolean)) {
      expect(JSON.parse(line)).toMatchObject({ event: expect.not.stringContaining('forged') })
    }
  })
})
