/**
 * AWS Signature Version 4 of one POST with a body.
 *
 *   key = HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")
 *   signature = HMAC(key, "AWS4-HMAC-SHA256" LF time LF scope LF hash(canonical request))
 *
 * Source: AWS General Reference, "Create a signed AWS API request". The path of a canonical request is encoded once more than the path that is
 * sent, as for every service but S3. Checked against AWS's published test suite (sigv4.test.ts).
 */
import { createHash, createHmac } from 'node:crypto'

export interface Signing {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly region: string
  /** For example "bedrock". */
  readonly service: string
}

export interface Signable {
  readonly method: string
  readonly host: string
  /** As sent: encoded, with no query. */
  readonly path: string
  readonly body: Buffer | string
  /** Further headers to sign, lower-case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly at: Date
}

/** Headers to send, names and values alternating. */
export function sign(request: Signable, signing: Signing): readonly string[] {
  const time = request.at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const { sessionToken: token } = signing
  const headers = {
    ...request.headers,
    host: request.host,
    'x-amz-date': time,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  }
  const names = Object.keys(headers).toSorted()
  const scope = `${day}/${signing.region}/${signing.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(toCanonical(request, headers))].join('\n')
  const signature = hmac(keyOf(signing, day), text).toString('hex')
  const credential = `Credential=${signing.accessKeyId}/${scope}`
  return [
    'authorization',
    `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    'x-amz-date',
    time,
    ...(token === undefined ? [] : ['x-amz-security-token', token]),
  ]
}

function toCanonical({ method, path, body }: Signable, headers: Readonly<Record<string, string>>): string {
  const entries = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = entries.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`)
  const names = entries.map(([name]) => name).join(';')
  return [method, encodePath(path), '', lines.join(''), names, sha256(body)].join('\n')
}

function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/')
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function keyOf({ secretAccessKey, region, service }: Signing, day: string): Buffer {
  const ofDay = hmac(Buffer.from(`AWS4${secretAccessKey}`), day)
  return hmac(hmac(hmac(ofDay, region), service), 'aws4_request')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex')
}
