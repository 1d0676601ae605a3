/**
 * Writes docs/weir.schema.json, the JSON Schema of weir.yaml: shape, ranges and defaults from the code that checks the file, descriptions
 * from the table of docs/config.md.
 *
 *   npm run schema
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isRecord } from '@weir/core'
import { writtenConfig } from '../packages/weir/src/config/written.ts'

const ROOT = join(import.meta.dirname, '..')
export const SCHEMA_FILE: string = join(ROOT, 'docs/weir.schema.json')

/** Text of the file as it should be. */
export function renderSchema(): string {
  const { $schema, ...shape } = z.toJSONSchema(writtenConfig, { io: 'input' })
  const described = describe(shape, readMeanings(), [])
  const schema = {
    $schema,
    title: 'weir.yaml',
    description: 'Configuration of weir serve. Made by "npm run schema"; do not edit.',
    ...(isRecord(described) ? described : {}),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** Meaning of each key, by its path as docs/config.md writes it: "models.<name>.baseUrl". Links and marks are taken off. */
function readMeanings(): ReadonlyMap<string, string> {
  const text = readFileSync(join(ROOT, 'docs/config.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([^`]+)` \| ((?:[^|]|\\\|)*) \|/gm)]
  return new Map(rows.map(([, key = '', meaning = '']) => [key, toPlain(meaning)]))
}

function toPlain(markdown: string): string {
  return markdown
    .replace(/ ?\(\[[^\]]*\]\([^)]*\)\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\\\|/g, '|')
    .replace(/[`*]/g, '')
    .trim()
}

/** A table of prices has the keys of a model's own, a model's sections and its upstreams those of others: the page says each once. */
function meaningOf(meanings: ReadonlyMap<string, string>, path: string): string | undefined {
  const untiered = path.replace(/\.tiers\.\w+\./, '.')
  const single = path.replace('.<name>.upstreams.', '.<name>.')
  const shared = single.replace(/^models\.<name>\./, '')
  const known = [path, untiered, untiered.replace('.longContext.', '.'), single, shared]
  return known.map((one) => meanings.get(one)).find((meaning) => meaning !== undefined)
}

/** The same schema with a description on each key that has a meaning. Members of a map are those of `<name>`. */
function describe(node: unknown, meanings: ReadonlyMap<string, string>, path: readonly string[]): unknown {
  if (Array.isArray(node)) return node.map((one) => describe(one, meanings, path))
  if (!isRecord(node)) return node
  const within = (step: readonly string[], inner: unknown): unknown =>
    describe(inner, meanings, [...path, ...step])
  const meaning = meaningOf(meanings, path.join('.'))
  const described = Object.entries(node).map(([key, inner]) => {
    if (key === 'properties' && isRecord(inner)) {
      return [
        key,
        Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, within([name], one)])),
      ]
    }
    if (key === 'additionalProperties') return [key, within(['<name>'], inner)]
    return [key, ['anyOf', 'oneOf', 'allOf', 'items'].includes(key) ? within([], inner) : inner]
  })
  return { ...(meaning === undefined ? {} : { description: meaning }), ...Object.fromEntries(described) }
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, renderSchema())
