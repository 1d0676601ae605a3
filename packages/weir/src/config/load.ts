/**
 * Loads weir.yaml: text -> written shape -> running configuration, in which every reference is resolved, every default filled in,
 * every path absolute. Whatever is wrong is found here, at start-up, and named by file, line and key.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import {
  isRecord,
  WeirError,
  type Caps,
  type Mode,
  type PolicyName,
  type RiverOptions,
  type ScorerSpec,
} from '@weir/core'
import type { Abstention } from '../gateway/abstain.ts'
import type { EncoderDefinition } from '../encoder/definition.ts'
import type { CacheOptions } from '../gateway/response-cache.ts'
import type { AdminListen } from '../gateway/admin-app.ts'
import type { AuthOptions } from '../gateway/auth.ts'
import type { RecordOptions } from '../gateway/start.ts'
import type { MetricsOptions } from '../gateway/watching.ts'
import { dropUndefined } from '../record/drop-undefined.ts'
import type { TelemetryOptions } from '../telemetry/start.ts'
import type { Timeouts, UpstreamModel } from '../upstream/definition.ts'
import type { FaultOptions } from '../upstream/faults.ts'
import type { ExternalDefinition } from '../upstream/external.ts'
import { DEFAULT_PRICES, loadPrices, NO_PRICES, pricesFor, type PriceCatalogue } from './price-catalogue.ts'
import { checkOpen } from './written-access.ts'
import { askedModels, toSpecs } from './scorers.ts'
import { defaultPlace } from './provider.ts'
import { resolveSecret } from './secret.ts'
import { toPlaces } from './places.ts'
import { toEncoder } from './written-encoder.ts'
import { parseSource, type KeyPath, type Source } from './source.ts'
import { suggest } from './suggest.ts'
import type { WrittenSession } from './written-session.ts'
import { writtenConfig, type WrittenConfig, type WrittenModel } from './written.ts'
import type { WrittenLog } from './written-telemetry.ts'

/** The running configuration: frozen, nothing optional but what can be absent. Printing it prints references, never secrets. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number }
  /** Absolute. */
  readonly artifactPath: string
  readonly quality: number
  /** Of levels that a request names no mode for. */
  readonly mode: Mode
  readonly onUnfamiliar: 'large' | 'score'
  readonly onEstimatorFailure: 'small' | 'large'
  /** Of queries that name none. */
  readonly policy: PolicyName
  readonly caps: Caps
  readonly onScorerFailure: NonNullable<RiverOptions['onScorerFailure']>
  readonly scorers: readonly ScorerSpec[]
  /** Null: drafts are read to their end. */
  readonly doubtCut: number | null
  /** Null: no external scorer. */
  readonly external: ExternalDefinition | null
  readonly abstain: Abstention
  readonly keepAliveMs: number
  readonly models: readonly UpstreamModel[]
  /** Null: the artifact says. */
  readonly small: string | null
  readonly large: string | null
  readonly timeouts: Timeouts
  readonly faults: FaultOptions
  /** Null: nothing is recorded. */
  readonly record: RecordOptions | null
  /** Null: nothing is counted. */
  readonly metrics: MetricsOptions | null
  /** Null: nothing is cached. */
  readonly cache: CacheOptions | null
  /** Null: the artifact reads text alone. */
  readonly encoder: EncoderDefinition | null
  readonly telemetry: TelemetryOptions
  readonly log: WrittenLog
  /** Null: callers are not authenticated. */
  readonly auth: AuthOptions | null
  /** Null: there is no admin API. */
  readonly admin: AdminListen | null
  readonly session: WrittenSession
  readonly maxBodyBytes: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws `config.` errors. */
export async function loadConfig(path: string, env: Environment): Promise<Config> {
  return parseConfig({ text: await readConfigText(path), path, env })
}

/** The models of a configuration, which needs no artifact for that. Throws `config.` errors. */
export async function loadModels(path: string, env: Environment): Promise<readonly UpstreamModel[]> {
  return parseAll({ text: await readConfigText(path), path, env }).config.models
}

/** Throws `config.unreadable`. */
export async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new WeirError(
      'config.unreadable',
      `${path} cannot be read (${code}); give the file with --config`,
      {
        cause: error,
      },
    )
  }
}

export interface ConfigText {
  readonly text: string
  /** Named in messages; paths inside the text are relative to its folder. */
  readonly path: string
  readonly env: Environment
}

/** The file as it is written, with its defaults; references are not looked up. Throws `config.syntax`, `config.key` or `config.value`. */
export function parseWritten(
  path: string,
  text: string,
): { readonly source: Source; readonly written: WrittenConfig } {
  const source = parseSource(path, text)
  const checked = writtenConfig.safeParse(source.value)
  if (!checked.success) throw toConfigError(source, checked.error.issues)
  return { source, written: checked.data }
}

/** Throws `config.syntax`, `config.key`, `config.value` or `config.secret`. */
export function parseConfig(text: ConfigText): Config {
  const { config, written, source } = parseAll(text)
  return Object.freeze({
    ...config,
    artifactPath: resolve(dirname(text.path), requireArtifact(written, source)),
  })
}

interface Parsed {
  readonly config: Omit<Config, 'artifactPath'>
  readonly written: WrittenConfig
  readonly source: Source
}

function parseAll({ text, path, env }: ConfigText): Parsed {
  const { source, written } = parseWritten(path, text)
  const folder = dirname(path)
  const prices = loadPrices(toPricesPath(written.prices, folder))
  const reading = { source, env, prices }
  const models = Object.entries(written.models).map(([name, model]) => toModel(name, model, reading))
  const names = models.map(({ model }) => model)
  for (const side of ['small', 'large'] as const)
    checkSide(written[side], { names, where: source.place([side]) })
  const scorers = toSpecs(written.scorers)
  for (const model of askedModels(scorers)) checkSide(model, { names, where: source.place(['scorers']) })
  checkOpen(written, { hasKeys: models.some(hasKey), place: (path) => source.place(path) })
  const config = {
    listen: Object.freeze(written.listen),
    quality: written.quality,
    mode: written.mode,
    onUnfamiliar: written.onUnfamiliar,
    onEstimatorFailure: written.onEstimatorFailure,
    policy: written.policy,
    caps: Object.freeze(dropUndefined(written.caps)),
    onScorerFailure: written.onScorerFailure,
    scorers: Object.freeze(scorers),
    doubtCut: written.scorers.accumulated?.cut ?? null,
    external: toExternal(written, source, env),
    abstain: Object.freeze(dropUndefined(written.abstain)),
    keepAliveMs: written.keepAliveMs,
    models: Object.freeze(models),
    small: written.small ?? null,
    large: written.large ?? null,
    timeouts: Object.freeze(written.timeouts),
    faults: Object.freeze({ retry: written.retry, breaker: written.breaker, hedge: written.hedge }),
    record:
      written.record === undefined
        ? null
        : Object.freeze({ ...written.record, path: resolve(folder, written.record.path) }),
    telemetry: Object.freeze({ ...written.telemetry, otlp: written.telemetry.otlp ?? null }),
    log: Object.freeze(written.log),
    session: Object.freeze(written.session),
    ...toAccess(written, folder),
    metrics: written.metrics === undefined ? null : Object.freeze(dropUndefined(written.metrics)),
    cache: written.cache === undefined ? null : Object.freeze(written.cache),
    encoder:
      written.encoder === undefined
        ? null
        : Object.freeze(
            toEncoder(written.encoder, {
              folder,
              env,
              place: (key) => source.place(key === undefined ? ['encoder'] : ['encoder', key]),
            }),
          ),
    maxBodyBytes: written.maxBodyBytes,
  }
  return { config, written, source }
}

/** True when a key of the operator is behind it. */
function hasKey(model: UpstreamModel): boolean {
  return [model, ...(model.upstreams ?? [])].some(
    ({ apiKey, apiKeys = [], aws }) => apiKey !== undefined || apiKeys.length > 0 || aws !== undefined,
  )
}

function toAccess({ auth, admin }: WrittenConfig, folder: string): Pick<Config, 'auth' | 'admin'> {
  return {
    auth: auth === undefined ? null : Object.freeze({ ...auth, path: resolve(folder, auth.path) }),
    admin: admin === undefined ? null : Object.freeze(admin),
  }
}

function toPricesPath(written: string, folder: string): string {
  return written === DEFAULT_PRICES || written === NO_PRICES ? written : resolve(folder, written)
}

interface Reading {
  readonly prices: PriceCatalogue
  readonly source: Source
  readonly env: Environment
}

function toModel(model: string, written: WrittenModel, { source, env, prices }: Reading): UpstreamModel {
  const place = (path: KeyPath): string => source.place(['models', model, ...path])
  checkName(model, place([]))
  const { baseUrl, apiKey, apiKeys, upstreamModel, weight, allowPrivate, upstreams, ...stated } = written
  const { provider, dialect, apiVersion, region, accessKeyId, secretAccessKey, sessionToken, ...own } = stated
  const { timeouts, retry, breaker, hedge, ...rest } = own
  const serving = { provider, dialect, apiVersion, region, accessKeyId, secretAccessKey, sessionToken }
  const places = { ...serving, baseUrl, apiKey, apiKeys, upstreamModel, weight, allowPrivate, upstreams }
  const first = toPlaces(places, { place, env })
  const priced = { ...written, baseUrl: first.baseUrl }
  return Object.freeze({
    model,
    place: defaultPlace(first.baseUrl),
    ...pricesFor(prices, { name: first.upstreamModel ?? model, model: priced }),
    ...dropUndefined(rest),
    ...(timeouts === undefined ? {} : { timeouts: dropUndefined(timeouts) }),
    ...(retry === undefined ? {} : { retry: dropUndefined(retry) }),
    ...(breaker === undefined ? {} : { breaker: dropUndefined(breaker) }),
    ...(hedge === undefined ? {} : { hedge: dropUndefined(hedge) }),
    ...first,
  })
}

function toExternal(
  { scorers: { external } }: WrittenConfig,
  source: Source,
  env: Environment,
): ExternalDefinition | null {
  if (external === undefined) return null
  const { apiKey: reference, ...rest } = external
  if (reference === undefined) return rest
  const where = source.place(['scorers', 'external', 'apiKey'])
  return { ...rest, apiKey: resolveSecret({ reference, where, env }) }
}

function requireArtifact({ artifact, models }: WrittenConfig, source: Source): string {
  if (artifact !== undefined) return artifact
  const [small = 'A', large = 'B'] = Object.keys(models)
  throw new WeirError(
    'config.value',
    `${source.place([])}: artifact is missing, so there is nothing to route with; make one with ` +
      `"weir train --data outcomes.jsonl --small ${small} --large ${large} --out router.weir.json" and add ` +
      '"artifact: router.weir.json"',
  )
}

/** Names that mean something else in the model field of a request, or that no header can carry. */
function checkName(name: string, where: string): void {
  if (name === 'weir' || name.startsWith('weir@') || /^router-[a-z0-9_]+-\d*\.?\d+$/i.test(name)) {
    throw new WeirError('config.value', `${where}: this name asks for routing; give the model another one`)
  }
  if (!/^[\x21-\x7e]+$/.test(name)) {
    throw new WeirError(
      'config.value',
      `${where}: a model name may hold printable ASCII only; use upstreamModel for others`,
    )
  }
}

function checkSide(
  model: string | undefined,
  { names, where }: { readonly names: readonly string[]; readonly where: string },
): void {
  if (model === undefined || names.includes(model)) return
  const near = suggest(model, names)
  const hint = near === undefined ? `models has ${names.join(', ') || 'none'}` : `did you mean ${near}?`
  throw new WeirError('config.value', `${where}: there is no model "${model}"; ${hint}`)
}

type Issue = z.core.$ZodIssue

/** All problems in one message, a line each; its code is that of the first. */
function toConfigError(source: Source, issues: readonly Issue[]): WeirError {
  const [first] = issues
  const code = first?.code === 'unrecognized_keys' ? 'config.key' : 'config.value'
  return new WeirError(code, issues.flatMap((issue) => describe(source, issue)).join('\n  '))
}

function describe(source: Source, issue: Issue): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path)
    return issue.keys.map((key) => {
      const near = suggest(key, known)
      const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
      return `${source.place([...issue.path, key])}: unknown key; ${hint}`
    })
  }
  return [`${source.place(issue.path)}: ${issue.message.replace(/^Invalid input: /, '')}`]
}

/** Keys that the schema has at a path; any name stands for those of a record. */
export function knownKeys(path: KeyPath): readonly string[] {
  let node: unknown = z.toJSONSchema(writtenConfig, { io: 'input' })
  for (const step of path) {
    if (!isRecord(node)) return []
    const properties = isRecord(node['properties']) ? node['properties'] : {}
    node = properties[String(step)] ?? node['additionalProperties'] ?? node['items']
  }
  return isRecord(node) && isRecord(node['properties']) ? Object.keys(node['properties']) : []
}
