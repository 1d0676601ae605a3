/**
 * Probe: whether an upstream can be reached and takes its key, found out without spending a token: one GET of its list of models for each key.
 * Redirects are not followed, and the key goes only where a request would send it (address.ts); nothing of an answer but its status, its date and the names of its models is read.
 */
import { isRecord } from '@weir/core'
import { Agent, fetch, type Response } from 'undici'
import { createLookup, isTrustedHost } from './address.ts'
import type { UpstreamPlace } from './definition.ts'
import { parseBaseUrl } from './base-url.ts'
import { authHeaders, providerOf } from './providers.ts'
import { parseLoosely } from './usage.ts'

/** Bytes of a list of models that are read. 4 MiB: the longest known has about 1 MiB. */
const LIST_BYTES = 4 * 1024 * 1024

export type Probed =
  /** Answered; `models` undefined when it gave no list. */
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly models: readonly string[] | undefined
      /** Of its clock, ms since 1970; undefined when it said none. */
      readonly dateMs: number | undefined
    }
  /** `code`: of the operating system or of TLS, never a text of the other side. */
  | { readonly kind: 'unreachable'; readonly code: string }

export interface ProbeOptions {
  readonly timeoutMs: number
  /** False: the keys are not known, so none is sent. */
  readonly sendsKey: boolean
}

/** One for each key, or one without. Never throws. */
export function probePlace(place: UpstreamPlace, options: ProbeOptions): Promise<readonly Probed[]> {
  const { provider, baseUrl, apiKey, apiKeys = apiKey === undefined ? [] : [apiKey] } = place
  const { auth, headers: fixed = [], version, dialect } = providerOf(provider)
  const { origin, path } = parseBaseUrl(baseUrl, version)
  // Bedrock lists its models at another address, and only signed: here only whether it answers.
  const url = dialect === 'bedrock' ? origin : `${origin}${path}/models`
  const keys = options.sendsKey && apiKeys.length > 0 ? apiKeys.map((key) => key.reveal()) : [undefined]
  const isTrusted = place.allowPrivate === true || isTrustedHost(new URL(origin).hostname)
  const dispatcher = new Agent({ connect: isTrusted ? {} : { lookup: createLookup() } })
  const probes = keys.map((key) => {
    const headers = toRecord([...fixed, ...(key === undefined ? [] : authHeaders(auth, key))])
    return probe(url, { headers, dispatcher, timeoutMs: options.timeoutMs })
  })
  return Promise.all(probes).finally(() => dispatcher.destroy())
}

interface ProbeRequest {
  readonly headers: Record<string, string>
  readonly dispatcher: Agent
  readonly timeoutMs: number
}

function toRecord(headers: readonly string[]): Record<string, string> {
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? ''] as const] : []))
  return { ...Object.fromEntries(pairs), accept: 'application/json', 'user-agent': 'weir' }
}

async function probe(url: string, { headers, dispatcher, timeoutMs }: ProbeRequest): Promise<Probed> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { headers, redirect: 'manual', signal, dispatcher })
    const text = await readText(response)
    const dateMs = Date.parse(response.headers.get('date') ?? '')
    return {
      kind: 'answered',
      status: response.status,
      models: response.ok ? toNames(parseLoosely(text)) : undefined,
      dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
    }
  } catch (error) {
    return { kind: 'unreachable', code: codeOf(error) }
  }
}

async function readText({ body }: Response): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > LIST_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** {"data": [{"id"}]} of OpenAI and most others, {"models": [{"name"}]} of Gemini and Ollama. */
function toNames(body: unknown): readonly string[] | undefined {
  const list = isRecord(body) ? (body['data'] ?? body['models']) : undefined
  if (!Array.isArray(list)) return undefined
  return list.filter(isRecord).flatMap(({ id, name }) => {
    const found = id ?? name
    return typeof found === 'string' ? [found.replace(/^models\//, '')] : []
  })
}

/** fetch hides the reason one or two causes deep; several addresses make an AggregateError. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'timeout'
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error.cause === undefined ? error.name : codeOf(error.cause)
}
