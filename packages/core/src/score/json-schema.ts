/**
 * JSON Schema, the part that answers of models are asked for: enough to tell a fitting answer from a misfit, with no dependency.
 *
 *   type enum const · properties required additionalProperties · items minItems maxItems · minLength maxLength pattern ·
 *   minimum maximum · anyOf allOf oneOf · title description default examples $schema $id (say nothing)
 *
 * Source: JSON Schema 2020-12. A schema that uses anything else ($ref among it) is refused when the check is made, never half applied;
 * pass a validator of your own then.
 */
import { WeirError } from '../contract/errors.ts'
import { isRecord } from '../contract/json.ts'

export type MatchesSchema = (value: unknown) => boolean

/** Throws `config.value` for a schema outside the part above. */
export function createSchemaCheck(schema: unknown): MatchesSchema {
  if (schema === true) return () => true
  if (schema === false) return () => false
  if (!isRecord(schema)) throw unusable(`a schema must be an object, got ${typeof schema}`)
  const rules = Object.entries(schema).flatMap(([keyword, given]) => {
    const create = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
    if (create !== undefined) return [create(given, schema)]
    if (SILENT.has(keyword)) return []
    throw unusable(`keyword ${keyword} is not one that weir checks`)
  })
  return (value) => rules.every((rule) => rule(value))
}

type Keyword = (given: unknown, schema: Readonly<Record<string, unknown>>) => MatchesSchema

const SILENT: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$id',
  '$comment',
])

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (given) => {
    const types = toArray(given).map((type) => {
      const isType = Object.hasOwn(TYPES, String(type)) ? TYPES[String(type)] : undefined
      if (isType === undefined) throw unusable(`type ${String(type)} is unknown`)
      return isType
    })
    return (value) => types.some((isType) => isType(value))
  },
  enum: (given) => {
    const texts = new Set(toArray(given).map(canonical))
    return (value) => texts.has(canonical(value))
  },
  const: (given) => {
    const text = canonical(given)
    return (value) => canonical(value) === text
  },
  properties: (given) => {
    const checks = Object.entries(toRecord(given)).map(
      ([key, schema]) => [key, createSchemaCheck(schema)] as const,
    )
    return ofRecord((value) =>
      checks.every(([key, check]) => !Object.hasOwn(value, key) || check(value[key])),
    )
  },
  required: (given) => {
    const keys = toArray(given).map(String)
    return ofRecord((value) => keys.every((key) => Object.hasOwn(value, key)))
  },
  additionalProperties: (given, { properties = {} }) => {
    const known = new Set(Object.keys(toRecord(properties)))
    const check = createSchemaCheck(given)
    return ofRecord((value) => Object.entries(value).every(([key, inner]) => known.has(key) || check(inner)))
  },
  items: (given) => {
    const check = createSchemaCheck(given)
    return ofArray((value) => value.every(check))
  },
  minItems: (given) => ofArray(({ length }) => length >= toNumber(given)),
  maxItems: (given) => ofArray(({ length }) => length <= toNumber(given)),
  minLength: (given) => ofText((value) => Array.from(value).length >= toNumber(given)),
  maxLength: (given) => ofText((value) => Array.from(value).length <= toNumber(given)),
  pattern: (given) => {
    const pattern = createPattern(String(given), 'u')
    return ofText((value) => pattern.test(value))
  },
  minimum: (given) => ofNumber((value) => value >= toNumber(given)),
  maximum: (given) => ofNumber((value) => value <= toNumber(given)),
  anyOf: (given) => {
    const checks = toArray(given).map(createSchemaCheck)
    return (value) => checks.some((check) => check(value))
  },
  allOf: (given) => {
    const checks = toArray(given).map(createSchemaCheck)
    return (value) => checks.every((check) => check(value))
  },
  oneOf: (given) => {
    const checks = toArray(given).map(createSchemaCheck)
    return (value) => checks.filter((check) => check(value)).length === 1
  },
}

const TYPES: Readonly<Record<string, MatchesSchema>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

/** Throws `config.value` for a pattern that is no regular expression. Never global: `test` would remember its place. */
export function createPattern(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags.replaceAll(/[gy]/g, ''))
  } catch (cause) {
    throw new WeirError('config.value', `/${pattern}/${flags} is not a regular expression; mend it`, {
      cause,
    })
  }
}

/** Equal for equal values, whatever the order of keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'undefined'
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
}

function ofRecord(check: (value: Readonly<Record<string, unknown>>) => boolean): MatchesSchema {
  return (value) => !isRecord(value) || check(value)
}

function ofArray(check: (value: readonly unknown[]) => boolean): MatchesSchema {
  return (value) => !Array.isArray(value) || check(value)
}

function ofText(check: (value: string) => boolean): MatchesSchema {
  return (value) => typeof value !== 'string' || check(value)
}

function ofNumber(check: (value: number) => boolean): MatchesSchema {
  return (value) => typeof value !== 'number' || check(value)
}

function toArray(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [given]
}

function toRecord(given: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(given)) return given
  throw unusable('properties must be an object')
}

function toNumber(given: unknown): number {
  return Number(given)
}

function unusable(why: string): WeirError {
  return new WeirError(
    'config.value',
    `the JSON schema of signal validity: ${why}; leave it out, or pass a validator of your own as matchesSchema`,
  )
}
