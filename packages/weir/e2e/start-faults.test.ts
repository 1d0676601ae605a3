/** A gateway that cannot start leaves nothing running: a thread or a listener would keep the process from ending. */
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyFile } from '../src/access/store-file.ts'
import { startGateway, type GatewayOptions } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { RIVER } from './gateway-support.ts'
import { makeFolder, type TemporaryStore } from './store-support.ts'

let place: TemporaryStore
let keys = ''
beforeEach(async () => {
  place = await makeFolder()
  keys = join(place.folder, 'keys.sqlite')
})
afterEach(() => place.remove())

function start(more: Partial<GatewayOptions>): Promise<unknown> {
  return startGateway({
    river: RIVER,
    models: RIVER.candidates.map(({ model }) => ({ model, baseUrl: 'http://127.0.0.1:1' })),
    listen: { port: 0 },
    record: { path: place.path },
    auth: { path: keys },
    log: SILENT,
    ...more,
  })
}

/** SQLite takes its log away when the last connection closes. */
const areClosed = (): boolean => ![place.path, keys].some((path) => existsSync(`${path}-wal`))

describe('nothing is left open', () => {
  it('when an upstream cannot be used', async () => {
    const models = RIVER.candidates.map(({ model }) => ({ model, baseUrl: 'no address' }))
    await expect(start({ models })).rejects.toThrow(/must be a URL/)
    expect(areClosed()).toBe(true)
  })

  it('when the first key cannot be made', async () => {
    new KeyFile(keys).close()
    const database = new DatabaseSync(keys)
    database.exec("CREATE TRIGGER no BEFORE INSERT ON keys BEGIN SELECT RAISE(ABORT, 'not today'); END")
    database.close()
    await expect(start({})).rejects.toThrow(/not today/)
    expect(areClosed()).toBe(true)
  })

  it('when a port is taken: the gateway\u2019s, that of the metrics, that of the admin API', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const taken: readonly Partial<GatewayOptions>[] = [
      { listen: { port }, admin: { port: 0 } },
      { metrics: { listen: { port } } },
      { admin: { port } },
    ]
    for (const more of taken) {
      await expect(start(more)).rejects.toMatchObject({ code: 'config.port' })
      expect(areClosed()).toBe(true)
    }
    other.close()
  })
})
