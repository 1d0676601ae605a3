/**
 * Usage forms: how each family of APIs writes what a call used, read into one shape. Each reader takes the object that holds the counts.
 * Lenient: wrong types are passed over. In our shape the prompt includes its cached tokens and the answer its reasoning; providers that
 * count them apart are added up here.
 *
 * Sources: the public API references of OpenAI (chat completions, responses), Anthropic (messages), Google (generateContent), Amazon
 * Bedrock (Converse, InvokeModel), Cohere, Ollama, DeepSeek, Mistral, Groq, xAI, OpenRouter, Perplexity, Voyage.
 */
import { isRecord, type ServiceTier, type Usage } from '@weir/core'

export type Json = Readonly<Record<string, unknown>>

/** What a reader found; null counts are dropped by `toUsage`. */
type Counts = { readonly [K in keyof Usage]?: Usage[K] | undefined }

/** A count; undefined for anything that is none. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Undefined when neither side is counted. Parts that are 0 say nothing and are left out. */
export function toUsage(counts: Counts): Usage | undefined {
  if (counts.inputTokens === undefined && counts.outputTokens === undefined) return undefined
  const usage: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(counts)) {
    const isPart = name !== 'inputTokens' && name !== 'outputTokens'
    if (value !== undefined && !(isPart && value === 0)) usage[name] = value
  }
  return usage
}

function record(value: unknown): Json {
  return isRecord(value) ? value : NOTHING
}

const NOTHING: Json = {}

/** The first that is a count. */
function first(...values: readonly unknown[]): number | undefined {
  for (const value of values) {
    const count = readCount(value)
    if (count !== undefined) return count
  }
  return undefined
}

function add(...counts: readonly (number | undefined)[]): number | undefined {
  if (counts[0] === undefined) return undefined
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

/** OpenAI chat completions and what speaks that dialect; embeddings have no answer. */
export function readChatUsage(usage: Json): Usage | undefined {
  const inputTokens = first(usage['prompt_tokens'])
  const prompt = record(usage['prompt_tokens_details'])
  const completion = record(usage['completion_tokens_details'])
  // DeepSeek, Moonshot and proxies of Anthropic write the cached part beside the totals.
  const cached = first(
    prompt['cached_tokens'],
    usage['prompt_cache_hit_tokens'],
    usage['cached_tokens'],
    usage['cache_read_input_tokens'],
  )
  return toUsage({
    inputTokens,
    outputTokens: readCompletionTokens(usage, inputTokens),
    cachedInputTokens: cached,
    ...readCacheWrites(prompt, usage),
    reasoningTokens: first(completion['reasoning_tokens'], usage['reasoning_tokens']),
    audioInputTokens: first(prompt['audio_tokens']),
    audioOutputTokens: first(completion['audio_tokens']),
    reportedCostUsd: readReportedCost(usage),
  })
}

/** xAI and Google's compatible endpoint leave reasoning out of the answer's count; the total tells. */
function readCompletionTokens(usage: Json, inputTokens: number | undefined): number | undefined {
  const completion = first(usage['completion_tokens'])
  const total = first(usage['total_tokens'])
  if (completion === undefined) return total !== undefined && total === inputTokens ? 0 : undefined
  const reasoning = first(record(usage['completion_tokens_details'])['reasoning_tokens'])
  const isApart =
    reasoning !== undefined &&
    reasoning > 0 &&
    total !== undefined &&
    inputTokens !== undefined &&
    total === inputTokens + completion + reasoning
  return isApart ? completion + reasoning : completion
}

type CacheWrites = Pick<Counts, 'cacheWrite5mTokens' | 'cacheWrite1hTokens'>

/** The hub's own names, OpenAI's and OpenRouter's `cache_write_tokens`, and Anthropic's beside an OpenAI body. */
function readCacheWrites(prompt: Json, usage: Json): CacheWrites {
  const hour = first(prompt['cache_creation_1h_tokens'])
  const all = first(
    prompt['cache_creation_tokens'],
    prompt['cache_write_tokens'],
    usage['cache_creation_input_tokens'],
  )
  const split = readCacheCreation(usage['cache_creation'] ?? prompt['cache_creation'])
  if (split !== undefined) return split
  return splitWrites(all, hour)
}

/** Anthropic's split of what was written by how long it lives; undefined when there is none. */
function readCacheCreation(value: unknown): CacheWrites | undefined {
  if (!isRecord(value)) return undefined
  const five = first(value['ephemeral_5m_input_tokens'])
  const hour = first(value['ephemeral_1h_input_tokens'])
  if (five === undefined && hour === undefined) return undefined
  return { cacheWrite5mTokens: five, cacheWrite1hTokens: hour }
}

function splitWrites(all: number | undefined, hour: number | undefined): CacheWrites {
  if (all === undefined) return { cacheWrite1hTokens: hour }
  return { cacheWrite5mTokens: Math.max(0, all - (hour ?? 0)), cacheWrite1hTokens: hour }
}

/** OpenRouter's `cost`, Perplexity's `cost.total_cost`, xAI's ticks of 10^-10 USD. */
function readReportedCost(usage: Json): number | undefined {
  const { cost, cost_in_usd_ticks: ticks } = usage
  const usd = typeof cost === 'number' ? cost : record(cost)['total_cost']
  if (typeof usd === 'number' && Number.isFinite(usd) && usd >= 0) return usd
  return typeof ticks === 'number' && ticks >= 0 ? ticks / 1e10 : undefined
}

/** OpenAI responses, images and transcriptions: the prompt's count includes what was cached. */
export function readResponsesUsage(usage: Json): Usage | undefined {
  const input = record(usage['input_tokens_details'] ?? usage['input_token_details'])
  const output = record(usage['output_tokens_details'] ?? usage['output_token_details'])
  return toUsage({
    inputTokens: first(usage['input_tokens']),
    outputTokens: first(usage['output_tokens']),
    cachedInputTokens: first(input['cached_tokens']),
    ...splitWrites(first(input['cache_write_tokens'], input['cache_creation_tokens']), undefined),
    reasoningTokens: first(output['reasoning_tokens']),
    audioInputTokens: first(input['audio_tokens']),
    audioOutputTokens: first(output['audio_tokens']),
    reportedCostUsd: readReportedCost(usage),
  })
}

/** Anthropic messages: `input_tokens` is what was neither read from a cache nor written to one. */
export function readMessagesUsage(usage: Json): Usage | undefined {
  const cached = first(usage['cache_read_input_tokens'])
  const written = first(usage['cache_creation_input_tokens'])
  const split = readCacheCreation(usage['cache_creation']) ?? splitWrites(written, undefined)
  const { cacheWrite5mTokens: five, cacheWrite1hTokens: hour } = split
  return toUsage({
    inputTokens: add(first(usage['input_tokens']), cached, five, hour),
    outputTokens: first(usage['output_tokens']),
    cachedInputTokens: cached,
    ...split,
    reasoningTokens: first(record(usage['output_tokens_details'])['thinking_tokens']),
  })
}

/** Google generateContent: thoughts stand beside the candidates, the prompt includes its cached part. */
export function readGeminiUsage(usage: Json): Usage | undefined {
  const thoughts = first(usage['thoughtsTokenCount'])
  const prompt = first(usage['promptTokenCount'])
  const candidates = first(usage['candidatesTokenCount'], usage['responseTokenCount'])
  // A reply that is all thought, and a first chunk, have no candidates.
  const output = candidates ?? (prompt === undefined && thoughts === undefined ? undefined : 0)
  return toUsage({
    inputTokens: add(prompt, first(usage['toolUsePromptTokenCount'])),
    outputTokens: add(output, thoughts),
    cachedInputTokens: first(usage['cachedContentTokenCount']),
    reasoningTokens: thoughts,
    audioInputTokens: countModality(usage['promptTokensDetails'], 'AUDIO'),
    audioOutputTokens: countModality(
      usage['candidatesTokensDetails'] ?? usage['responseTokensDetails'],
      'AUDIO',
    ),
  })
}

function countModality(details: unknown, modality: string): number | undefined {
  if (!Array.isArray(details)) return undefined
  const counts = details.filter(isRecord).filter((one) => one['modality'] === modality)
  return counts.length === 0 ? undefined : add(0, ...counts.map((one) => first(one['tokenCount'])))
}

/** Amazon Bedrock Converse, and Nova's InvokeModel: cache reads and writes stand beside the prompt. */
export function readConverseUsage(usage: Json): Usage | undefined {
  const cached = first(usage['cacheReadInputTokens'], usage['cacheReadInputTokenCount'])
  const written = first(usage['cacheWriteInputTokens'], usage['cacheWriteInputTokenCount'])
  const hour = countHour(usage['cacheDetails'])
  return toUsage({
    inputTokens: add(first(usage['inputTokens'], usage['inputTokenCount']), cached, written),
    outputTokens: first(usage['outputTokens'], usage['outputTokenCount']),
    cachedInputTokens: cached,
    ...splitWrites(written, hour),
  })
}

function countHour(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined
  const counts = details.filter(isRecord).filter((one) => one['ttl'] === '1h')
  return counts.length === 0 ? undefined : add(0, ...counts.map((one) => first(one['inputTokens'])))
}

/** Cohere: what is billed may be less than what was read. */
export function readCohereUsage(usage: Json): Usage | undefined {
  const billed = record(usage['billed_units'])
  const tokens = record(usage['tokens'])
  const output = first(billed['output_tokens'], tokens['output_tokens'])
  const input = first(billed['input_tokens'], tokens['input_tokens'])
  return toUsage({
    inputTokens: input,
    // Embeddings bill their input alone.
    outputTokens: output ?? (input === undefined ? undefined : 0),
    cachedInputTokens: first(usage['cached_tokens']),
  })
}

/** Ollama's own API, which leaves the prompt's count out when the whole prompt was cached. */
export function readOllamaUsage(body: Json): Usage | undefined {
  const output = first(body['eval_count'])
  return toUsage({ inputTokens: first(body['prompt_eval_count']), outputTokens: output })
}

/** Llama and Titan through Bedrock InvokeModel, llama.cpp's own API. */
export function readPlainUsage(body: Json): Usage | undefined {
  const results: unknown = body['results']
  const result: unknown = Array.isArray(results) ? results[0] : undefined
  return toUsage({
    inputTokens: first(body['prompt_token_count'], body['inputTextTokenCount'], body['tokens_evaluated']),
    outputTokens: first(
      body['generation_token_count'],
      record(result)['tokenCount'],
      body['tokens_predicted'],
      // Titan embeddings.
      body['embedding'] === undefined ? undefined : 0,
    ),
  })
}

const TIERS: Readonly<Record<string, ServiceTier>> = { batch: 'batch', flex: 'flex', priority: 'priority' }

/** Of `service_tier` or `serviceTier`; undefined for the ordinary ones, whatever their names. */
export function readServiceTier(value: unknown): ServiceTier | undefined {
  const name = isRecord(value) ? value['type'] : value
  return typeof name === 'string' && Object.hasOwn(TIERS, name) ? TIERS[name] : undefined
}
