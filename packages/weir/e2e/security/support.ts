/** What the security suite shares: requests as bytes, because a client library would not send most of them. */
import { connect } from 'node:net'

export interface RawAnswer {
  /** 0 when the connection closed without an answer. */
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes and reads until the other side closes, or until `isEnough` of what came. */
export function send(
  url: string,
  bytes: string | Buffer,
  isEnough: (text: string) => boolean = () => false,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    const finish = (): void => {
      const at = text.indexOf('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        head: at < 0 ? text : text.slice(0, at),
        body: at < 0 ? '' : text.slice(at + 4),
      })
    }
    socket.on('error', () => {})
    socket.on('close', finish)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (isEnough(text)) socket.end()
    })
    socket.write(bytes)
  })
}

export interface RawRequest {
  /** Default POST. */
  readonly method?: string
  readonly target: string
  /** Whole lines, in order. */
  readonly headers?: readonly string[]
  readonly body?: string
}

/** With a content-length unless `headers` has one, and a connection that closes. */
export function toBytes({ method = 'POST', target, headers = [], body = '' }: RawRequest): string {
  const lines = [`${method} ${target} HTTP/1.1`, 'connection: close', ...headers]
  const has = (name: string): boolean => headers.some((line) => line.toLowerCase().startsWith(`${name}:`))
  if (!has('host')) lines.push('host: gateway')
  if (!has('content-type')) lines.push('content-type: application/json')
  if (!has('content-length') && !has('transfer-encoding'))
    lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
