/**
 * Usage bodies of the providers, made by hand after their public references, and what each costs by the catalogue, worked out by hand. Costs
 * are written in millionths of USD: tokens times USD per million tokens.
 */
import { describe, expect, it } from 'vitest'
import type { Prices } from '@weir/core'
import { loadPrices } from '../config/price-catalogue.ts'
import { addUsage, meterCostUsd, shareUsage } from './metered-cost.ts'
import { readUsage, readUsageFromTail, Tail } from './usage.ts'

const catalogue = loadPrices('built-in')

const HOSTS = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
  google: 'generativelanguage.googleapis.com',
  mistral: 'api.mistral.ai',
  cohere: 'api.cohere.com',
  bedrock: 'bedrock-runtime.us-east-1.amazonaws.com',
} as const

function of(provider: keyof typeof HOSTS, name: string): Prices {
  const prices = catalogue.find({ baseUrl: `https://${HOSTS[provider]}/v1`, name })
  if (prices === undefined) throw new Error(`${provider} has no ${name}`)
  return prices
}

/** Where the catalogue has no price of that provider: 1 USD in, 2 out, 0.1 cached. */
const PLAIN: Prices = { inputUsdPerMTok: 1, outputUsdPerMTok: 2, cachedInputUsdPerMTok: 0.1 }
const NONE: Prices = {}

const chat = (usage: object, more: object = {}): object => ({ object: 'chat.completion', ...more, usage })
const responses = (usage: object, more: object = {}): object => ({ object: 'response', ...more, usage })
const message = (usage: object): object => ({ type: 'message', role: 'assistant', usage })
const gemini = (usageMetadata: object): object => ({ candidates: [], usageMetadata })

type Fixture = readonly [name: string, body: object, prices: Prices, micros: number | undefined]

const FIXTURES: readonly Fixture[] = [
  // 1000 * 2.5 + 200 * 10
  [
    'openai chat',
    chat({ prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 }),
    of('openai', 'gpt-4o'),
    4500,
  ],
  // 976 * 2.5 + 1024 * 1.25 + 100 * 10
  [
    'openai chat, cached',
    chat({ prompt_tokens: 2000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 1024 } }),
    of('openai', 'gpt-4o'),
    4720,
  ],
  // 500 * 1.25 + 900 * 10, reasoning among the 900
  [
    'openai chat, reasoning',
    chat({
      prompt_tokens: 500,
      completion_tokens: 900,
      total_tokens: 1400,
      completion_tokens_details: { reasoning_tokens: 768 },
    }),
    of('openai', 'gpt-5'),
    9625,
  ],
  // 100 * 2.5 + 300 * 40 + 50 * 10 + 150 * 80
  [
    'openai chat, sound both ways',
    chat({
      prompt_tokens: 400,
      completion_tokens: 200,
      prompt_tokens_details: { audio_tokens: 300, cached_tokens: 0 },
      completion_tokens_details: { audio_tokens: 150 },
    }),
    of('openai', 'gpt-4o-audio-preview'),
    24750,
  ],
  // 10 * 0.15 + 90 * 10 + 20 * 0.6
  [
    'openai chat, sound in',
    chat({ prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { audio_tokens: 90 } }),
    of('openai', 'gpt-4o-mini-audio-preview'),
    913.5,
  ],
  // sound that has no price
  [
    'openai chat, sound without a price',
    chat({ prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { audio_tokens: 90 } }),
    of('openai', 'gpt-4o'),
    undefined,
  ],
  // 1000 * 0.625 + 100 * 5
  [
    'openai flex',
    chat({ prompt_tokens: 1000, completion_tokens: 100 }, { service_tier: 'flex' }),
    of('openai', 'gpt-5'),
    1125,
  ],
  // 600 * 2.5 + 400 * 0.25 + 100 * 20
  [
    'openai priority, cached',
    chat(
      { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 400 } },
      { service_tier: 'priority' },
    ),
    of('openai', 'gpt-5'),
    3600,
  ],
  // 1000 * 0.075 + 100 * 0.3
  [
    'openai batch',
    chat({ prompt_tokens: 1000, completion_tokens: 100 }, { service_tier: 'batch' }),
    of('openai', 'gpt-4o-mini'),
    105,
  ],
  // the ordinary tier by its name: 1000 * 2 + 10 * 8
  [
    'openai default tier',
    chat({ prompt_tokens: 1000, completion_tokens: 10 }, { service_tier: 'default' }),
    of('openai', 'gpt-4.1'),
    2080,
  ],
  [
    'openai scale tier',
    chat({ prompt_tokens: 1000, completion_tokens: 10 }, { service_tier: 'scale' }),
    of('openai', 'gpt-4.1'),
    2080,
  ],
  [
    'openai tier without a price',
    chat({ prompt_tokens: 1000, completion_tokens: 10 }, { service_tier: 'flex' }),
    of('openai', 'gpt-4.1'),
    undefined,
  ],
  // predictions that were not used are part of the answer: 50 * 2.5 + 120 * 10
  [
    'openai predicted output',
    chat({
      prompt_tokens: 50,
      completion_tokens: 120,
      completion_tokens_details: { accepted_prediction_tokens: 40, rejected_prediction_tokens: 30 },
    }),
    of('openai', 'gpt-4o'),
    1325,
  ],
  // 80000 * 0.4 + 20000 * 0.1 + 500 * 1.6
  [
    'openai chat, a dated name',
    chat({
      prompt_tokens: 100_000,
      completion_tokens: 500,
      prompt_tokens_details: { cached_tokens: 20_000 },
    }),
    of('openai', 'gpt-4.1-mini-2025-04-14'),
    34_800,
  ],
  // 800 * 2 + 1000 * 0.2 + 200 * 2.5 + 100 * 10
  [
    'openai, cache writes',
    chat({
      prompt_tokens: 2000,
      completion_tokens: 100,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 200 },
    }),
    of('openai', 'gpt-6-sol'),
    3300,
  ],
  [
    'openai, a long prompt of unknown price',
    chat({ prompt_tokens: 300_000, completion_tokens: 1 }),
    of('openai', 'gpt-6-sol'),
    undefined,
  ],
  // 272000 * 2.5 + 10 * 15
  [
    'openai, the longest ordinary prompt',
    chat({ prompt_tokens: 272_000, completion_tokens: 10 }),
    of('openai', 'gpt-5.4'),
    680_150,
  ],
  // 200 * 1.1 + 300 * 4.4
  [
    'openai responses',
    responses({
      input_tokens: 200,
      output_tokens: 300,
      total_tokens: 500,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 256 },
    }),
    of('openai', 'o4-mini'),
    1540,
  ],
  // 952 * 2 + 2048 * 0.5 + 100 * 8
  [
    'openai responses, cached',
    responses({
      input_tokens: 3000,
      output_tokens: 100,
      input_tokens_details: { cached_tokens: 2048 },
      output_tokens_details: { reasoning_tokens: 0 },
    }),
    of('openai', 'o3'),
    3728,
  ],
  // 1000 * 0.125 + 100 * 1
  [
    'openai responses, flex',
    responses({ input_tokens: 1000, output_tokens: 100, input_tokens_details: {} }, { service_tier: 'flex' }),
    of('openai', 'gpt-5-mini'),
    225,
  ],
  // 10 * 0.05 + 5 * 0.4
  [
    'openai responses, event',
    {
      type: 'response.completed',
      response: responses({ input_tokens: 10, output_tokens: 5, input_tokens_details: { cached_tokens: 0 } }),
    },
    of('openai', 'gpt-5-nano'),
    2.5,
  ],
  // 1500 * 0.02
  [
    'openai embeddings',
    { object: 'list', data: [], usage: { prompt_tokens: 1500, total_tokens: 1500 } },
    of('openai', 'text-embedding-3-small'),
    30,
  ],
  // 20 * 0.15 + 80 * 10 + 40 * 0.6
  [
    'openai transcription',
    {
      text: '',
      usage: {
        type: 'tokens',
        input_tokens: 100,
        input_token_details: { text_tokens: 20, audio_tokens: 80 },
        output_tokens: 40,
        total_tokens: 140,
      },
    },
    of('openai', 'gpt-4o-mini-audio-preview'),
    827,
  ],
  [
    'openai transcription by the second',
    { text: '', usage: { type: 'duration', seconds: 12 } },
    PLAIN,
    undefined,
  ],
  // 1000 * 2.5 + 10 * 10
  [
    'azure chat',
    chat({ prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010 }, { prompt_filter_results: [] }),
    of('openai', 'gpt-4o-2024-11-20'),
    2600,
  ],
  // 1000 * 3 + 200 * 15
  [
    'anthropic',
    message({ input_tokens: 1000, output_tokens: 200 }),
    of('anthropic', 'claude-sonnet-4-6'),
    6000,
  ],
  // 50 * 3 + 10000 * 0.3 + 100 * 15
  [
    'anthropic, cache read',
    message({
      input_tokens: 50,
      cache_read_input_tokens: 10_000,
      cache_creation_input_tokens: 0,
      output_tokens: 100,
    }),
    of('anthropic', 'claude-sonnet-4-6'),
    4650,
  ],
  // 50 * 5 + 4000 * 6.25 + 100 * 25
  [
    'anthropic, cache written',
    message({
      input_tokens: 50,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 4000,
      output_tokens: 100,
    }),
    of('anthropic', 'claude-opus-4-5'),
    27_750,
  ],
  // 20 * 1 + 500 * 0.1 + 1000 * 1.25 + 2000 * 2 + 30 * 5
  [
    'anthropic, both lives of a cache',
    message({
      input_tokens: 20,
      cache_read_input_tokens: 500,
      cache_creation_input_tokens: 3000,
      cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 },
      output_tokens: 30,
    }),
    of('anthropic', 'claude-haiku-4-5'),
    5470,
  ],
  // 1000 * 1.5 + 100 * 7.5
  [
    'anthropic batch',
    message({ input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 0, service_tier: 'batch' }),
    of('anthropic', 'claude-sonnet-4-6'),
    2250,
  ],
  // 100 * 2.5 + 1000 * 0.25 + 100 * 12.5
  [
    'anthropic batch, cached',
    message({ input_tokens: 100, output_tokens: 100, cache_read_input_tokens: 1000, service_tier: 'batch' }),
    of('anthropic', 'claude-opus-4-5'),
    1750,
  ],
  [
    'anthropic priority has no list price',
    message({ input_tokens: 1, output_tokens: 1, service_tier: 'priority' }),
    of('anthropic', 'claude-opus-4-5'),
    undefined,
  ],
  // 1 * 3 + 1 * 15
  [
    'anthropic standard',
    message({ input_tokens: 1, output_tokens: 1, service_tier: 'standard' }),
    of('anthropic', 'claude-sonnet-4-6'),
    18,
  ],
  // 100000 + 150000 is above 200000: 100000 * 6 + 150000 * 0.6 + 1000 * 22.5
  [
    'anthropic, long by its cached part',
    message({
      input_tokens: 100_000,
      cache_read_input_tokens: 150_000,
      cache_creation_input_tokens: 0,
      output_tokens: 1000,
    }),
    of('anthropic', 'claude-sonnet-4-5'),
    712_500,
  ],
  // 200000 * 3 + 10 * 15
  [
    'anthropic, just not long',
    message({ input_tokens: 200_000, output_tokens: 10 }),
    of('anthropic', 'claude-sonnet-4-5'),
    600_150,
  ],
  // 100000 * 0.1 + 100 * 0.5
  [
    'anthropic, haiku within its band',
    message({ input_tokens: 100_000, output_tokens: 100 }),
    of('anthropic', 'claude-haiku-5-5'),
    10_050,
  ],
  // 100001 * 0.5 + 100 * 2.5
  [
    'anthropic, haiku above it',
    message({ input_tokens: 100_001, output_tokens: 100 }),
    of('anthropic', 'claude-haiku-5-5'),
    50_250.5,
  ],
  // 400 * 0.25 + 1000 * 0.03 + 2000 * 0.3 + 10 * 1.25: its cache is priced apart from the others' multiples
  [
    'anthropic, the first haiku',
    message({
      input_tokens: 400,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 2000,
      output_tokens: 10,
    }),
    of('anthropic', 'claude-3-haiku-20240307'),
    742.5,
  ],
  // 5 * 4 + 600 * 20, thinking among the 600
  [
    'anthropic, thinking',
    message({
      input_tokens: 5,
      output_tokens: 600,
      output_tokens_details: { thinking_tokens: 550 },
      cache_read_input_tokens: 0,
    }),
    of('anthropic', 'claude-opus-5-5'),
    12_020,
  ],
  // 1000 * 3 + 100 * 15
  [
    'anthropic with searches',
    message({ input_tokens: 1000, output_tokens: 100, server_tool_use: { web_search_requests: 2 } }),
    of('anthropic', 'claude-sonnet-4-6'),
    4500,
  ],
  // 1000 * 1.25 + (100 + 400) * 10
  [
    'gemini, thoughts beside the answer',
    gemini({
      promptTokenCount: 1000,
      candidatesTokenCount: 100,
      thoughtsTokenCount: 400,
      totalTokenCount: 1500,
    }),
    of('google', 'gemini-2.5-pro'),
    6250,
  ],
  // 1000 * 0.3 + 9000 * 0.03 + 10 * 2.5
  [
    'gemini, cached',
    gemini({ promptTokenCount: 10_000, cachedContentTokenCount: 9000, candidatesTokenCount: 10 }),
    of('google', 'gemini-2.5-flash'),
    595,
  ],
  // 20 * 0.3 + 480 * 1 + 10 * 2.5
  [
    'gemini, sound',
    gemini({
      promptTokenCount: 500,
      candidatesTokenCount: 10,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 20 },
        { modality: 'AUDIO', tokenCount: 480 },
      ],
    }),
    of('google', 'gemini-2.5-flash'),
    511,
  ],
  // 250000 * 2.5 + 100 * 15
  [
    'gemini, long',
    gemini({ promptTokenCount: 250_000, candidatesTokenCount: 100 }),
    of('google', 'gemini-2.5-pro'),
    626_500,
  ],
  // 50000 * 2.5 + 200000 * 0.25 + 100 * 15
  [
    'gemini, long and cached',
    gemini({ promptTokenCount: 250_000, cachedContentTokenCount: 200_000, candidatesTokenCount: 100 }),
    of('google', 'gemini-2.5-pro'),
    176_500,
  ],
  // (100 + 50) * 0.1 + 10 * 0.4
  [
    'gemini, tools in the prompt',
    gemini({ promptTokenCount: 100, toolUsePromptTokenCount: 50, candidatesTokenCount: 10 }),
    of('google', 'gemini-2.5-flash-lite'),
    19,
  ],
  // 100 * 2 + 300 * 12
  [
    'gemini, all thought',
    gemini({ promptTokenCount: 100, thoughtsTokenCount: 300 }),
    of('google', 'gemini-3.1-pro-preview'),
    3800,
  ],
  // 100 * 0.3 + (30 + 70) * 2.5: the total says that reasoning stands apart
  [
    'gemini by its chat endpoint',
    chat({
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 200,
      completion_tokens_details: { reasoning_tokens: 70 },
    }),
    of('google', 'gemini-2.5-flash'),
    280,
  ],
  // 1000 * 0.8 + 100 * 3.2
  [
    'bedrock converse',
    {
      output: {},
      stopReason: 'end_turn',
      usage: { inputTokens: 1000, outputTokens: 100, totalTokens: 1100 },
    },
    of('bedrock', 'amazon.nova-pro-v1:0'),
    1120,
  ],
  // 10 * 0.06 + 900 * 0.015 + 20 * 0.24
  [
    'bedrock converse, cache read',
    {
      usage: {
        inputTokens: 10,
        outputTokens: 20,
        totalTokens: 930,
        cacheReadInputTokens: 900,
        cacheWriteInputTokens: 0,
      },
    },
    of('bedrock', 'us.amazon.nova-lite-v1:0'),
    18.9,
  ],
  // 10 * 3 + 600 * 3.75 + 400 * 6 + 5 * 15
  [
    'bedrock converse, both lives of a cache',
    {
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 1015,
        cacheWriteInputTokens: 1000,
        cacheDetails: [
          { ttl: '5m', inputTokens: 600 },
          { ttl: '1h', inputTokens: 400 },
        ],
      },
    },
    of('anthropic', 'claude-sonnet-4-6'),
    4755,
  ],
  // 100 * 0.0175 + 10 * 0.07
  [
    'bedrock tier',
    { usage: { inputTokens: 100, outputTokens: 10 }, serviceTier: { type: 'batch' } },
    of('bedrock', 'amazon.nova-micro-v1:0'),
    2.45,
  ],
  // 7 * 0.8 + 3 * 3.2
  [
    'bedrock stream metadata',
    { metadata: { usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 }, metrics: { latencyMs: 1 } } },
    of('bedrock', 'amazon.nova-pro-v1:0'),
    15.2,
  ],
  // (20 + 80) tokens: 20 * 3 + 80 * 0.3 + 10 * 15
  [
    'bedrock invocation metrics',
    {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: 20,
        outputTokenCount: 10,
        cacheReadInputTokenCount: 80,
      },
    },
    of('anthropic', 'claude-sonnet-4-6'),
    234,
  ],
  // 30 * 1 + 12 * 2
  [
    'llama by InvokeModel',
    { generation: '', prompt_token_count: 30, generation_token_count: 12, stop_reason: 'stop' },
    PLAIN,
    54,
  ],
  [
    'titan by InvokeModel',
    { inputTextTokenCount: 30, results: [{ tokenCount: 12, outputText: '' }] },
    PLAIN,
    54,
  ],
  ['titan embeddings', { embedding: [0.1], inputTextTokenCount: 30 }, PLAIN, 30],
  // 1000 * 2 + 100 * 6
  [
    'mistral',
    chat({ prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }),
    of('mistral', 'mistral-large-2411'),
    2600,
  ],
  // 200 * 0.3 + 800 * 0.03 + 50 * 0.9
  [
    'mistral, cached',
    chat({ prompt_tokens: 1000, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 800 } }),
    of('mistral', 'codestral-2508'),
    129,
  ],
  // 100 * 1 + 20 * 2
  [
    'groq',
    chat(
      { queue_time: 0.01, prompt_tokens: 100, prompt_time: 0.001, completion_tokens: 20, total_tokens: 120 },
      { x_groq: { id: 'r' } },
    ),
    PLAIN,
    140,
  ],
  [
    'groq, last chunk of a stream',
    {
      object: 'chat.completion.chunk',
      choices: [],
      x_groq: { id: 'r', usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } },
    },
    PLAIN,
    140,
  ],
  // 36 * 1 + 64 * 0.1 + 10 * 2
  [
    'deepseek',
    chat({
      prompt_tokens: 100,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
      completion_tokens: 10,
      total_tokens: 110,
    }),
    PLAIN,
    62.4,
  ],
  // 100 * 1 + (10 + 40) * 2
  [
    'xai, reasoning apart',
    chat({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 150,
      prompt_tokens_details: { text_tokens: 100, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 40, audio_tokens: 0 },
    }),
    PLAIN,
    200,
  ],
  // 37756000 ticks of 10^-10 USD
  [
    'xai, what it says that it charged',
    chat({ prompt_tokens: 1, completion_tokens: 1, cost_in_usd_ticks: 37_756_000 }),
    NONE,
    3775.6,
  ],
  [
    'openrouter, what it says that it charged',
    chat({
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.0095,
      cost_details: { upstream_inference_cost: null },
    }),
    NONE,
    9500,
  ],
  // written prices go before: 194 * 1 + 2 * 2
  [
    'openrouter with written prices',
    chat({ prompt_tokens: 194, completion_tokens: 2, cost: 0.0095 }),
    PLAIN,
    198,
  ],
  [
    'perplexity',
    chat({
      prompt_tokens: 8,
      completion_tokens: 439,
      total_tokens: 447,
      search_context_size: 'low',
      cost: { input_tokens_cost: 0, output_tokens_cost: 0, request_cost: 0.005, total_cost: 0.0054 },
    }),
    NONE,
    5400,
  ],
  // 60 * 1 + 40 * 0.1 + 5 * 2
  [
    'moonshot',
    chat({ prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 40 }),
    PLAIN,
    74,
  ],
  // 26 * 1 + 298 * 2
  [
    'ollama',
    { model: 'm', done: true, prompt_eval_count: 26, eval_count: 298, total_duration: 1 },
    PLAIN,
    622,
  ],
  [
    'ollama, prompt wholly cached and not counted',
    { model: 'm', done: true, eval_count: 298 },
    PLAIN,
    undefined,
  ],
  // 14 * 1 + 9 * 2
  [
    'llama.cpp, its own API',
    { content: '', tokens_evaluated: 14, tokens_predicted: 9, stop: true },
    PLAIN,
    32,
  ],
  [
    'vllm',
    chat({ prompt_tokens: 14, total_tokens: 23, completion_tokens: 9, prompt_tokens_details: null }),
    PLAIN,
    32,
  ],
  // billed, not read: 50 * 2.5 + 10 * 10
  [
    'cohere',
    {
      id: 'c',
      usage: {
        billed_units: { input_tokens: 50, output_tokens: 10 },
        tokens: { input_tokens: 550, output_tokens: 12 },
      },
    },
    of('cohere', 'command-a-03-2025'),
    225,
  ],
  // 50 * 0.15 + 10 * 0.6
  [
    'cohere, its first API',
    { text: '', meta: { billed_units: { input_tokens: 50, output_tokens: 10 } } },
    of('cohere', 'command-r-08-2024'),
    13.5,
  ],
  [
    'cohere, last event',
    {
      type: 'message-end',
      delta: { finish_reason: 'COMPLETE', usage: { billed_units: { input_tokens: 50, output_tokens: 10 } } },
    },
    of('cohere', 'command-r-08-2024'),
    13.5,
  ],
  ['cohere embeddings', { embeddings: {}, meta: { billed_units: { input_tokens: 70 } } }, PLAIN, 70],
  ['voyage embeddings', { object: 'list', data: [], usage: { total_tokens: 90 } }, PLAIN, 90],
  // 300 - 200 - 50 - 40 = 10: 10 * 3 + 200 * 0.3 + 50 * 3.75 + 40 * 6 + 2 * 15
  [
    'the hub\u2019s own fields',
    chat({
      prompt_tokens: 300,
      completion_tokens: 2,
      prompt_tokens_details: { cached_tokens: 200, cache_creation_tokens: 90, cache_creation_1h_tokens: 40 },
    }),
    of('anthropic', 'claude-sonnet-4-6'),
    547.5,
  ],
  // 100 * 3 + 200 * 0.3 + 50 * 3.75 + 2 * 15
  [
    'a proxy of anthropic',
    chat({
      prompt_tokens: 350,
      completion_tokens: 2,
      cache_read_input_tokens: 200,
      cache_creation_input_tokens: 50,
    }),
    of('anthropic', 'claude-sonnet-4-6'),
    577.5,
  ],
  // no discount is known, so a cached token costs what another does: 100 * 5 + 1 * 15
  [
    'cached without a price of its own',
    chat({ prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 60 } }),
    { inputUsdPerMTok: 5, outputUsdPerMTok: 15 },
    515,
  ],
  [
    'written without a price',
    message({ input_tokens: 1, cache_creation_input_tokens: 5, output_tokens: 1 }),
    PLAIN,
    undefined,
  ],
  ['no prices and nothing reported', chat({ prompt_tokens: 1, completion_tokens: 1 }), NONE, undefined],
]

describe('what providers report', () => {
  it('is at least 60 bodies', () => expect(FIXTURES.length).toBeGreaterThanOrEqual(60))

  it.each(FIXTURES)('%s', (_name, body, prices, micros) => {
    const costUsd = meterCostUsd(prices, readUsage(body))
    if (micros === undefined) expect(costUsd).toBeUndefined()
    else expect(Math.abs((costUsd ?? Number.NaN) * 1e6 - micros)).toBeLessThanOrEqual(micros * 0.001)
  })
})

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function tailOf(text: string): Tail {
  const tail = new Tail()
  for (let at = 0; at < text.length; at += 3000) tail.push(Buffer.from(text.slice(at, at + 3000)))
  return tail
}

describe('streams', () => {
  const filler = data({
    type: 'content_block_delta',
    delta: { type: 'text_delta', text: 'x'.repeat(2000) },
  }).repeat(40)

  it('messages: the prompt from the beginning, the answer from the end', () => {
    const start = data({
      type: 'message_start',
      message: message({ input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 1 }),
    })
    const end =
      data({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 55 } }) +
      data({ type: 'message_stop' })
    expect(tailOf(start + filler + end).usage()).toEqual({
      inputTokens: 112,
      cachedInputTokens: 100,
      outputTokens: 55,
    })
    // Broken off: what the beginning said is still known.
    expect(tailOf(start + filler).usage()).toMatchObject({ inputTokens: 112 })
  })

  it('responses: the last event may be longer than the tail', () => {
    const output = [
      {
        type: 'message',
        content: [{ type: 'output_text', text: 'say "usage":{"input_tokens":1} '.repeat(2000) }],
      },
    ]
    const end = data({
      type: 'response.completed',
      response: {
        object: 'response',
        output,
        usage: { input_tokens: 3, input_tokens_details: { cached_tokens: 1 }, output_tokens: 4 },
        user: null,
      },
    })
    expect(tailOf(filler + end).usage()).toEqual({ inputTokens: 3, cachedInputTokens: 1, outputTokens: 4 })
  })

  it('what a text says of usage is not usage', () => {
    expect(
      readUsageFromTail(`${'x'.repeat(100)} \\"usage\\":{\\"prompt_tokens\\":9,\\"completion_tokens\\":9}`),
    ).toBeUndefined()
  })

  it('gemini: the last event counts', () => {
    const events = [1, 2, 3]
      .map((n) => data(gemini({ promptTokenCount: 5, candidatesTokenCount: n })))
      .join('')
    expect(readUsageFromTail(events)).toEqual({ inputTokens: 5, outputTokens: 3 })
  })

  it('bedrock: JSON between binary frames; ollama: lines', () => {
    const frame = `\u0000\u0001:event-type\u0007metadata{"metrics":{"latencyMs":5},"usage":{"inputTokens":5,"outputTokens":6,"totalTokens":11}}\u0002\u0003`
    expect(readUsageFromTail(frame)).toEqual({ inputTokens: 5, outputTokens: 6 })
    expect(readUsageFromTail('{"done":false}\n{"done":true,"prompt_eval_count":5,"eval_count":6}\n')).toEqual(
      { inputTokens: 5, outputTokens: 6 },
    )
  })
})

describe('several calls', () => {
  it('add up; a total is known when all know it, a part when one does', () => {
    expect(
      addUsage([
        { inputTokens: 1, outputTokens: 2, cachedInputTokens: 1 },
        { inputTokens: 3, outputTokens: 4 },
      ]),
    ).toEqual({ inputTokens: 4, outputTokens: 6, cachedInputTokens: 1 })
    expect(addUsage([{ inputTokens: 1 }, undefined])).toEqual({})
  })
  it('are shared out', () => {
    expect(
      shareUsage(
        { inputTokens: 4, outputTokens: 6, reasoningTokens: 2, serviceTier: 'flex' },
        { input: 1, output: 0.5 },
      ),
    ).toEqual({ inputTokens: 4, outputTokens: 3, reasoningTokens: 1, serviceTier: 'flex' })
  })
})

describe('the catalogue', () => {
  it('is dated, and a name on another host has no price', () => {
    expect(catalogue.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(catalogue.find({ baseUrl: 'http://localhost:8000', name: 'gpt-4o' })).toBeUndefined()
    expect(catalogue.find({ baseUrl: 'https://api.openai.com.evil.example', name: 'gpt-4o' })).toBeUndefined()
    expect(loadPrices('none').find({ baseUrl: 'https://api.openai.com', name: 'gpt-4o' })).toBeUndefined()
  })
})
