/**
 * Base URL of a model's server, with or without its version segment:
 *
 *   http://localhost:11434         -> /v1        https://openrouter.ai/api/v1       -> /api/v1
 *   http://localhost:11434/v1/     -> /v1        https://host/v1beta/openai         -> /v1beta/openai
 */
import { WeirError } from '@weir/core'

export interface BaseUrl {
  /** Scheme, host and port. */
  readonly origin: string
  /** Without a slash at its end; holds a version segment where the provider has one. */
  readonly path: string
}

/**
 * `version`: what is added to a path without a version segment, as the provider has it; default '/v1'.
 * Throws `config.value` when the text is no http(s) URL, or holds credentials, a query or a fragment.
 */
export function parseBaseUrl(text: string, version = '/v1'): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new WeirError('config.value', 'must be a URL such as https://api.openai.com/v1')
  }
  // The URL is not echoed: it may hold a password or a key.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new WeirError(
      'config.value',
      'must have no user, password, query or fragment; keys belong to apiKey',
    )
  }
  const path = url.pathname.replace(/\/+$/, '')
  return { origin: url.origin, path: /\/v\d[^/]*(?:\/|$)/.test(path) ? path : `${path}${version}` }
}
