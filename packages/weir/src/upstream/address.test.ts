/** The SSRF corpus: which addresses a connection may go to, however they are written and whenever they change. */
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLookup, isPublicAddress, isTrustedHost } from './address.ts'

/** What a lookup gives when the resolver answers so, one connection after another. */
async function ask(answers: readonly string[][], all: boolean): Promise<readonly unknown[]> {
  const queue = [...answers]
  const lookup = createLookup((_name, _options, done) => {
    const found = queue.shift() ?? []
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  })
  const given: unknown[] = []
  while (queue.length > 0) {
    given.push(
      await new Promise((resolve) => {
        lookup('host.example', { all }, (error, address) => resolve(error === null ? address : error.code))
      }),
    )
  }
  return given
}

describe('isPublicAddress', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::FFFF:10.0.0.1',
    '0:0:0:0:0:ffff:c0a8:0101',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    '2001:db8::1',
    'not an address',
    '',
    '1.2.3',
    '0x7f.0.0.1',
    '2130706433',
    '017700000001',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '::ffff:8.8.8.8', '2606:4700::1111', '2a00::1'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )
})

describe('isTrustedHost', () => {
  it.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://[::1]',
    'http://localhost.',
    'http://a.localhost',
  ])('%s: the operator wrote the address itself', (url) => {
    expect(isTrustedHost(new URL(url).hostname)).toBe(true)
  })

  it.each([
    'http://localhost.example.com',
    'http://127.0.0.1.nip.io',
    'http://metadata.google.internal',
    'http://ollama',
    'http://notlocalhost',
  ])('%s: a name', (url) => {
    expect(isTrustedHost(new URL(url).hostname)).toBe(false)
  })
})

describe('createLookup', () => {
  it('gives public addresses only, in both forms that node asks in', async () => {
    expect(await ask([['10.0.0.1', '8.8.8.8']], false)).toEqual(['8.8.8.8'])
    expect(await ask([['::1', '8.8.8.8', '127.0.0.1']], true)).toEqual([[{ address: '8.8.8.8', family: 4 }]])
    expect(await ask([['169.254.169.254']], true)).toEqual(['ERR_WEIR_ADDRESS_REFUSED'])
    expect(await ask([[]], false)).toEqual(['ERR_WEIR_ADDRESS_REFUSED'])
  })

  it('a name that changes between two connections is refused at the second: nothing is remembered', async () => {
    expect(await ask([['8.8.8.8'], ['127.0.0.1']], false)).toEqual(['8.8.8.8', 'ERR_WEIR_ADDRESS_REFUSED'])
  })
})

describe('outgoing requests', () => {
  it('all go through dispatch.ts: no other file of the program opens a connection', () => {
    const root = join(import.meta.dirname, '..')
    const openers = /from '(?:node:)?(?:https?|http2|net|tls|dgram|undici)'|\bfetch\(|new WebSocket\(/
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .filter((file) => {
        const imports = readFileSync(join(root, file), 'utf8').replaceAll(
          /import (?:type [^;\n]*|\{ createServer[^}]*\} from 'node:http')\n/g,
          '',
        )
        return openers.test(imports)
      })
    // Servers only listen, the demo's among them; address.ts only reads addresses. What `weir doctor` runs by hand is no request's.
    const ofDoctor = ['doctor/check-machine.ts', 'upstream/probe.ts']
    const known = files.filter((file) => !file.startsWith('demo') && !ofDoctor.includes(file))
    expect(known.toSorted()).toEqual(['upstream/address.ts', 'upstream/dispatch.ts'])
  })

  it('a name that leads to this machine gets no connection', async () => {
    const { createOrigin } = await import('./dispatch.ts')
    let connections = 0
    const server = createServer(() => {
      connections += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    // Every resolver that is asked for this name, by RFC 6761 or by the hosts file, says loopback or nothing.
    const origin = createOrigin(`http://localhost.localdomain:${port}`, {
      connectMs: 2000,
      firstByteMs: 2000,
      idleMs: 2000,
    })
    const failure = await new Promise((resolve) => {
      origin.post(
        { path: '/', headers: [], body: Buffer.from('{}') },
        { onHead() {}, onData: () => true, onEnd: () => resolve(undefined), onFail: resolve },
      )
    })
    expect(failure).toMatchObject({ code: 'upstream.connect' })
    expect(connections).toBe(0)
    await origin.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})
