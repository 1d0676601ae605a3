/** Google and Amazon: Gemini, and what Bedrock serves. */
import { chat, gemini, of, PLAIN, type Fixture } from './fixture.ts'

export const CLOUDS: readonly Fixture[] = [
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
]
