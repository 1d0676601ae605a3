/**
 * Draft: the weir.yaml that a migration is writing, and what it has to say of each line that it read. Whoever moves should never have to
 * guess what became of a setting, so each one that was read ends as a finding: taken over, done otherwise, or not covered.
 */
import type { KeyPath, Source } from '../config/source.ts'
import type { ProviderName } from '../upstream/providers.ts'

export type FindingKind = 'covered' | 'changed' | 'not_covered' | 'secret'

export interface Finding {
  readonly kind: FindingKind
  /** "config.yaml:12: router_settings.num_retries". */
  readonly place: string
  readonly message: string
}

/** One upstream as it is written. */
export interface DraftPlace {
  provider?: ProviderName
  baseUrl?: string
  apiKey?: string
  upstreamModel?: string
  weight?: number
}

export interface DraftModel extends DraftPlace {
  upstreams?: DraftPlace[]
  [key: string]: unknown
}

export interface DraftConfig {
  models: Record<string, DraftModel>
  [key: string]: unknown
}

export class Draft {
  readonly config: DraftConfig = { models: {} }
  readonly findings: Finding[] = []
  /** Environment variables that the result refers to. */
  readonly variables: Set<string> = new Set()
  readonly source: Source

  constructor(source: Source) {
    this.source = source
  }

  say(kind: FindingKind, path: KeyPath, message: string): void {
    this.findings.push({ kind, place: this.source.place(path), message })
  }

  /** Sets a key of a section, for example `retry.count`. The first value that was read stays. */
  set(section: string, key: string, value: unknown): void {
    const existing = this.config[section]
    const members = typeof existing === 'object' && existing !== null ? existing : {}
    this.config[section] = { [key]: value, ...members }
  }

  /** A reference to a variable, remembered. */
  reference(variable: string): string {
    this.variables.add(variable)
    return `env:${variable}`
  }

  /** Takes an address over, without what it should not hold. */
  address(path: KeyPath, text: string): string {
    const { baseUrl, hadSecret } = withoutCredentials(text)
    if (baseUrl === UNSET_URL)
      this.say('not_covered', path, 'is no http(s) URL and was not copied; write its baseUrl')
    else if (hadSecret) this.say('secret', path, 'its user, password or query was not copied')
    else this.say('covered', path, 'baseUrl')
    return baseUrl
  }

  /** Takes a key over: a reference stays one; a key that is written out is not copied, but named. `name`: the variable to put it in. */
  key(path: KeyPath, { value, variable, name }: WrittenKey): string {
    if (variable !== undefined) {
      this.say('covered', path, `read from ${variable}`)
      return this.reference(variable)
    }
    const hint = `export ${name}=…`
    this.say('secret', path, `${value} and was not copied; ${hint} in the environment of weir`)
    return this.reference(name)
  }
}

export interface WrittenKey {
  /** Where the key is: "a key is written out". */
  readonly value: string
  /** Variable that is referred to; undefined when the key itself is written. */
  readonly variable: string | undefined
  readonly name: string
}

/** A name of an environment variable out of any words: "gpt-4o eu" gives GPT_4O_EU_API_KEY. */
export function variableFor(words: string): string {
  const name = words
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return `${/^[A-Z]/.test(name) ? name : `MODEL_${name}`}_API_KEY`
}

/** A whole number from 0 to `most`; undefined for what is no number. */
export function countOf(value: unknown, most: number): number | undefined {
  const count = Math.round(Number(value))
  return Number.isFinite(count) ? Math.min(most, Math.max(0, count)) : undefined
}

/** Text of a member that should be one; empty when it is not. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Stands where an address has to be written by hand. */
export const UNSET_URL = 'https://set-me.invalid'

/** A base URL without what must not be copied: a user, a password, a query. What is no such URL may be anything, a key too. */
function withoutCredentials(text: string): { readonly baseUrl: string; readonly hadSecret: boolean } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return { baseUrl: UNSET_URL, hadSecret: false }
  const hadSecret = url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== ''
  return { baseUrl: `${url.origin}${url.pathname}`.replace(/\/$/, ''), hadSecret }
}

/** What a model name may hold: printable ASCII, and not what asks for routing. */
export function modelName(text: string): string {
  const name = text.replace(/[^\x21-\x7e]+/g, '-')
  return name === 'weir' || name.startsWith('weir@') || name === '' ? `model-${name}` : name
}

/** Adds a deployment: a second one under a name becomes an upstream of it, when both are asked in the same way. Returns the name it got. */
export function addDeployment(draft: Draft, wanted: string, { place, rest }: Deployment): string {
  const { models } = draft.config
  const found = models[wanted]
  if (found === undefined) {
    models[wanted] = { ...place, ...rest }
    return wanted
  }
  if (found.provider === place.provider) {
    found.upstreams ??= [takePlace(found)]
    const { provider: _provider, ...own } = place
    found.upstreams.push(own)
    return wanted
  }
  let number = 2
  while (models[`${wanted}-${number}`] !== undefined) number += 1
  models[`${wanted}-${number}`] = { ...place, ...rest }
  return `${wanted}-${number}`
}

export interface Deployment {
  readonly place: DraftPlace
  /** Keys of the model: prices, abilities, limits. */
  readonly rest: Readonly<Record<string, unknown>>
}

function takePlace(model: DraftModel): DraftPlace {
  const place: DraftPlace = {}
  for (const key of ['baseUrl', 'apiKey', 'upstreamModel', 'weight'] as const) {
    const value = model[key]
    if (value !== undefined) Object.assign(place, { [key]: value })
    delete model[key]
  }
  return place
}
