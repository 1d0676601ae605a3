/**
 * Providers as data: where each one lives, how it is asked for leave, which dialect it speaks, what it renames and what it refuses. A model
 * of the configuration names one; every value here can be set there as well. Sources: the providers' public API references, November 2026.
 * What only code can say (a translation, a signature) stands in adapter.ts and dialect/.
 */
import type { DialectName } from '../dialect/hub.ts'

/** Header that carries the key. 'sigv4': each request is signed instead, or a bearer key is sent where one is configured. */
export type AuthStyle = 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key' | 'sigv4'

export interface Provider {
  /** `owned_by` in the list of models. Absent: 'local' or 'upstream', by the address. */
  readonly owner?: string
  readonly dialect: DialectName
  /** Absent: the configuration must say. */
  readonly baseUrl?: string
  readonly auth: AuthStyle
  /** Environment variable where people keep its key; named in messages, read only when the configuration refers to it. */
  readonly keyVariable?: string
  /** Path that a base URL without a version segment gets. Default '/v1'. */
  readonly version?: string
  /** Names and values, alternating, of every request. */
  readonly headers?: readonly string[]
  /** Headers of the caller that it may get; a beta switch of one provider makes another one refuse. */
  readonly forwards?: readonly string[]
  /** Members of a chat request that have another name here, as long as that one is not sent too. */
  readonly renames?: Readonly<Record<string, string>>
  /** Members of a chat request that it refuses and that only nudge the answer; left out. What changes its shape is sent, and refused by it. */
  readonly omits?: readonly string[]
  /** Of the models' abilities and of their calls, where it differs from the defaults of the configuration. */
  readonly streamUsage?: boolean
}

/** Names and values, alternating, of every request to anybody. `identity`: compressed bytes could be neither checked nor counted. */
export const REQUEST_HEADERS: readonly string[] = [
  'content-type',
  'application/json',
  'accept-encoding',
  'identity',
  'user-agent',
  'weir',
]

/** Tracing; every provider ignores what it does not know of these. */
const TRACING: readonly string[] = ['traceparent', 'tracestate']
const OPENAI_HEADERS: readonly string[] = [...TRACING, 'openai-beta']
const OPENROUTER_HEADERS: readonly string[] = [...TRACING, 'http-referer', 'x-title']
const ANTHROPIC_HEADERS: readonly string[] = [...TRACING, 'anthropic-beta']

/** OpenAI's newer models refuse `max_tokens`; all of them take the other name. */
const NEW_LIMIT = { max_tokens: 'max_completion_tokens' }
/** Servers that know the older name only, and pass over the newer one without a word. */
const OLD_LIMIT = { max_completion_tokens: 'max_tokens' }

export type ProviderName =
  | 'openai-compatible'
  | 'openai'
  | 'azure'
  | 'anthropic'
  | 'gemini'
  | 'bedrock'
  | 'groq'
  | 'mistral'
  | 'deepseek'
  | 'xai'
  | 'openrouter'
  | 'together'
  | 'fireworks'
  | 'cohere'
  | 'ollama'
  | 'vllm'
  | 'llamacpp'

export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  /** Any server that speaks OpenAI's chat completions; the default. */
  'openai-compatible': {
    dialect: 'chat',
    auth: 'bearer',
    forwards: [...OPENAI_HEADERS, 'http-referer', 'x-title'],
  },
  openai: {
    owner: 'openai',
    dialect: 'chat',
    baseUrl: 'https://api.openai.com/v1',
    auth: 'bearer',
    keyVariable: 'OPENAI_API_KEY',
    forwards: OPENAI_HEADERS,
    renames: NEW_LIMIT,
  },
  azure: {
    owner: 'azure',
    dialect: 'chat',
    auth: 'api-key',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    version: '/openai/v1',
    forwards: TRACING,
    renames: NEW_LIMIT,
  },
  anthropic: {
    owner: 'anthropic',
    dialect: 'messages',
    baseUrl: 'https://api.anthropic.com/v1',
    auth: 'x-api-key',
    keyVariable: 'ANTHROPIC_API_KEY',
    headers: ['anthropic-version', '2023-06-01'],
    forwards: ANTHROPIC_HEADERS,
  },
  gemini: {
    owner: 'google',
    dialect: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    auth: 'x-goog-api-key',
    keyVariable: 'GEMINI_API_KEY',
    version: '/v1beta',
    forwards: TRACING,
  },
  /** The base URL follows from the region when it is not given. */
  bedrock: {
    owner: 'amazon-bedrock',
    dialect: 'bedrock',
    auth: 'sigv4',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    version: '',
    forwards: [],
  },
  groq: {
    owner: 'groq',
    dialect: 'chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    auth: 'bearer',
    keyVariable: 'GROQ_API_KEY',
    forwards: TRACING,
    renames: NEW_LIMIT,
    omits: ['logit_bias'],
  },
  mistral: {
    owner: 'mistral',
    dialect: 'chat',
    baseUrl: 'https://api.mistral.ai/v1',
    auth: 'bearer',
    keyVariable: 'MISTRAL_API_KEY',
    forwards: TRACING,
    renames: { ...OLD_LIMIT, seed: 'random_seed' },
    // Unknown members are answered with 422; usage comes in the last chunk without being asked for.
    omits: ['stream_options', 'logit_bias', 'user', 'store', 'service_tier'],
    streamUsage: false,
  },
  deepseek: {
    owner: 'deepseek',
    dialect: 'chat',
    baseUrl: 'https://api.deepseek.com/v1',
    auth: 'bearer',
    keyVariable: 'DEEPSEEK_API_KEY',
    forwards: TRACING,
    renames: OLD_LIMIT,
  },
  xai: {
    owner: 'xai',
    dialect: 'chat',
    baseUrl: 'https://api.x.ai/v1',
    auth: 'bearer',
    keyVariable: 'XAI_API_KEY',
    forwards: TRACING,
    renames: NEW_LIMIT,
    omits: ['logit_bias'],
  },
  openrouter: {
    owner: 'openrouter',
    dialect: 'chat',
    baseUrl: 'https://openrouter.ai/api/v1',
    auth: 'bearer',
    keyVariable: 'OPENROUTER_API_KEY',
    forwards: OPENROUTER_HEADERS,
  },
  together: {
    owner: 'together',
    dialect: 'chat',
    baseUrl: 'https://api.together.xyz/v1',
    auth: 'bearer',
    keyVariable: 'TOGETHER_API_KEY',
    forwards: TRACING,
    renames: OLD_LIMIT,
  },
  fireworks: {
    owner: 'fireworks',
    dialect: 'chat',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    auth: 'bearer',
    keyVariable: 'FIREWORKS_API_KEY',
    forwards: TRACING,
    renames: OLD_LIMIT,
  },
  cohere: {
    owner: 'cohere',
    dialect: 'chat',
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    auth: 'bearer',
    keyVariable: 'COHERE_API_KEY',
    forwards: TRACING,
    renames: OLD_LIMIT,
    omits: ['logit_bias', 'user', 'store', 'service_tier', 'parallel_tool_calls'],
  },
  ollama: {
    dialect: 'chat',
    baseUrl: 'http://127.0.0.1:11434/v1',
    auth: 'bearer',
    forwards: [],
    renames: OLD_LIMIT,
  },
  vllm: { dialect: 'chat', baseUrl: 'http://127.0.0.1:8000/v1', auth: 'bearer', forwards: TRACING },
  llamacpp: {
    dialect: 'chat',
    baseUrl: 'http://127.0.0.1:8080/v1',
    auth: 'bearer',
    forwards: [],
    renames: OLD_LIMIT,
  },
}

export const PROVIDER_NAMES: readonly ProviderName[] = Object.keys(PROVIDERS) as ProviderName[]

export function providerOf(name: ProviderName = 'openai-compatible'): Provider {
  return PROVIDERS[name]
}

/** Names and values, alternating, that carry a key in a provider's way; none for 'sigv4' without a bearer key. */
export function authHeaders(style: AuthStyle, key: string): readonly string[] {
  return style === 'bearer' || style === 'sigv4' ? ['authorization', `Bearer ${key}`] : [style, key]
}

/** What a caller's own Authorization header is sent as. */
export function forwardedAuth(style: AuthStyle, authorization: string): readonly string[] {
  const key = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1]
  return style === 'bearer' || key === undefined ? ['authorization', authorization] : authHeaders(style, key)
}
