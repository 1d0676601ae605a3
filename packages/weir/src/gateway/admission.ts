/**
 * Admission: what a key may ask, and what a request may cost at most, before anything is called.
 *
 *   tokens   prompt: bytes of its text / 3, and 2,000 an image; answer: max_tokens, else what the model gives at most, else `assumedOutputTokens`
 *   usd      of the dearest model that may serve; where a policy reads answers, of all of them together, since each may be called
 *
 * The prompt's estimate is above what tokenizers make of ordinary text (about 4 bytes a token in English, 2 to 3 in code and most other
 * scripts). An answer without a limit is the one thing that can cost more than was reserved.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WeirError, type Ask, type PolicyName, type River } from '@weir/core'
import type { Access, Grant } from '../access/access.ts'
import { Refused, type Account } from '../access/account.ts'
import type { KeyLimits } from '../access/key.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import type { ChatRequest } from './chat-request.ts'

export interface AccessOptions {
  readonly access: Access
  /** Tokens of an answer that names no limit. */
  readonly assumedOutputTokens: number
}

/** Tokens reserved for an answer without max_tokens. 4,096: longer than nearly all chat answers, short enough not to lock a small budget. */
export const DEFAULT_ASSUMED_OUTPUT_TOKENS = 4096
const BYTES_PER_TOKEN = 3
/** Large images cost 1,000 to 1,600 tokens with the usual providers. */
const IMAGE_TOKENS = 2000
/** Answers that best-of-n may draw of a model. */
const MAX_SAMPLES = 5

/** What admission reads of the gateway. */
export interface Admitting {
  readonly river: River
  readonly quality: number
  readonly upstream: { get(model: string): UpstreamModel | undefined }
  /** Absent: callers are not authenticated. */
  readonly auth?: AccessOptions
}

/** What a request asks, as far as its price goes. */
export interface Priced {
  readonly models: readonly string[]
  /** True when each of them may be called and paid for. */
  readonly mayCallAll: boolean
  readonly inputTokens: number
  /** Of all answers; undefined: the caller set no limit. */
  readonly outputTokens: number | undefined
  readonly samples: number
}

/** The options as this caller sees them: routing kept to its models, its level for plain `weir`. The same object for the same key. */
export function optionsFor<O extends Admitting>(options: O, request: FastifyRequest): O {
  const account = options.auth?.access.accountOf(request.raw)
  if (account === undefined) return options
  const { limits } = account.key
  if (!RESTRICTING.some((name) => limits[name] !== undefined)) return options
  const cached = restricted.get(options)?.get(limits)
  if (cached !== undefined) return cached as O
  const own = { ...options, river: restrict(options.river, limits), quality: clamp(options.quality, limits) }
  const byLimits = restricted.get(options) ?? new WeakMap<KeyLimits, Admitting>()
  restricted.set(options, byLimits.set(limits, own))
  return own
}

const RESTRICTING: readonly (keyof KeyLimits)[] = ['models', 'policies', 'minQuality', 'maxQuality']
const restricted = new WeakMap<Admitting, WeakMap<KeyLimits, Admitting>>()

function restrict(river: River, { models, policies }: KeyLimits): River {
  const { candidates, policy = 'route' } = river
  const allowed = models === undefined ? candidates : candidates.filter(({ model }) => models.includes(model))
  const own = policies === undefined || policies.includes(policy) ? policy : (policies[0] ?? policy)
  return { ...river, candidates: allowed, policy: own }
}

function clamp(quality: number, { minQuality = 0, maxQuality = 1 }: KeyLimits): number {
  return Math.min(maxQuality, Math.max(minQuality, quality))
}

/**
 * Undefined when callers are not authenticated. Throws `auth.model` and `auth.level` for what the key may not ask, `limit.` errors for
 * what it may not ask now; the reply then says when to come back.
 */
export function admitChat(
  options: Admitting,
  {
    request,
    reply,
    parsed,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly parsed: ChatRequest },
): Grant | undefined {
  const account = options.auth?.access.accountOf(request.raw)
  if (account === undefined) return undefined
  checkAsk(parsed.ask, account.key.limits, options.river)
  return admit(options, { account, reply, priced: priceChat(options.river, parsed) })
}

interface Admitted {
  readonly account: Account
  readonly reply: FastifyReply
  readonly priced: Priced
}

function admit(options: Admitting, { account, reply, priced }: Admitted): Grant | undefined {
  const { auth } = options
  if (auth === undefined) return undefined
  const tokens = priced.inputTokens + outputOf(priced, auth)
  const usd = estimateUsd(options, priced, auth)
  if (usd === undefined && hasBudget(account.key.limits)) throw unpriced(priced.models)
  try {
    return auth.access.admit(account, { usd: usd ?? 0, tokens })
  } catch (error) {
    if (error instanceof Refused) sayWhen({ account, reply, priced }, error, auth.access.now().getTime())
    throw error
  }
}

function hasBudget({ usdPerDay, usdPerMonth }: KeyLimits): boolean {
  return usdPerDay !== undefined || usdPerMonth !== undefined
}

function unpriced(models: readonly string[]): WeirError {
  return new WeirError(
    'auth.model',
    `a key with a budget needs the prices of every model that may serve it, and one of ${models.slice(0, 5).join(', ')} has none; set them in weir.yaml`,
  )
}

/** Undefined when a price is unknown: what is not known is not free. */
function estimateUsd({ upstream }: Admitting, priced: Priced, auth: AccessOptions): number | undefined {
  let usd = 0
  for (const model of priced.models) {
    const one = priceOne(upstream.get(model), priced, auth)
    if (one === undefined) return undefined
    usd = priced.mayCallAll ? usd + one : Math.max(usd, one)
  }
  return usd
}

/** Of one model, all answers. */
export function priceOne(
  definition: UpstreamModel | undefined,
  priced: Priced,
  auth: AccessOptions,
): number | undefined {
  if (definition === undefined) return undefined
  const { longContext } = definition
  const isLong = longContext !== undefined && priced.inputTokens > longContext.aboveInputTokens
  const { inputUsdPerMTok: input, outputUsdPerMTok: output } = isLong ? longContext : definition
  const tokens = outputOf(priced, auth)
  if (input === undefined || (output === undefined && tokens > 0)) return undefined
  // The dearest thing that the provider may do with a prompt is to write it to a cache.
  const { cacheWrite5mUsdPerMTok = 0, cacheWrite1hUsdPerMTok = 0 } = definition
  const perInput = Math.max(input, cacheWrite5mUsdPerMTok, cacheWrite1hUsdPerMTok)
  return (priced.samples * (priced.inputTokens * perInput + tokens * (output ?? 0))) / 1e6
}

function outputOf({ outputTokens }: Priced, { assumedOutputTokens }: AccessOptions): number {
  return outputTokens ?? assumedOutputTokens
}

/** What a chat request may come to. */
export function priceChat(river: River, { ask, bytes, pricedBytes, query, wire }: ChatRequest): Priced {
  const policy = ask.kind === 'quality' ? (ask.policy ?? river.policy ?? 'route') : 'route'
  const models = ask.kind === 'model' ? [ask.model] : river.candidates.map(({ model }) => model)
  const textBytes = query.images === 0 ? (pricedBytes ?? bytes.length) : textOf(query.turns)
  const { maxOutputTokens, n } = wire
  return {
    models,
    mayCallAll: policy !== 'route',
    inputTokens: Math.ceil(textBytes / BYTES_PER_TOKEN) + query.images * IMAGE_TOKENS,
    outputTokens: maxOutputTokens === undefined ? undefined : maxOutputTokens * Math.max(1, n),
    samples: policy === 'best-of-n' ? MAX_SAMPLES : 1,
  }
}

/** UTF-8 takes at most three bytes a UTF-16 unit; ordinary text about one. */
function textOf(turns: readonly { readonly text: string }[]): number {
  let bytes = 1024
  for (const { text } of turns) bytes += Buffer.byteLength(text)
  return bytes
}

function checkAsk(ask: Ask, limits: KeyLimits, { candidates, policy = 'route' }: River): void {
  if (ask.kind === 'model') return checkModel(ask.model, limits)
  if (candidates.length === 0) throw notAllowed('routing', limits.models ?? [])
  if (ask.kind === 'quality') {
    checkLevel(ask.quality, limits)
    checkPolicy(ask.policy ?? policy, limits.policies)
  } else if (limits.minQuality !== undefined || limits.maxQuality !== undefined) {
    throw outside(ask.kind === 'value' ? 'a cost weight or a budget' : 'a raw cut-off', limits)
  }
  if (ask.kind === 'value') checkPolicy('route', limits.policies)
}

function checkLevel(quality: number, limits: KeyLimits): void {
  if (clamp(quality, limits) !== quality) throw outside(`level ${quality}`, limits)
}

function checkPolicy(policy: PolicyName, policies: readonly PolicyName[] | undefined): void {
  if (policies === undefined || policies.includes(policy)) return
  throw new WeirError(
    'auth.level',
    `this key may not ask for policy ${policy}; it may for ${policies.join(', ')}`,
  )
}

function outside(what: string, { minQuality = 0, maxQuality = 1 }: KeyLimits): WeirError {
  const range = `levels from ${minQuality} to ${maxQuality}`
  return new WeirError('auth.level', `this key may not ask for ${what}; it may for ${range}`)
}

function checkModel(model: string, { models }: KeyLimits): void {
  if (models !== undefined && !models.includes(model))
    throw notAllowed(`model "${model.slice(0, 80)}"`, models)
}

function notAllowed(what: string, models: readonly string[]): WeirError {
  return new WeirError(
    'auth.model',
    `this key may not ask for ${what}; it may for ${models.slice(0, 20).join(', ') || 'none'}`,
  )
}

/** Retry-After in whole seconds as HTTP has it, in milliseconds as the official clients prefer, and the limits that stand. */
function sayWhen({ account, reply }: Admitted, { code, retryAfterMs }: Refused, nowMs: number): void {
  const headers: string[] = []
  account.addHeaders(headers, nowMs)
  for (let at = 0; at + 1 < headers.length; at += 2) reply.header(headers[at] ?? '', headers[at + 1])
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
    reply.header('retry-after-ms', String(Math.ceil(retryAfterMs)))
  }
  // A budget comes back tomorrow or next month, and a request that is too large never does: clients would wait in vain.
  if (code === 'limit.budget' || retryAfterMs === undefined) reply.header('x-should-retry', 'false')
}
