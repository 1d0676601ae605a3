/**
 * Portkey's config (JSON) -> weir.yaml. Targets may nest: each leaf is one upstream. Keys are read in both spellings, snake_case and camelCase.
 * Every setting of the file ends as a finding. Source: Portkey's documentation of gateway configs.
 */
import { isRecord } from '@weir/core'
import type { KeyPath, Source } from '../config/source.ts'
import { addDeployment, countOf, Draft, modelName, textOf, variableFor, type DraftPlace } from './draft.ts'
import { findProvider, type KnownProvider } from './provider-names.ts'

type Members = Readonly<Record<string, unknown>>

export function migratePortkey(source: Source): Draft {
  const draft = new Draft(source)
  if (isRecord(source.value)) readNode(draft, { node: source.value, path: [], weight: undefined })
  else draft.say('not_covered', [], 'is no configuration object')
  return draft
}

interface Node {
  readonly node: Members
  readonly path: KeyPath
  /** Share of the targets around it, product of their weights. */
  readonly weight: number | undefined
}

/** A node with targets holds others; one without is an upstream. */
function readNode(draft: Draft, { node, path, weight }: Node): void {
  const targets = node['targets']
  if (!Array.isArray(targets)) return readTarget(draft, { node, path, weight })
  for (const [written, value] of Object.entries(node)) {
    const key = toSnake(written)
    const at = [...path, written]
    if (key === 'strategy' && isRecord(value)) readStrategy(draft, value, at)
    else if (key !== 'targets' && key !== 'name' && key !== 'weight')
      readSetting(draft, { key, value, path: at })
  }
  targets.forEach((target, index) => {
    const at = [...path, 'targets', index]
    if (!isRecord(target)) return draft.say('not_covered', at, 'is no target')
    const own = target['weight'] === undefined ? undefined : Number(target['weight'])
    if (own === 0) return draft.say('changed', at, 'weight 0: it got no traffic, and was left out')
    readNode(draft, { node: target, path: at, weight: own === undefined ? weight : own * (weight ?? 1) })
  })
}

function toSnake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

const MODES: Readonly<Record<string, string>> = {
  single: 'one target',
  fallback:
    'targets that serve the same model are its upstreams, tried in turn on a fault; between different models "weir" goes on to the other of the pair',
  loadbalance:
    'targets that serve the same model are its upstreams with their weights; calls go where the least work is expected',
}

function readStrategy(draft: Draft, strategy: Members, path: KeyPath): void {
  for (const [written, value] of Object.entries(strategy)) {
    const key = toSnake(written)
    const at = [...path, written]
    if (key === 'mode') readMode(draft, String(value), at)
    else if (key === 'on_status_codes') {
      draft.say(
        'changed',
        at,
        'which faults fail over is fixed: no connection, a phase that takes too long, 408, 429 and 5xx',
      )
    } else if (key === 'conditions') readConditions(draft, value, at)
    else draft.say('not_covered', at, 'has no counterpart in weir')
  }
}

function readMode(draft: Draft, mode: string, path: KeyPath): void {
  const message = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined
  if (message !== undefined) draft.say(mode === 'single' ? 'covered' : 'changed', path, `${mode}: ${message}`)
  else
    draft.say(
      'not_covered',
      path,
      `${mode}: weir chooses by how hard the query is, not by rules on its members; all targets were taken over as models`,
    )
}

function readConditions(draft: Draft, conditions: unknown, path: KeyPath): void {
  if (!Array.isArray(conditions)) return
  conditions.forEach((condition: unknown, index) => {
    const then = isRecord(condition) ? String(condition['then']) : '?'
    draft.say('not_covered', [...path, index], `a rule that leads to "${then}": ask that model by its name`)
  })
}

interface Setting {
  /** In snake_case. */
  readonly key: string
  readonly value: unknown
  readonly path: KeyPath
}

/** What stands beside targets, or beside a target's address. */
function readSetting(draft: Draft, { key, value, path }: Setting): void {
  if (key === 'retry' && isRecord(value)) return readRetry(draft, value, path)
  if (key === 'cache' && isRecord(value)) return readCache(draft, value, path)
  if (key === 'request_timeout') {
    draft.set('timeouts', 'totalMs', Math.min(3_600_000, Math.max(1, Math.round(Number(value)))))
    return draft.say('covered', path, 'timeouts.totalMs')
  }
  const because = Object.hasOwn(UNCOVERED, key) ? UNCOVERED[key] : undefined
  draft.say('not_covered', path, because ?? 'has no counterpart in weir')
}

const UNCOVERED: Readonly<Record<string, string>> = {
  input_guardrails: 'weir does not check what is asked',
  output_guardrails: 'weir does not check what is answered; a scorer can judge it (scorers.validity)',
  before_request_hooks: 'weir has no hooks',
  after_request_hooks: 'weir has no hooks',
  forward_headers: 'which headers of the caller an upstream gets is fixed for each provider',
  metadata: 'callers send metadata in the request',
}

function readRetry(draft: Draft, retry: Members, path: KeyPath): void {
  for (const [written, value] of Object.entries(retry)) {
    const at = [...path, written]
    switch (toSnake(written)) {
      case 'attempts':
        readAttempts(draft, value, at)
        break
      case 'on_status_codes':
        draft.say('changed', at, 'which faults are retried is fixed: no connection, 408, 429 and 5xx')
        break
      case 'use_retry_after_header':
        draft.say('changed', at, 'always: what an upstream says of when to come back is kept to')
        break
      default:
        draft.say('not_covered', at, 'has no counterpart in weir')
    }
  }
}

function readAttempts(draft: Draft, value: unknown, path: KeyPath): void {
  const count = countOf(value, 10)
  if (count === undefined) return draft.say('not_covered', path, 'is no number')
  draft.set('retry', 'count', count)
  draft.say('covered', path, 'retry.count')
}

function readCache(draft: Draft, { mode = 'simple', ...rest }: Members, path: KeyPath): void {
  draft.config['cache'] ??= {}
  if (mode === 'semantic')
    draft.say(
      'not_covered',
      [...path, 'mode'],
      'semantic: answers to similar queries are not reused; exact ones are',
    )
  else draft.say('covered', [...path, 'mode'], 'cache: exact match, in memory')
  for (const [written, value] of Object.entries(rest)) {
    const at = [...path, written]
    if (toSnake(written) !== 'max_age') draft.say('not_covered', at, 'has no counterpart in weir')
    else {
      // The service counts in seconds; a day is the longest that weir's users keep an exact answer, a month the longest it takes.
      draft.set('cache', 'ttlMs', Math.min(30 * 86_400_000, Math.max(1, Math.round(Number(value) * 1000))))
      draft.say('covered', at, 'cache.ttlMs, in ms; max_age was read as seconds')
    }
  }
}

/** What is gathered of one target. */
interface Gathered {
  readonly draft: Draft
  readonly place: DraftPlace
  /** For a key that has no variable of its own. */
  readonly variable: string
}

function readTarget(draft: Draft, { node: written, path, weight }: Node): void {
  const spelling = new Map(Object.keys(written).map((key) => [toSnake(key), key]))
  const node: Members = Object.fromEntries(
    Object.entries(written).map(([key, value]) => [toSnake(key), value]),
  )
  const at = (key: string): KeyPath => [...path, spelling.get(key) ?? key]
  const slug = providerSlug(node)
  const known = findProvider(slug)
  if (known === undefined && node['custom_host'] === undefined) {
    return draft.say(
      'not_covered',
      path,
      `weir knows no provider "${slug}"; if it speaks OpenAI's chat completions, write its baseUrl`,
    )
  }
  const place = startPlace(known, weight)
  const gathered: Gathered = { draft, place, variable: known?.variable ?? variableFor(slug) }
  for (const [key, value] of Object.entries(node)) {
    const rule = Object.hasOwn(TARGET, key) ? TARGET[key] : undefined
    if (rule === undefined) readSetting(draft, { key, value, path: at(key) })
    else rule(gathered, value, at(key))
  }
  if (place.apiKey === undefined && !KEYLESS.has(place.provider ?? '')) {
    place.apiKey = draft.reference(gathered.variable)
  }
  addTarget(draft, { place, path, fallbackName: textOf(node['name']) || slug })
}

function startPlace(known: KnownProvider | undefined, weight: number | undefined): DraftPlace {
  return {
    provider: known?.provider ?? 'openai-compatible',
    ...(known?.baseUrl === undefined ? {} : { baseUrl: known.baseUrl }),
    ...(weight === undefined ? {} : { weight }),
  }
}

/** Asked without a key, or with one that is no bearer. */
const KEYLESS: ReadonlySet<string> = new Set(['ollama', 'bedrock', 'llamacpp', 'vllm'])

interface Target {
  readonly place: DraftPlace
  readonly path: KeyPath
  /** Of a target that does not say which model it serves. */
  readonly fallbackName: string
}

function addTarget(draft: Draft, { place, path, fallbackName }: Target): void {
  const { upstreamModel } = place
  const name = modelName(upstreamModel ?? fallbackName)
  if (upstreamModel === name) delete place.upstreamModel
  const got = addDeployment(draft, name, { place, rest: {} })
  if (upstreamModel === undefined) {
    draft.say(
      'changed',
      path,
      `no override_params.model says which model this is: it stands as ${got}, name it`,
    )
  } else if (got === name) draft.say('covered', path, `model ${got}`)
  else
    draft.say(
      'changed',
      path,
      `${name} at another provider: upstreams of one model are asked in one way, so it stands as ${got}`,
    )
}

/** "@openai-prod" names an integration kept at Portkey; its beginning mostly tells the provider. */
function providerSlug({ provider, virtual_key: virtual }: Members): string {
  const text = textOf(provider) || textOf(virtual) || 'openai'
  if (findProvider(text) !== undefined) return text
  const words = text.replace(/^@/, '').split('/')[0] ?? ''
  const parts = words.split('-')
  for (let length = parts.length; length > 0; length -= 1) {
    const beginning = parts.slice(0, length).join('-')
    if (findProvider(beginning) !== undefined) return beginning
  }
  return words
}

/** The model that is sent, whatever was asked; the rest are defaults of other members. */
const overrideParams: Rule = ({ draft, place }, value, path) => {
  if (!isRecord(value)) return
  const { model, ...others } = value
  for (const key of Object.keys(others)) {
    draft.say('not_covered', [...path, key], 'a default of a request member: callers send it themselves')
  }
  // "@integration/model" names the integration again.
  if (typeof model === 'string') place.upstreamModel = model.replace(/^@[^/]+\//, '')
}

type Rule = (gathered: Gathered, value: unknown, path: KeyPath) => void

const quiet: Rule = () => {}

const azureHost: Rule = ({ draft, place }, value, path) => {
  place.baseUrl = `https://${String(value)}.openai.azure.com`
  draft.say('covered', path, 'baseUrl')
}

const deployment: Rule = ({ draft, place }, value, path) => {
  place.upstreamModel ??= String(value)
  draft.say('covered', path, 'upstreamModel')
}

const cloudKey: Rule = ({ draft }, _value, path) =>
  draft.say(
    'secret',
    path,
    'a credential is written out and was not copied; set the usual variables of the provider in the environment',
  )

const TARGET: Readonly<Record<string, Rule>> = {
  name: quiet,
  weight: ({ draft }, _value, path) => draft.say('covered', path, 'weight'),
  override_params: overrideParams,
  strategy: quiet,
  provider({ draft, variable, place }, value, path) {
    if (!String(value).startsWith('@')) return
    place.apiKey = draft.key(path, {
      value: 'its key is kept at Portkey',
      variable: undefined,
      name: variable,
    })
  },
  virtual_key({ draft, variable, place }, _value, path) {
    place.apiKey = draft.key(path, {
      value: 'its key is kept at Portkey',
      variable: undefined,
      name: variable,
    })
  },
  api_key({ draft, variable, place }, value, path) {
    const reference = /^(?:\{\{|\$\{?)\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}{0,2}$/.exec(String(value))?.[1]
    place.apiKey = draft.key(path, { value: 'a key is written out', variable: reference, name: variable })
  },
  custom_host({ draft, place }, value, path) {
    place.baseUrl = draft.address(path, String(value))
    if (place.provider === 'openai') place.provider = 'openai-compatible'
  },
  resource_name: azureHost,
  azure_resource_name: azureHost,
  deployment_id: deployment,
  azure_deployment_id: deployment,
  api_version: ({ draft }, _value, path) =>
    draft.say('changed', path, "not needed: weir uses Azure's version 1 API"),
  azure_api_version: ({ draft }, _value, path) =>
    draft.say('changed', path, "not needed: weir uses Azure's version 1 API"),
  aws_access_key_id: cloudKey,
  aws_secret_access_key: cloudKey,
  aws_session_token: cloudKey,
}
