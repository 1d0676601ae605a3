/**
 * Ask: how the caller wants this query served. Read from the model name, the header and the body extension:
 *
 *   weir                     the default level           weir@0.95              a level in the model name
 *   x-weir-quality: 0.95     a level in the header       weir: {quality: 0.95}  a level in the body
 *   router-mf-0.11593        RouteLLM's routers, by its names: large when its chance to be preferred, 1 - score, reaches the cut-off
 *   router-<name>-<cut-off>  the same form with any other name: small when the score reaches the cut-off
 *   anything else            a real model id: straight there
 *
 * The most specific wins: body over header over model name over the default. With a level may come a mode, promise or estimate, in
 * the header x-weir-mode or as weir.mode, and a policy (route, cascade, …) in x-weir-policy or as weir.policy.
 *
 * Of a pool, instead of a level: weir.cost_weight (or x-weir-cost-weight), quality that one USD must bring, or weir.budget, USD that a query may cost on
 * average. Beside either: weir.budget_usd, USD that this very query may be expected to cost at most.
 */
import type { Mode } from '../contract/decision.ts'
import { WeirError } from '../contract/errors.ts'
import { POLICY_NAMES, type PolicyName } from '../contract/policy.ts'

export type Ask =
  | {
      readonly kind: 'quality'
      readonly quality: number
      readonly mode?: Mode
      readonly policy?: PolicyName
      readonly maxUsd?: number
    }
  | ValueAsk
  | { readonly kind: 'threshold'; readonly threshold: number }
  | { readonly kind: 'model'; readonly model: string }

/** What money is worth, in place of a level: a cost weight, or the mean cost that it is to come to on traffic like the training rows. */
export type ValueAsk = { readonly kind: 'value'; readonly maxUsd?: number } & (
  | {
      /** Quality that one unit of cost must bring. At least 0. */
      readonly costWeight: number
    }
  | {
      /** Units of cost, above 0. */
      readonly budget: number
    }
)

export interface AskSources {
  /** `model` of the body. */
  readonly model: string
  /** Value of the x-weir-quality header. */
  readonly header?: string
  /** `weir.quality` of the body. */
  readonly body?: unknown
  /** Value of the x-weir-mode header. */
  readonly headerMode?: string
  /** `weir.mode` of the body. */
  readonly bodyMode?: unknown
  /** Value of the x-weir-policy header. */
  readonly headerPolicy?: string
  /** `weir.policy` of the body. */
  readonly bodyPolicy?: unknown
  /** Value of the x-weir-cost-weight header. */
  readonly headerCostWeight?: string
  /** `weir.cost_weight` of the body. */
  readonly bodyCostWeight?: unknown
  /** `weir.budget` of the body. */
  readonly bodyBudget?: unknown
  /** `weir.budget_usd` of the body. */
  readonly bodyMaxUsd?: unknown
  /** Level for plain `weir`. */
  readonly defaultQuality: number
}

const ROUTER = /^router-([a-z0-9_]+)-(\d*\.?\d+)$/i

/** Routers of RouteLLM: their cut-offs are on the large model's side. */
const ROUTELLM: readonly string[] = ['sw_ranking', 'mf', 'matrix_factorization', 'bert', 'causal_llm']

/** Throws `request.quality` for a level outside (0, 1] or a cut-off outside [0, 1], `request.mode` for another mode, `request.policy` for another policy. Whether a real model exists is the gateway's check. */
export function parseAsk(sources: AskSources): Ask {
  const { model } = sources
  const router = ROUTER.exec(model)
  if (router !== null) return { kind: 'threshold', threshold: parseRouter(router, model) }
  const isWeir = model === 'weir' || model.startsWith('weir@')
  if (!isWeir) return { kind: 'model', model }
  const maxUsd =
    sources.bodyMaxUsd === undefined ? {} : { maxUsd: parseUsd(sources.bodyMaxUsd, 'weir.budget_usd') }
  const value = parseValueOf(sources)
  if (value !== undefined) return { ...value, ...maxUsd }
  const mode = parseModeOf(sources)
  const policy = parsePolicyOf(sources)
  return {
    kind: 'quality',
    quality: parseQualityOf(sources),
    ...maxUsd,
    ...(mode === undefined ? {} : { mode }),
    ...(policy === undefined ? {} : { policy }),
  }
}

/** Undefined when a level is asked for. The body goes before the header. */
function parseValueOf({
  headerCostWeight,
  bodyCostWeight,
  bodyBudget,
  body,
}: AskSources): ValueAsk | undefined {
  const given = [body, bodyCostWeight, bodyBudget].filter((one) => one !== undefined)
  if (given.length > 1)
    throw new WeirError('request.quality', 'give one of weir.quality, weir.cost_weight and weir.budget')
  if (bodyBudget !== undefined) return { kind: 'value', budget: parseUsd(bodyBudget, 'weir.budget') }
  if (bodyCostWeight !== undefined)
    return { kind: 'value', costWeight: parseCostWeight(bodyCostWeight, 'weir.cost_weight') }
  if (headerCostWeight === undefined || body !== undefined) return undefined
  return { kind: 'value', costWeight: parseCostWeight(headerCostWeight, 'x-weir-cost-weight') }
}

/** Throws `request.quality`. `where` names the field in the error. */
export function parseCostWeight(value: unknown, where: string): number {
  const weight = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight
  throw new WeirError(
    'request.quality',
    `${where} must be a number of at least 0, the quality that one USD must bring, got ${show(value)}`,
  )
}

/** Throws `request.quality`. */
function parseUsd(value: unknown, where: string): number {
  if (typeof value === 'number' && value > 0 && value < Infinity) return value
  throw new WeirError('request.quality', `${where} must be a number of USD above 0, got ${show(value)}`)
}

function parseQualityOf({ model, header, body, defaultQuality }: AskSources): number {
  if (body !== undefined) return parseQuality(body, 'weir.quality')
  if (header !== undefined) return parseQuality(header, 'x-weir-quality')
  return model.startsWith('weir@') ? parseQuality(model.slice(5), 'model') : defaultQuality
}

function parseModeOf({ bodyMode, headerMode }: AskSources): Mode | undefined {
  if (bodyMode !== undefined) return parseMode(bodyMode, 'weir.mode')
  return headerMode === undefined ? undefined : parseMode(headerMode, 'x-weir-mode')
}

function parsePolicyOf({ bodyPolicy, headerPolicy }: AskSources): PolicyName | undefined {
  if (bodyPolicy !== undefined) return parsePolicy(bodyPolicy, 'weir.policy')
  return headerPolicy === undefined ? undefined : parsePolicy(headerPolicy, 'x-weir-policy')
}

/** Throws `request.policy`. `where` names the field in the error. */
export function parsePolicy(value: unknown, where: string): PolicyName {
  const known = POLICY_NAMES.find((name) => name === value)
  if (known !== undefined) return known
  throw new WeirError(
    'request.policy',
    `${where} must be one of ${POLICY_NAMES.join(', ')}, got ${show(value)}`,
  )
}

/** Throws `request.mode`. `where` names the field in the error. */
export function parseMode(value: unknown, where: string): Mode {
  if (value === 'promise' || value === 'estimate') return value
  throw new WeirError('request.mode', `${where} must be promise or estimate, got ${show(value)}`)
}

/** A quality level in (0, 1] from a number or its decimal text. `where` names the field in the error. */
export function parseQuality(value: unknown, where: string): number {
  const quality = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof quality === 'number' && quality > 0 && quality <= 1) return quality
  throw new WeirError(
    'request.quality',
    `${where} must be a number above 0 and at most 1, for example 0.95, got ${show(value)}`,
  )
}

/** The cut-off on the score, which is the small model's chance. */
function parseRouter([, name = '', text = '']: RegExpExecArray, model: string): number {
  const threshold = parseThreshold(text, model)
  return ROUTELLM.includes(name.toLowerCase()) ? 1 - threshold : threshold
}

function parseThreshold(text: string, model: string): number {
  const threshold = Number(text)
  if (threshold >= 0 && threshold <= 1) return threshold
  throw new WeirError('request.quality', `the cut-off in model "${model.slice(0, 80)}" must be in [0, 1]`)
}

function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string'
    ? `"${String(value).slice(0, 40)}"`
    : typeof value
}
