import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { findLocalServers } from './local-servers.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** A server that answers every request with this body; with undefined it never answers. */
async function serve(body: string | undefined): Promise<number> {
  const server = createServer((_request, response) => void (body === undefined || response.end(body)))
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const models = (ids: readonly unknown[]): string =>
  JSON.stringify({ object: 'list', data: ids.map((id) => ({ id })) })

describe('findLocalServers', () => {
  it('finds those that list models and passes over everything else', async () => {
    const places = [
      { name: 'good', port: await serve(models(['llama3.2:3b', 'qwen2.5:32b'])) },
      { name: 'other page', port: await serve('<html>') },
      { name: 'empty', port: await serve(models([])) },
      { name: 'silent', port: await serve(undefined) },
      { name: 'closed', port: 1 },
    ]
    expect(await findLocalServers(places)).toEqual([
      {
        name: 'good',
        baseUrl: `http://127.0.0.1:${places[0]?.port}/v1`,
        models: ['llama3.2:3b', 'qwen2.5:32b'],
      },
    ])
  })

  it('lets no control character of another program reach the terminal', async () => {
    const port = await serve(models(['\u001B[2Jevil', 'a\nb', 7, 'fine']))
    expect((await findLocalServers([{ name: 'x', port }]))[0]?.models).toEqual(['fine'])
  })
})
