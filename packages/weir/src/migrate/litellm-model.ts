/**
 * One deployment of LiteLLM's `model_list`: `model_name` is what callers ask for, `litellm_params.model` is "provider/name", and the rest
 * says where it is and what it costs. Source: LiteLLM's documentation of the proxy's config.yaml.
 */
import { isRecord } from '@weir/core'
import type { KeyPath } from '../config/source.ts'
import {
  addDeployment,
  countOf,
  modelName,
  textOf,
  variableFor,
  type Draft,
  type DraftPlace,
} from './draft.ts'
import { findProvider, type KnownProvider } from './provider-names.ts'

/** "os.environ/NAME". */
export function environmentName(value: unknown): string | undefined {
  return typeof value === 'string' ? /^os\.environ\/([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1] : undefined
}

/** What is gathered of one deployment. */
interface Gathered {
  readonly draft: Draft
  readonly name: string
  readonly known: KnownProvider
  readonly place: DraftPlace
  readonly rest: Record<string, unknown>
}

type Rule = (gathered: Gathered, value: unknown, path: KeyPath) => void

/** Reads the deployments in their order. */
export function readModelList(draft: Draft, list: readonly unknown[]): void {
  list.forEach((entry, index) => {
    if (isRecord(entry)) readDeployment(draft, entry, ['model_list', index])
    else draft.say('not_covered', ['model_list', index], 'is no deployment')
  })
}

type Members = Readonly<Record<string, unknown>>

function readDeployment(draft: Draft, entry: Members, path: KeyPath): void {
  const params = isRecord(entry['litellm_params']) ? entry['litellm_params'] : {}
  const model = textOf(params['model'])
  const name = modelName(textOf(entry['model_name']) || model)
  const at = [...path, 'litellm_params', 'model']
  const known = findFor(model, params)
  if (name.includes('*') || model.includes('*')) {
    return draft.say('not_covered', path, 'a wildcard: weir serves the models that are named, add each')
  }
  if (typeof known === 'string') {
    return draft.say(
      'not_covered',
      path,
      `weir knows no provider "${known}"; if it speaks OpenAI's chat completions, write its baseUrl`,
    )
  }
  const upstreamModel = upstreamName(model)
  const place: DraftPlace = { provider: providerFor(known, params) }
  if (known.baseUrl !== undefined) place.baseUrl = known.baseUrl
  if (upstreamModel !== name) place.upstreamModel = upstreamModel
  const gathered: Gathered = { draft, name, known, place, rest: {} }
  readMembers(gathered, entry, { params, path })
  const got = addDeployment(draft, name, gathered)
  draft.say(got === name ? 'covered' : 'changed', at, got === name ? `model ${name}` : separate(name, got))
}

interface Entry {
  readonly params: Members
  readonly path: KeyPath
}

/** Everything about a deployment but what it is. */
function readMembers(gathered: Gathered, entry: Members, { params, path }: Entry): void {
  const { draft, known, place } = gathered
  apply(gathered, params, { rules: PARAMS, path: [...path, 'litellm_params'] })
  if (params['api_key'] === undefined && known.variable !== undefined && isKeyed(place)) {
    place.apiKey = draft.reference(known.variable)
  }
  const { model_name: _name, litellm_params: _params, model_info: info, ...others } = entry
  if (isRecord(info)) apply(gathered, info, { rules: INFO, path: [...path, 'model_info'] })
  apply(gathered, others, { rules: PARAMS, path })
}

/** The provider, or its name when weir knows none of that name. Without a prefix LiteLLM means OpenAI. */
function findFor(model: string, { custom_llm_provider: custom }: Members): KnownProvider | string {
  const slash = model.indexOf('/')
  const wanted = textOf(custom) || (slash === -1 ? 'openai' : model.slice(0, slash))
  return findProvider(wanted) ?? wanted
}

/** "azure/gpt-4o" without its provider; "converse/…", "invoke/…" and "responses/…" say which API of the provider is used. */
function upstreamName(model: string): string {
  const [prefix = '', ...rest] = model.split('/')
  const name = rest.length > 0 && findProvider(prefix) !== undefined ? rest.join('/') : model
  return name.replace(/^(?:converse|converse_like|invoke|responses|chat)\//, '')
}

function separate(name: string, got: string): string {
  return `upstreams of one model are asked in one way, and this provider is another than that of ${name}: it stands as the model ${got}`
}

/** An OpenAI model at another address is an OpenAI-compatible server. */
function providerFor({ provider }: KnownProvider, params: Members): NonNullable<DraftPlace['provider']> {
  const base = params['api_base'] ?? params['base_url']
  const isElsewhere = typeof base === 'string' && !base.includes('api.openai.com')
  return provider === 'openai' && isElsewhere ? 'openai-compatible' : provider
}

function isKeyed({ provider }: DraftPlace): boolean {
  return provider !== 'openai-compatible' && provider !== 'bedrock'
}

interface Applied {
  readonly rules: Readonly<Record<string, Rule>>
  readonly path: KeyPath
}

function apply(gathered: Gathered, members: Members, { rules, path }: Applied): void {
  for (const [key, value] of Object.entries(members)) {
    const at = [...path, key]
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === undefined) gathered.draft.say('not_covered', at, 'has no counterpart in weir')
    else if (value !== null && value !== undefined) rule(gathered, value, at)
  }
}

/** Said elsewhere, or of no meaning outside of LiteLLM. */
const quiet: Rule = () => {}

const perToken =
  (key: string): Rule =>
  ({ draft, rest }, value, path) => {
    const price = Number(value)
    if (!Number.isFinite(price)) return draft.say('not_covered', path, 'is no number')
    // Per token there, per million here; rounded so that 0.00000015 does not become 0.15000000000000002.
    rest[key] = Number((price * 1e6).toPrecision(12))
    draft.say('covered', path, `${key}, USD per million tokens`)
  }

const seconds =
  (section: string, key: string): Rule =>
  ({ draft, rest }, value, path) => {
    const ms = toMs(value)
    if (ms === undefined) return draft.say('not_covered', path, 'is no number of seconds')
    rest[section] = { ...(isRecord(rest[section]) ? rest[section] : {}), [key]: ms }
    draft.say('covered', path, `${section}.${key}, in ms`)
  }

/** Undefined for what is no number; between 1 ms and an hour, as weir has it. */
export function toMs(value: unknown): number | undefined {
  const ms = Math.round(Number(value) * 1000)
  return Number.isFinite(ms) && ms >= 1 ? Math.min(ms, 3_600_000) : undefined
}

const retries: Rule = ({ draft, rest }, value, path) => {
  const count = countOf(value, 10)
  if (count === undefined) return draft.say('not_covered', path, 'is no number')
  rest['retry'] = { count }
  draft.say('covered', path, 'retry.count')
}

const ability =
  (key: string): Rule =>
  ({ draft, rest }, value, path) => {
    rest[key] = value === true
    draft.say('covered', path, key)
  }

const baseUrl: Rule = ({ draft, place, name }, value, path) => {
  const variable = environmentName(value)
  if (variable === undefined) {
    place.baseUrl = draft.address(path, String(value).replace(/\/chat\/completions\/?$/, ''))
    return
  }
  place.baseUrl = `https://${variable.toLowerCase().replaceAll('_', '-')}.invalid`
  draft.say(
    'changed',
    path,
    `an address is no secret: write what ${variable} holds as the baseUrl of ${name}`,
  )
}

const apiKey: Rule = ({ draft, place, name, known }, value, path) => {
  const variable = environmentName(value)
  const written = { value: 'a key is written out', variable, name: known.variable ?? variableFor(name) }
  place.apiKey = draft.key(path, written)
}

const unlike =
  (message: string): Rule =>
  ({ draft }, _value, path) =>
    draft.say('changed', path, message)

const without =
  (message: string): Rule =>
  ({ draft }, _value, path) =>
    draft.say('not_covered', path, message)

const cloudKey: Rule = ({ draft }, value, path) => {
  const variable = environmentName(value)
  if (variable !== undefined)
    return draft.say('changed', path, `weir reads the usual variables of AWS; set them from ${variable}`)
  draft.say(
    'secret',
    path,
    'a credential is written out and was not copied; set the usual variables of AWS in the environment',
  )
}

const limits = without(
  'a limit of one deployment; limits stand on keys here, and a 429 of the upstream rests it',
)
const defaults = without('a default of a request member: callers send it themselves')

const PARAMS: Readonly<Record<string, Rule>> = {
  model: quiet,
  custom_llm_provider: quiet,
  api_base: baseUrl,
  base_url: baseUrl,
  api_key: apiKey,
  api_version: unlike("not needed: weir uses Azure's version 1 API"),
  rpm: limits,
  tpm: limits,
  max_parallel_requests: limits,
  max_budget: limits,
  budget_duration: limits,
  weight({ draft, place }, value, path) {
    place.weight = Number(value)
    draft.say('covered', path, 'weight')
  },
  timeout: seconds('timeouts', 'totalMs'),
  request_timeout: seconds('timeouts', 'totalMs'),
  stream_timeout: seconds('timeouts', 'firstTokenMs'),
  max_retries: retries,
  num_retries: retries,
  input_cost_per_token: perToken('inputUsdPerMTok'),
  output_cost_per_token: perToken('outputUsdPerMTok'),
  cache_read_input_token_cost: perToken('cachedInputUsdPerMTok'),
  cache_creation_input_token_cost: perToken('cacheWrite5mUsdPerMTok'),
  drop_params: unlike('each provider says what it refuses; that is left out, the rest is forwarded'),
  temperature: defaults,
  max_tokens: defaults,
  top_p: defaults,
  aws_access_key_id: cloudKey,
  aws_secret_access_key: cloudKey,
  aws_session_token: cloudKey,
}

const INFO: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [
      'input_cost_per_token',
      'output_cost_per_token',
      'cache_read_input_token_cost',
      'cache_creation_input_token_cost',
    ].map((key) => [key, PARAMS[key] ?? quiet]),
  ),
  supports_vision: ability('images'),
  supports_function_calling: ability('tools'),
  id: quiet,
  base_model: unlike(
    'only LiteLLM needs it, to find prices; prices come from the catalogue or stand on the model',
  ),
  mode({ draft }, value, path) {
    if (value !== 'chat')
      draft.say(
        'changed',
        path,
        `a model for ${String(value)}: it is asked by its name on its own route, never routed to`,
      )
  },
}
