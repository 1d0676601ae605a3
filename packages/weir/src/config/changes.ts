/**
 * Changes: the keys in which two configurations differ, by the names that weir.yaml has for them. Values are not told: an address may
 * be nobody's business, and the file has them.
 */
import { isRecord, parseJson } from '@weir/core'
import type { Config } from './load.ts'

/** For example ["quality", "models.gpt-4o.baseUrl", "models.old (removed)"]. */
export function listChanges(before: Config, after: Config): readonly string[] {
  return diff(toTree(before), toTree(after), '')
}

/** As written, and by name, so that a change of one model is not one of those after it. As JSON, in which a secret is its reference. */
function toTree({ models, artifactPath, faults, scorers, doubtCut, external, ...rest }: Config): unknown {
  const byName = Object.fromEntries(models.map(({ model, ...definition }) => [model, definition]))
  const bySignal = Object.fromEntries(scorers.map(({ signal, ...options }) => [signal, { ...options }]))
  if (doubtCut !== null) bySignal['accumulated'] = { ...bySignal['accumulated'], cut: doubtCut }
  if (external !== null) bySignal['external'] = { ...bySignal['external'], ...external }
  const written = { ...rest, ...faults, scorers: bySignal, artifact: artifactPath, models: byName }
  return parseJson(JSON.stringify(written))
}

type Tree = Readonly<Record<string, unknown>>

function diff(before: unknown, after: unknown, path: string): readonly string[] {
  if (isRecord(before) && isRecord(after)) return diffKeys(before, after, path)
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (isNothing(before)) return [`${path} (added)`]
  return [isNothing(after) ? `${path} (removed)` : path]
}

function diffKeys(before: Tree, after: Tree, path: string): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => diff(before[key], after[key], path === '' ? key : `${path}.${key}`))
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}
