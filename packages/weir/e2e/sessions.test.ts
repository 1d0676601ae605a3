/** An agent's session through the gateway: what leaving a provider's prompt cache costs is part of the decision. */
import { describe, expect, it } from 'vitest'
import type { GatewayOptions } from '../src/gateway/start.ts'
import { http, post, RIVER, startFleet, type Seen } from './gateway-support.ts'

/** USD per million tokens; a cached one costs a tenth. The large model's cached token is cheaper than the small one's fresh one. */
const PRICES = {
  small: { inputUsdPerMTok: 1, cachedInputUsdPerMTok: 0.1, outputUsdPerMTok: 5 },
  large: { inputUsdPerMTok: 3, cachedInputUsdPerMTok: 0.3, outputUsdPerMTok: 15 },
}
const OUTPUT = 20
const CHARS_OF_TOKEN = 4

interface Bill {
  usd: number
  cached: number
  readonly models: string[]
}

/** Knows which prompts it has seen: what a new one begins with is billed as cached. */
function caching(model: keyof typeof PRICES, bill: Bill): (seen: Seen) => void {
  let known = ''
  return ({ body, socket }) => {
    const prompt = JSON.stringify(JSON.parse(body).messages).slice(0, -1)
    const cached = prompt.startsWith(known) ? Math.floor(known.length / CHARS_OF_TOKEN) : 0
    const input = Math.ceil(prompt.length / CHARS_OF_TOKEN)
    known = prompt
    const { inputUsdPerMTok, cachedInputUsdPerMTok, outputUsdPerMTok } = PRICES[model]
    bill.usd +=
      ((input - cached) * inputUsdPerMTok + cached * cachedInputUsdPerMTok + OUTPUT * outputUsdPerMTok) / 1e6
    bill.cached += cached
    bill.models.push(model)
    const usage = {
      prompt_tokens: input,
      completion_tokens: OUTPUT,
      total_tokens: input + OUTPUT,
      prompt_tokens_details: { cached_tokens: cached },
    }
    const message = { role: 'assistant', content: `step ${bill.models.length}` }
    socket.write(
      http(200, JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }], usage })),
    )
  }
}

/** One session of an agent: a long system prompt, then tool output after tool output. */
async function run(
  options: Partial<GatewayOptions>,
  turns: readonly string[],
): Promise<Bill & { reasons: string[] }> {
  const bill: Bill = { usd: 0, cached: 0, models: [] }
  const candidates = RIVER.candidates.map((one) => ({ ...one, ...PRICES[one.model as keyof typeof PRICES] }))
  // Looks at the last user turn alone, as real encoders nearly do.
  const encoder = {
    ...RIVER.encoder,
    encode: (query: Parameters<typeof RIVER.encoder.encode>[0]) =>
      RIVER.encoder.encode({ ...query, turns: query.turns.slice(-1) }),
  }
  const { gateway } = await startFleet(
    { small: caching('small', bill), large: caching('large', bill) },
    { river: { ...RIVER, candidates, encoder }, ...options },
  )
  const messages: { role: string; content: string }[] = [{ role: 'system', content: 'rules. '.repeat(2000) }]
  const reasons: string[] = []
  for (const content of turns) {
    messages.push({ role: 'user', content })
    const response = await post(
      `${gateway.url}/v1/chat/completions`,
      JSON.stringify({ model: 'weir', messages }),
    )
    const body = (await response.json()) as { choices: { message: { role: string; content: string } }[] }
    reasons.push(response.headers.get('x-weir-reason') ?? '')
    messages.push(...body.choices.map(({ message }) => message))
  }
  return { ...bill, reasons }
}

/** Every fifth is hard, the first among them. */
const TURNS = Array.from(
  { length: 30 },
  (_, i) => `${i % 5 === 0 ? 'hard' : 'easy'} ${i} ${'log line\n'.repeat(60)}`,
)
const one = (from: string, to: string): readonly string[] => TURNS.map((turn) => turn.replace(from, to))

describe('a session', () => {
  it('stays for a while where the prompt is cached, and never for a query that is too hard for the small model', async () => {
    const { reasons, models } = await run({}, TURNS)
    expect(reasons.slice(0, 5)).toEqual([
      'score_below_threshold',
      'cache_warm',
      'cache_warm',
      'cache_warm',
      'score_at_or_above_threshold',
    ])
    for (const [i, model] of models.entries()) if (i % 5 === 0) expect(model).toBe('large')
  })

  it('costs less than switching at once when it is short, and no more than a price of leaving above it when it is long', async () => {
    const short = TURNS.slice(0, 3)
    expect((await run({}, short)).usd).toBeLessThan((await run({ session: { cacheMs: 0 } }, short)).usd)
    const sticky = await run({}, TURNS)
    const switching = await run({ session: { cacheMs: 0 } }, TURNS)
    const pinned = await run({}, one('easy', 'hard'))
    expect(new Set(pinned.models)).toEqual(new Set(['large']))
    expect(sticky.usd).toBeLessThan(pinned.usd)
    // 3,700 tokens at 0.9 USD per million: what the small model's cold cache costs once.
    expect(sticky.usd).toBeLessThan(switching.usd + 0.0034)
  })

  it('keeps the small model where that is what is cached', async () => {
    const { models } = await run({}, one('hard', 'easy'))
    expect(new Set(models)).toEqual(new Set(['small']))
  })
})
