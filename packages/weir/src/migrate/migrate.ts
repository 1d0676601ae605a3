/**
 * Migration: the configuration of another gateway -> the text of a weir.yaml and what has to be said about it. Keys that this version does
 * not have, and values that it does not take, are left out and told, so that the result is always a file that weir reads, but for the artifact,
 * which has to be trained.
 */
import { stringify } from 'yaml'
import { z } from 'zod'
import { isRecord } from '@weir/core'
import { parseSource } from '../config/source.ts'
import { writtenConfig } from '../config/written.ts'
import { PROVIDERS } from '../upstream/providers.ts'
import { UNSET_URL, type Draft, type DraftConfig, type Finding } from './draft.ts'
import { migrateLitellm } from './litellm.ts'
import { migratePortkey } from './portkey.ts'

export const GATEWAYS = ['litellm', 'portkey'] as const
export type GatewayName = (typeof GATEWAYS)[number]

export interface Migration {
  /** Text of the weir.yaml. */
  readonly yaml: string
  /** In the order of the file that was read. */
  readonly findings: readonly Finding[]
  /** Environment variables that it refers to, sorted. */
  readonly variables: readonly string[]
  readonly models: number
}

export interface MigrationSource {
  readonly from: GatewayName
  /** Named in findings. */
  readonly path: string
  readonly text: string
}

/** Throws `config.syntax` when the text is neither YAML nor JSON. */
export function migrate({ from, path, text }: MigrationSource): Migration {
  // Tabs are no indentation in YAML, but they are in the JSON of many editors.
  const source = parseSource(path, from === 'portkey' ? text.replaceAll('\t', ' ') : text)
  const draft = from === 'litellm' ? migrateLitellm(source) : migratePortkey(source)
  for (const model of Object.values(draft.config.models)) settle(model)
  const schema = z.toJSONSchema(writtenConfig, { io: 'input' })
  const config = prune({ draft, node: schema, path: [] }, draft.config)
  dropUnfit(draft, config)
  return {
    yaml: render(from, config as DraftConfig),
    findings: draft.findings.toSorted((a, b) => lineOf(a) - lineOf(b)),
    variables: [...draft.variables].toSorted(),
    models: Object.keys(draft.config.models).length,
  }
}

/** Of keys that the result lost, which no line of the file names: after all others. */
function lineOf({ place }: Finding): number {
  return Number(/:(\d+): /.exec(place)?.[1] ?? Number.MAX_SAFE_INTEGER)
}

/** Every model says where it is; the name of its provider stands only where weir has one to say. */
function settle(model: DraftConfig['models'][string]): void {
  const places = model.upstreams ?? [model]
  const base = PROVIDERS[model.provider ?? 'openai-compatible'].baseUrl
  for (const place of places) place.baseUrl ??= base ?? UNSET_URL
  if (model.provider === 'openai-compatible') delete model.provider
}

interface Pruned {
  readonly draft: Draft
  /** Of the JSON Schema. */
  readonly node: unknown
  readonly path: readonly string[]
}

/** Without the keys that the schema does not have. */
function prune({ draft, node, path }: Pruned, value: unknown): unknown {
  if (!isRecord(node)) return value
  if (Array.isArray(value)) return value.map((one) => prune({ draft, node: node['items'], path }, one))
  if (!isRecord(value)) return value
  const properties = isRecord(node['properties']) ? node['properties'] : undefined
  const members = Object.entries(value).flatMap(([key, inner]) => {
    const known =
      properties?.[key] ?? (isRecord(node['additionalProperties']) ? node['additionalProperties'] : undefined)
    const at = [...path, key]
    if (known !== undefined) return [[key, prune({ draft, node: known, path: at }, inner)]]
    draft.findings.push({
      kind: 'not_covered',
      place: at.join('.'),
      message: 'this version of weir has no such key; it was left out',
    })
    return []
  })
  return Object.fromEntries(members)
}

/** Without the values that the written shape refuses, each of which is told. What holds it may then lack something: it goes next. */
function dropUnfit(draft: Draft, config: unknown): void {
  for (
    let checked = writtenConfig.safeParse(config);
    !checked.success;
    checked = writtenConfig.safeParse(config)
  ) {
    // One at a time: the items after one that is gone have other numbers.
    const dropped = checked.error.issues.find(({ path }) => removeAt(config, path))
    if (dropped === undefined) return
    const place = dropped.path.map(String).join('.')
    const message = `weir does not take its value (${dropped.message}); it was left out`
    draft.findings.push({ kind: 'not_covered', place, message })
  }
}

/** False when nothing stands there. */
function removeAt(config: unknown, path: readonly PropertyKey[]): boolean {
  let holder = config
  for (const key of path.slice(0, -1))
    holder = isRecord(holder) || Array.isArray(holder) ? Reflect.get(holder, key) : undefined
  const key = path.at(-1)
  if (key === undefined || holder === null || typeof holder !== 'object' || !Object.hasOwn(holder, key))
    return false
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else Reflect.deleteProperty(holder, key)
  return true
}

function render(from: GatewayName, { models, ...rest }: DraftConfig): string {
  const names = Object.keys(models)
  const [small = 'SMALL', large = 'LARGE'] = names
  const head = [
    `# From a configuration of ${from} (weir migrate). Read what it said of the lines that are not covered.`,
    '# weir routes between a small and a large model with an artifact that is trained on your own queries:',
    '#   weir collect   asks both models, weir train writes the artifact, for example',
    `#   weir train --data outcomes.jsonl --small ${small} --large ${large} --out router.weir.json`,
    '# artifact: router.weir.json',
    '',
  ]
  return `${head.join('\n')}${stringify({ models, ...rest })}`
}
