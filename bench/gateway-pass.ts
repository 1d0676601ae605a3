/**
 * The yardstick: the least that a Node program can do between a caller and a model. node:http in, undici dispatch out, bytes
 * through; no parsing, no decision, no errors, no record.
 */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { reportTo } from './gateway-process.ts'

const pool = new Pool(`http://127.0.0.1:${process.env['UPSTREAM_PORT']}`)

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const [first] = chunks
    const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
    pool.dispatch(
      {
        path: '/v1/chat/completions',
        method: 'POST',
        headers: ['content-type', 'application/json'],
        body,
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, { 'content-type': type, 'content-length': length }) {
          const headers = ['content-type', String(type)]
          if (length !== undefined) headers.push('content-length', String(length))
          response.writeHead(status, headers)
        },
        onResponseData(controller, chunk) {
          if (response.write(chunk)) return
          controller.pause()
          response.once('drain', () => controller.resume())
        },
        onResponseEnd() {
          response.end()
        },
        onResponseError() {
          response.destroy()
        },
      },
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  reportTo(typeof address === 'object' && address !== null ? address.port : 0)
})
