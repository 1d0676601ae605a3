/** OpenAI and Azure: chat completions, responses, embeddings, transcriptions. */
import { chat, of, PLAIN, responses, type Fixture } from './fixture.ts'

export const OPENAI: readonly Fixture[] = [
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
]
