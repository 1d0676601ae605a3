/** Everybody else: providers that speak chat completions with words of their own, servers of one's own, Cohere. */
import { chat, message, NONE, of, PLAIN, type Fixture } from './fixture.ts'

export const OTHERS: readonly Fixture[] = [
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
