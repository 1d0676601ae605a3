/**
 * What other gateways call the providers, and where those live that weir has no name for. LiteLLM writes them before the slash of a model,
 * Portkey as `provider`. A provider with neither a name nor an address here is not covered.
 */
import { PROVIDERS, type ProviderName } from '../upstream/providers.ts'

export interface KnownProvider {
  readonly provider: ProviderName
  /** Of servers that speak OpenAI's chat completions and have no name in weir. */
  readonly baseUrl?: string
  /** Where people keep its key. */
  readonly variable?: string
}

const other = (baseUrl: string, variable: string): KnownProvider => ({
  provider: 'openai-compatible',
  baseUrl,
  variable,
})

const named = (provider: ProviderName): KnownProvider => {
  const { keyVariable } = PROVIDERS[provider]
  return keyVariable === undefined ? { provider } : { provider, variable: keyVariable }
}

/** By the names that either gateway has. */
const KNOWN: Readonly<Record<string, KnownProvider>> = {
  openai: named('openai'),
  custom_openai: { provider: 'openai-compatible' },
  'text-completion-openai': named('openai'),
  azure: named('azure'),
  'azure-openai': named('azure'),
  anthropic: named('anthropic'),
  gemini: named('gemini'),
  google: named('gemini'),
  bedrock: named('bedrock'),
  groq: named('groq'),
  mistral: named('mistral'),
  'mistral-ai': named('mistral'),
  deepseek: named('deepseek'),
  xai: named('xai'),
  'x-ai': named('xai'),
  openrouter: named('openrouter'),
  together_ai: named('together'),
  'together-ai': named('together'),
  fireworks_ai: named('fireworks'),
  'fireworks-ai': named('fireworks'),
  cohere: named('cohere'),
  cohere_chat: named('cohere'),
  ollama: named('ollama'),
  ollama_chat: named('ollama'),
  vllm: named('vllm'),
  hosted_vllm: { provider: 'vllm' },
  llamafile: named('llamacpp'),
  lm_studio: { provider: 'openai-compatible' },
  lmstudio: { provider: 'openai-compatible' },
  litellm_proxy: { provider: 'openai-compatible', variable: 'LITELLM_PROXY_API_KEY' },
  perplexity: other('https://api.perplexity.ai', 'PERPLEXITYAI_API_KEY'),
  'perplexity-ai': other('https://api.perplexity.ai', 'PERPLEXITYAI_API_KEY'),
  cerebras: other('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'),
  nvidia_nim: other('https://integrate.api.nvidia.com/v1', 'NVIDIA_NIM_API_KEY'),
  deepinfra: other('https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY'),
  sambanova: other('https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY'),
}

/** Undefined when weir cannot ask it. */
export function findProvider(name: string): KnownProvider | undefined {
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
}
