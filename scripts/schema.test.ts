/** docs/weir.schema.json is what the code says, accepts what weir accepts and refuses what it refuses. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isRecord } from '@weir/core'
import { renderSchema, SCHEMA_FILE } from './schema.ts'

const text = readFileSync(SCHEMA_FILE, 'utf8')
const schema = JSON.parse(text) as Record<string, unknown>
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

describe('docs/weir.schema.json', () => {
  it('is up to date', () => {
    expect(text === renderSchema(), 'run "npm run schema" and commit docs/weir.schema.json').toBe(true)
  })

  it('describes every key', () => {
    const missing: string[] = []
    const look = (node: unknown, path: string): void => {
      if (!isRecord(node)) return
      const properties = isRecord(node['properties']) ? node['properties'] : {}
      for (const [key, inner] of Object.entries(properties)) {
        const at = path === '' ? key : `${path}.${key}`
        if (isRecord(inner) && inner['description'] === undefined) missing.push(at)
        look(inner, at)
      }
      look(node['additionalProperties'], `${path}.<name>`)
      for (const key of ['anyOf', 'oneOf'] as const) {
        const members = node[key]
        if (Array.isArray(members)) for (const member of members) look(member, path)
      }
    }
    look(schema, '')
    expect(missing, 'each needs a row in docs/config.md; then "npm run schema"').toEqual([])
  })

  it('accepts the examples of docs/config.md', () => {
    const page = readFileSync(SCHEMA_FILE.replace('weir.schema.json', 'config.md'), 'utf8')
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example = '']) => example)
    expect(examples.length).toBeGreaterThan(1)
    for (const example of examples) {
      validate(parse(example))
      expect(validate.errors, example).toBeNull()
    }
  })

  it('refuses an unknown key, a value out of range and a missing one', () => {
    const good = { models: { a: { baseUrl: 'http://localhost' } } }
    expect(validate(good)).toBe(true)
    expect(validate({ ...good, qualty: 1 })).toBe(false)
    expect(validate({ ...good, quality: 2 })).toBe(false)
    expect(validate({ models: { a: {} } })).toBe(false)
    expect(validate({ models: { a: { baseUrl: 'http://localhost', keys: [] } } })).toBe(false)
  })
})
