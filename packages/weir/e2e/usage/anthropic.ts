/** Anthropic: messages, with both lives of its cache. */
import { message, of, type Fixture } from './fixture.ts'

export const ANTHROPIC: readonly Fixture[] = [
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
]
