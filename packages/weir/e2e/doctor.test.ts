/** Journeys of `weir doctor`: what it finds wrong with a configuration, its upstreams and this machine, and that it says no key. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveArtifact, train } from '@weir/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { checkNode, checkPort } from '../src/doctor/check-machine.ts'
import { examine } from '../src/doctor/examine.ts'
import type { Finding } from '../src/doctor/finding.ts'
import { plantedRows, weir } from './cli-support.ts'

const KEY = 'sk-doctor-canary-6f1d'
let folder = ''
const servers: Server[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-doctor-'))
  const artifact = await train(plantedRows({ seed: 1, rows: 400 }), {
    pair: { small: 'little', large: 'big' },
    seed: 1,
    dataHash: '0'.repeat(64),
  })
  await writeFile(join(folder, 'router.weir.json'), saveArtifact(artifact))
})
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Mock {
  readonly url: string
  readonly asked: string[]
}

async function startMock(answer: (response: ServerResponse, key: string | undefined) => void): Promise<Mock> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(response, request.headers.authorization)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, asked }
}

function listing(...models: readonly string[]): Parameters<typeof startMock>[0] {
  return (response, key) => {
    const isGood = key === undefined || key === `Bearer ${KEY}`
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(isGood ? { data: models.map((id) => ({ id })) } : { error: { message: key } }),
    )
  }
}

interface Written {
  readonly small: string
  readonly large: string
  readonly more?: string
}

async function write({ small, large, more = '' }: Written): Promise<string> {
  const path = join(folder, 'weir.yaml')
  const text = [
    'artifact: router.weir.json',
    'listen: { port: 0 }',
    'models:',
    `  little: { baseUrl: "${small}" }`,
    `  big: { baseUrl: "${large}", apiKey: env:LARGE_KEY }`,
    more,
    '',
  ]
  await writeFile(path, text.join('\n'))
  return path
}

async function find(
  written: Written,
  env: Record<string, string> = { LARGE_KEY: KEY },
  nowMs = Date.now,
): Promise<readonly Finding[]> {
  const findings = await examine({ path: await write(written), env, timeoutMs: 500, nowMs })
  expect(JSON.stringify(findings)).not.toContain(KEY)
  return findings
}

const statusOf = (findings: readonly Finding[], check: string): string | undefined =>
  findings.find((one) => one.check === check)?.status

describe('weir doctor', () => {
  it('finds nothing wrong where nothing is, with one GET of the models for each upstream', async () => {
    const small = await startMock(listing('little', 'other'))
    const large = await startMock(listing('big'))
    const findings = await find({
      small: small.url,
      large: `${large.url}/v1`,
      more: 'record: { path: o.sqlite }',
    })
    expect(findings.filter(({ status }) => status === 'fail')).toEqual([])
    for (const check of [
      'config',
      'keys',
      'artifact',
      'upstream little',
      'upstream big',
      'clock',
      'store',
      'node',
    ]) {
      expect(statusOf(findings, check), check).toBe('ok')
    }
    expect([small.asked, large.asked]).toEqual([['GET /v1/models'], ['GET /v1/models']])
  })

  it.each([
    ['a key that is refused', listing('big'), { LARGE_KEY: 'wrong-canary' }, 'fail', 'refuses the key (401)'],
    ['a model that is not listed', listing('bigger'), { LARGE_KEY: KEY }, 'warn', 'does not list big'],
    [
      'no list of models',
      (response: ServerResponse) => void response.writeHead(404).end(),
      { LARGE_KEY: KEY },
      'warn',
      '404',
    ],
    [
      'an upstream in trouble',
      (response: ServerResponse) => void response.writeHead(503).end(),
      { LARGE_KEY: KEY },
      'warn',
      '503',
    ],
    [
      'a redirect',
      (response: ServerResponse) =>
        void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      { LARGE_KEY: KEY },
      'warn',
      '302',
    ],
    ['one that says nothing', () => undefined, { LARGE_KEY: KEY }, 'fail', 'did not answer in time'],
    [
      'one that hangs up',
      (response: ServerResponse) => void response.destroy(),
      { LARGE_KEY: KEY },
      'fail',
      'cannot be reached',
    ],
  ] as const)('finds %s', async (_, answer, env, status, message) => {
    const small = await startMock(listing('little'))
    const large = await startMock(answer)
    const findings = await find({ small: small.url, large: large.url }, env)
    const found = findings.find(({ check }) => check === 'upstream big')
    expect(found).toMatchObject({ status, message: expect.stringContaining(message) as string })
    expect(found?.remedy?.length).toBeGreaterThan(10)
    expect(JSON.stringify(findings)).not.toContain('wrong-canary')
  })

  it('finds a server that is not there, a certificate that is none, a name that does not exist', async () => {
    const small = await startMock(listing('little'))
    const reach = async (large: string): Promise<string | undefined> =>
      (await find({ small: small.url, large })).find(({ check }) => check === 'upstream big')?.message
    expect(await reach('http://127.0.0.1:1')).toMatch(/ECONNREFUSED|cannot be reached/)
    expect(await reach(small.url.replace('http', 'https'))).toContain('cannot be reached')
  })

  it('finds a clock that is wrong', async () => {
    const small = await startMock(listing('little'))
    const large = await startMock(listing('big'))
    const clockAt = async (aheadMs: number): Promise<string | undefined> =>
      statusOf(
        await find({ small: small.url, large: large.url }, { LARGE_KEY: KEY }, () => Date.now() + aheadMs),
        'clock',
      )
    expect(await clockAt(60_000)).toBe('warn')
    expect(await clockAt(-600_000)).toBe('fail')
  })

  it('names a missing key and looks at the rest all the same, sending none', async () => {
    const small = await startMock(listing('little'))
    const large = await startMock(
      (response, key) => void response.writeHead(key === undefined ? 401 : 500).end(),
    )
    const findings = await find({ small: small.url, large: large.url }, {})
    expect(findings.find(({ check }) => check === 'keys')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('LARGE_KEY') as string,
    })
    expect(statusOf(findings, 'upstream big')).toBe('ok')
    expect(statusOf(findings, 'artifact')).toBe('ok')
  })

  it('finds a store that is none, a folder that is not there, an artifact of another pool', async () => {
    const small = await startMock(listing('little'))
    const of = async (more: string): Promise<readonly Finding[]> =>
      find({ small: small.url, large: small.url, more })
    expect(statusOf(await of('record: { path: weir.yaml }'), 'store')).toBe('fail')
    expect(statusOf(await of('record: { path: nowhere/o.sqlite }'), 'store')).toBe('fail')
    expect(statusOf(await of('small: big'), 'artifact')).toBe('fail')
  })

  it('finds a port that is taken, and an old Node', async () => {
    const mock = await startMock(listing())
    const port = Number(new URL(mock.url).port)
    expect((await checkPort({ key: 'listen.port', host: '127.0.0.1', port })).status).toBe('warn')
    expect(['20.1.0', '22.18.9', '22.19.0', '24.0.0'].map((version) => checkNode(version).status)).toEqual([
      'fail',
      'fail',
      'ok',
      'ok',
    ])
  })

  it('ends with 3 on the command line when something fails, with 0 when nothing does', async () => {
    const path = join(folder, 'bad.yaml')
    await writeFile(path, 'qualty: 0.9\nmodels: {}\n')
    const bad = await weir(['doctor', '--config', path, '--json'])
    expect(bad.code).toBe(3)
    const said = JSON.parse(bad.out) as { readonly ok: boolean; readonly findings: readonly Finding[] }
    expect(said.ok).toBe(false)
    expect(said.findings.find(({ check }) => check === 'config')?.message).toContain('did you mean quality?')
    const machine = await weir(['doctor'])
    expect([machine.code, machine.out.includes('ok    node')]).toEqual([0, true])
  })
})
