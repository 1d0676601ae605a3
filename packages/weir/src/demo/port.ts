/** Looks whether a port is free before minutes of work would end in "port taken". The gateway's own check stays the one that counts. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { WeirError } from '@weir/core'

/** Throws `config.port` when nothing can listen on the port of this host. Port 0 is always free. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    const what = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`
    throw new WeirError(
      'config.port',
      `port ${port} on ${host} ${what}; choose another with --port, 0 takes a free one`,
      { cause },
    )
  } finally {
    server.close()
  }
}
