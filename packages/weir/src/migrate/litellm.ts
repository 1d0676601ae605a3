/**
 * LiteLLM's config.yaml -> weir.yaml. Every setting of the file ends as a finding; those without a rule here are not covered. Source: LiteLLM's
 * documentation of the proxy's settings.
 */
import { isRecord } from '@weir/core'
import type { KeyPath, Source } from '../config/source.ts'
import { countOf, Draft } from './draft.ts'
import { environmentName, readModelList, toMs } from './litellm-model.ts'

type Rule = (draft: Draft, value: unknown, path: KeyPath) => void
type Rules = Readonly<Record<string, Rule>>

export function migrateLitellm(source: Source): Draft {
  const draft = new Draft(source)
  const file = isRecord(source.value) ? source.value : {}
  const { model_list: list } = file
  if (Array.isArray(list)) readModelList(draft, list)
  else draft.say('not_covered', [], 'has no model_list: models kept in a database are not read')
  // The router's own settings go before those of the library, which are their defaults.
  const sections = ['router_settings', 'litellm_settings', 'general_settings']
  for (const section of sections) applyRules(draft, file[section], [section])
  readVariables(draft, file['environment_variables'])
  for (const key of Object.keys(file)) {
    if (key !== 'model_list' && key !== 'environment_variables' && !sections.includes(key)) {
      draft.say('not_covered', [key], 'has no counterpart in weir')
    }
  }
  return draft
}

function applyRules(draft: Draft, members: unknown, path: KeyPath): void {
  if (!isRecord(members)) return
  for (const [key, value] of Object.entries(members)) {
    const at = [...path, key]
    const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined
    if (rule === undefined) draft.say('not_covered', at, 'has no counterpart in weir')
    else rule(draft, value, at)
  }
}

/** Names only: values may be keys. */
function readVariables(draft: Draft, variables: unknown): void {
  if (!isRecord(variables)) return
  for (const [name, value] of Object.entries(variables)) {
    const path = ['environment_variables', name]
    if (environmentName(value) !== undefined)
      draft.say('changed', path, 'weir reads the environment as it is; nothing is renamed')
    else
      draft.say(
        'secret',
        path,
        `a value is written out and was not copied; export ${name}=… in the environment of weir`,
      )
  }
}

const count =
  (section: string, key: string, most: number): Rule =>
  (draft, value, path) => {
    const read = countOf(value, most)
    if (read === undefined) return draft.say('not_covered', path, 'is no number')
    draft.set(section, key, read)
    draft.say('covered', path, `${section}.${key}`)
  }

const seconds =
  (section: string, key: string): Rule =>
  (draft, value, path) => {
    const ms = toMs(value)
    if (ms === undefined) return draft.say('not_covered', path, 'is no number of seconds')
    draft.set(section, key, ms)
    draft.say('covered', path, `${section}.${key}, in ms`)
  }

const say =
  (kind: 'changed' | 'not_covered', message: string): Rule =>
  (draft, _value, path) =>
    draft.say(kind, path, message)

/** A line for each model that has other models after it. */
const fallbacks: Rule = (draft, value, path) => {
  const entries = Array.isArray(value) ? value : []
  entries.forEach((entry, index) => {
    const pairs = isRecord(entry) ? Object.entries(entry) : []
    for (const [model, after] of pairs) {
      const names = Array.isArray(after)
        ? after.map((one) => (typeof one === 'string' ? one : 'a model with its own request'))
        : []
      draft.say(
        'changed',
        [...path, index],
        `${model}, then ${names.join(', ')}: queries to "weir" go on to the other model of the pair by themselves; a model that is asked by its name fails over among its upstreams, not to another model`,
      )
    }
    if (pairs.length === 0)
      draft.say(
        'changed',
        [...path, index],
        'queries to "weir" go on to the other model of the pair by themselves',
      )
  })
}

const secret =
  (message: string): Rule =>
  (draft, value, path) =>
    draft.say(environmentName(value) === undefined ? 'secret' : 'changed', path, message)

const cacheParams: Rule = (draft, value, path) => {
  if (!isRecord(value)) return
  const { type = 'local', ttl, ...others } = value
  const at = [...path, 'type']
  if (type !== 'local')
    draft.say(
      'changed',
      at,
      `a cache in ${String(type)}: weir keeps answers in its own memory, by exact match`,
    )
  if (String(type).includes('semantic'))
    draft.say('not_covered', at, 'answers to similar queries are not reused')
  const ms = toMs(ttl)
  if (ms !== undefined) {
    draft.set('cache', 'ttlMs', ms)
    draft.say('covered', [...path, 'ttl'], 'cache.ttlMs')
  }
  for (const [key, setting] of Object.entries(others)) {
    const isSecret = /password|key|token/i.test(key) && environmentName(setting) === undefined
    draft.say(
      isSecret ? 'secret' : 'not_covered',
      [...path, key],
      isSecret ? 'a secret is written out and was not copied' : 'belongs to that cache',
    )
  }
}

const callbacks: Rule = (draft, value, path) => {
  const names = (Array.isArray(value) ? value : [value]).map(String)
  for (const name of names) {
    if (name === 'prometheus') draft.say('covered', path, 'prometheus: GET /metrics')
    else if (name === 'otel') draft.say('covered', path, 'otel: set OTEL_EXPORTER_OTLP_ENDPOINT')
    else draft.say('not_covered', path, `${name}: weir has its own records, OpenTelemetry and Prometheus`)
  }
}

const ONE_PROCESS = 'weir keeps this in its own process; there is nothing to share'
const DATABASE = 'weir keeps keys and records in SQLite files of its own; nothing is imported'

const RULES: Rules = {
  num_retries: count('retry', 'count', 10),
  timeout: seconds('timeouts', 'totalMs'),
  request_timeout: seconds('timeouts', 'totalMs'),
  stream_timeout: seconds('timeouts', 'firstTokenMs'),
  allowed_fails: count('breaker', 'failures', 10_000),
  cooldown_time: seconds('breaker', 'openMs'),
  routing_strategy: say(
    'changed',
    'upstreams of one model are chosen by least expected work, whatever the strategy was',
  ),
  routing_strategy_args: say('not_covered', 'belongs to the strategy'),
  enable_pre_call_checks: say('changed', 'always on: a query never reaches a model that cannot take it'),
  fallbacks,
  default_fallbacks: say('changed', 'queries to "weir" go on to the other model of the pair by themselves'),
  context_window_fallbacks: fallbacks,
  content_policy_fallbacks: say('not_covered', 'a refusal by policy is an answer; it is given to the caller'),
  model_group_alias: say('not_covered', 'a model has one name; ask it by that, or write it twice'),
  retry_policy: say('changed', 'which faults are retried is fixed; how often is retry.count'),
  redis_host: say('changed', ONE_PROCESS),
  redis_port: say('changed', ONE_PROCESS),
  redis_password: secret(ONE_PROCESS),
  redis_url: secret(ONE_PROCESS),
  cache: (draft, value, path) => {
    if (value !== true) return
    draft.config['cache'] ??= {}
    draft.say('covered', path, 'cache: exact match, in memory')
  },
  cache_params: cacheParams,
  drop_params: say('changed', 'each provider says what it refuses; that is left out, the rest is forwarded'),
  set_verbose: say('changed', 'prompts and answers are never logged'),
  json_logs: say('changed', 'the log is JSON where it is not a terminal'),
  success_callback: callbacks,
  failure_callback: callbacks,
  callbacks,
  max_budget: say('not_covered', 'budgets stand on keys: weir keys create'),
  budget_duration: say('not_covered', 'budgets are per day and month, on keys'),
  master_key: secret(
    'weir prints an admin token of its own at the first start; callers get keys with weir keys create',
  ),
  database_url: secret(DATABASE),
  store_model_in_db: say('not_covered', DATABASE),
  max_request_size_mb: (draft, value, path) => {
    draft.config['maxBodyBytes'] = Math.max(1024, Math.round(Number(value) * 1024 * 1024))
    draft.say('covered', path, 'maxBodyBytes')
  },
  background_health_checks: say('changed', 'the breaker of each upstream tries it again by itself'),
  health_check_interval: say('changed', 'the breaker of each upstream tries it again by itself'),
  alerting: say('not_covered', 'alert on /metrics'),
  alerting_threshold: say('not_covered', 'alert on /metrics'),
}
