/**
 * Which dialect a caller speaks, by the path of the request: also for paths that do not exist, so that every error can be read.
 */
import type { FastifyRequest } from 'fastify'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import { RESPONSES } from '../dialect/client-responses.ts'
import { MESSAGES } from '../dialect/client-messages.ts'

const ANTHROPIC = /^\/(?:anthropic(?:\/|$)|(?:v1\/)?messages(?:\/|$))/

export function dialectOf(url: string): ClientDialect {
  const path = url.split('?', 1)[0] ?? ''
  return ANTHROPIC.test(path) ? MESSAGES : CHAT
}

/** Absent: chat. */
export function dialectNamed(name: 'messages' | 'responses' | undefined): ClientDialect {
  if (name === undefined) return CHAT
  return name === 'messages' ? MESSAGES : RESPONSES
}

type Headers = FastifyRequest['headers']

/** The caller's key as an Authorization header. Anthropic's clients send it as x-api-key. */
export function keyOf(headers: Headers, { name }: ClientDialect): string | undefined {
  const { authorization, 'x-api-key': key } = headers
  return authorization ?? (name === 'messages' && typeof key === 'string' ? `Bearer ${key}` : undefined)
}

/** Headers that go upstream only where the caller's own dialect is spoken there, names and values alternating. */
export function nativeHeaders(headers: Headers, { name }: ClientDialect): readonly string[] {
  const beta = headers['anthropic-beta']
  return name === 'messages' && beta !== undefined ? ['anthropic-beta', String(beta)] : []
}
