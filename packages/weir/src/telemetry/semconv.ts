/**
 * Semantic conventions: the names that OpenTelemetry gives to what is known of a call to a model, per version. One switch (`telemetry.semconv`)
 * chooses; a name that a version does not have is left out.
 *
 * Sources: semantic conventions 1.41.0, docs/gen-ai (the last set there; from 1.42 they have a repository of their own, without a release
 * yet), and 1.36.0, which many dashboards still expect: there the provider is `gen_ai.system`.
 */
import type { Purpose } from '@weir/core'
import type { ProviderName } from '../upstream/providers.ts'

export const SEMCONV_VERSIONS = ['1.41', '1.36'] as const
export type SemconvVersion = (typeof SEMCONV_VERSIONS)[number]

export interface SemconvNames {
  readonly provider: string
  readonly isStream?: string
  readonly firstChunk?: string
  readonly cachedTokens?: string
  readonly cacheWriteTokens?: string
  readonly reasoningTokens?: string
  readonly inputMessages?: string
  readonly outputMessages?: string
  readonly system?: string
  /** Metric. */
  readonly firstChunkMetric?: string
  readonly providers: Readonly<Partial<Record<ProviderName, string>>>
}

/** The same in both. */
export const NAMES = {
  operation: 'gen_ai.operation.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  tokenType: 'gen_ai.token.type',
  error: 'error.type',
  address: 'server.address',
  port: 'server.port',
  status: 'http.response.status_code',
} as const

/** What both call the providers that they know; a server that only speaks OpenAI's form counts as 'openai', as the conventions say. */
const PROVIDERS: SemconvNames['providers'] = {
  'openai-compatible': 'openai',
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gcp.gemini',
  bedrock: 'aws.bedrock',
  groq: 'groq',
  deepseek: 'deepseek',
  cohere: 'cohere',
}

export const SEMCONV: Readonly<Record<SemconvVersion, SemconvNames>> = {
  '1.41': {
    provider: 'gen_ai.provider.name',
    isStream: 'gen_ai.request.stream',
    firstChunk: 'gen_ai.response.time_to_first_chunk',
    cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
    cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
    reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
    inputMessages: 'gen_ai.input.messages',
    outputMessages: 'gen_ai.output.messages',
    system: 'gen_ai.system_instructions',
    firstChunkMetric: 'gen_ai.client.operation.time_to_first_chunk',
    providers: { ...PROVIDERS, azure: 'azure.ai.openai', mistral: 'mistral_ai', xai: 'x_ai' },
  },
  '1.36': {
    provider: 'gen_ai.system',
    providers: { ...PROVIDERS, azure: 'az.ai.openai', mistral: 'mistral_ai', xai: 'xai' },
  },
}

/** `gen_ai.operation.name`: every dialect that is translated asks for a chat. An external scorer is no model call. */
export function operationOf(purpose: Purpose): string {
  return purpose === 'external' ? 'score' : 'chat'
}
