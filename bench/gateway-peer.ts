/**
 * The peer of the bench: @portkey-ai/gateway as its own command starts it (headless), in this process so that its processor time and
 * memory can be asked for. It listens on every interface; here its server is told the loopback one.
 */
import { Server } from 'node:http'
import type { ListenOptions } from 'node:net'
import { fileURLToPath } from 'node:url'
import { reportTo } from './gateway-process.ts'

const program = new URL('peer/node_modules/@portkey-ai/gateway/build/start-server.js', import.meta.url)

let addressOf: () => ReturnType<Server['address']> = () => null
const listen = Reflect.get(Server.prototype, 'listen') as (this: Server, ...rest: unknown[]) => Server
Server.prototype.listen = function listenOnLoopback(this: Server, ...rest: unknown[]): Server {
  addressOf = () => this.address()
  const done = rest.find((one) => typeof one === 'function')
  const options: ListenOptions = { port: 0, host: '127.0.0.1' }
  return listen.call(this, options, done)
}

process.argv = [process.execPath, fileURLToPath(program), '--headless', '--port=0']
// Its banner and spinner would end up between the figures.
console.log = () => {}
console.clear = () => {}
console.warn = () => {}
console.error = () => {}
process.stdout.write = (() => true) as typeof process.stdout.write
await import(program.href)
const address = addressOf()
reportTo(typeof address === 'object' && address !== null ? address.port : 0)
