/**
 * Checks of an answer's form: each says whether the answer keeps one rule. They need nothing of the upstream, so every candidate can have them.
 *
 * Source: BudgetMLAgent, arXiv:2411.07464 (escalate a reply that cannot be parsed or that repeats). The data form is what configurations and
 * artifacts hold; `parsesCode` and a JSON-schema validator can be passed in.
 */
import type { Answer } from '../contract/answer.ts'
import { WeirError } from '../contract/errors.ts'
import { parseJson } from '../contract/json.ts'
import type { ScorerInput } from '../contract/score.ts'
import { finalAnswerOf } from './final-answer.ts'
import { createPattern, createSchemaCheck, type MatchesSchema } from './json-schema.ts'
import { isRepeated } from './repetition.ts'

/** One rule, as plain data. */
export type Check =
  /** text or a tool call is there */
  | { readonly check: 'nonEmpty' }
  /** it was not cut off at the limit of output tokens */
  | { readonly check: 'complete' }
  /** the whole text, or its one fenced block, is JSON */
  | { readonly check: 'json' }
  /** and fits the schema (json-schema.ts) */
  | { readonly check: 'jsonSchema'; readonly schema: unknown }
  /** the arguments of every tool call are a JSON object; holds when there is none */
  | { readonly check: 'toolCalls' }
  /** the text matches */
  | { readonly check: 'regex'; readonly pattern: string; readonly flags?: string }
  /** no line, ending or earlier action of the same model stands there `times` times (repetition.ts); default 3 */
  | { readonly check: 'notRepeated'; readonly times?: number }
  /** every fenced block of code parses; holds when there is none */
  | { readonly check: 'code' }
  /** it has a final number, or choice (final-answer.ts) */
  | { readonly check: 'finalNumber' }
  | { readonly check: 'finalChoice' }

export type CheckName = Check['check']

/** Parsers that come from outside: weir ships none for programming languages. */
export interface CheckEffects {
  /** Does this code parse? `language` as the fence names it, '' when it names none. Must be pure. */
  readonly parsesCode?: (code: string, language: string) => boolean
  /** A validator for schemas that json-schema.ts refuses; given the schema once. */
  readonly createSchemaCheck?: (schema: unknown) => MatchesSchema
}

export type Holds = (answer: Answer, input: ScorerInput) => boolean

/** Throws `config.value` for a schema, pattern or number that cannot be used, and for `code` without a parser. */
export function createCheck(check: Check, effects: CheckEffects): Holds {
  switch (check.check) {
    case 'jsonSchema':
      return fitsSchema(check.schema, effects)
    case 'regex':
      return matches(check.pattern, check.flags)
    case 'notRepeated':
      return repeatsLessThan(check.times)
    case 'code':
      return parsesAllCode(effects)
    case 'nonEmpty':
    case 'complete':
    case 'json':
    case 'toolCalls':
    case 'finalNumber':
    case 'finalChoice':
      return PLAIN[check.check]
  }
}

function fitsSchema(schema: unknown, { createSchemaCheck: create = createSchemaCheck }: CheckEffects): Holds {
  const fits = create(schema)
  return ({ text }) => {
    const value = readJson(text)
    return value !== undefined && fits(value.json)
  }
}

function matches(pattern: string, flags = ''): Holds {
  const compiled = createPattern(pattern, flags)
  return ({ text }) => compiled.test(text)
}

function repeatsLessThan(times = 3): Holds {
  if (!Number.isInteger(times) || times < 2) throw unusable(`notRepeated takes 2 or more times, got ${times}`)
  return (answer, input) => !isRepeated(answer, input, times)
}

function parsesAllCode({ parsesCode }: CheckEffects): Holds {
  if (parsesCode === undefined) throw unusable('code needs a parser, and none was passed in as parsesCode')
  return ({ text }) => readBlocks(text).every(({ code, language }) => parsesCode(code, language))
}

const PLAIN: Readonly<Record<Exclude<CheckName, 'jsonSchema' | 'regex' | 'notRepeated' | 'code'>, Holds>> = {
  nonEmpty: ({ text, toolCalls = [] }) => text.trim() !== '' || toolCalls.length > 0,
  complete: ({ finishReason }) => finishReason !== 'length' && finishReason !== 'max_tokens',
  json: ({ text }) => readJson(text) !== undefined,
  toolCalls: ({ toolCalls = [] }) => toolCalls.every((call) => parsesToObject(call.arguments)),
  finalNumber: (answer) => finalAnswerOf(answer, 'number') !== undefined,
  finalChoice: (answer) => finalAnswerOf(answer, 'choice') !== undefined,
}

/** A tool without parameters is often called with nothing at all. */
function parsesToObject(text: string): boolean {
  if (text.trim() === '') return true
  const value = tryJson(text)
  return typeof value?.json === 'object' && value.json !== null && !Array.isArray(value.json)
}

/** The text as JSON, or the JSON of its only fenced block; undefined when neither parses. */
function readJson(text: string): { readonly json: unknown } | undefined {
  const whole = tryJson(text)
  if (whole !== undefined) return whole
  const [only, ...more] = readBlocks(text)
  return only === undefined || more.length > 0 ? undefined : tryJson(only.code)
}

function tryJson(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: parseJson(text) }
  } catch {
    return undefined
  }
}

interface Block {
  readonly language: string
  readonly code: string
}

/** Fenced blocks; one that is never closed ends with the text. */
function readBlocks(text: string): readonly Block[] {
  const fences = text.matchAll(
    /^[ \t]*(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n([\s\S]*?)(?:^[ \t]*\1[ \t]*$|$(?![\s\S]))/gm,
  )
  return [...fences].map(([, , language = '', code = '']) => ({ language: language.toLowerCase(), code }))
}

function unusable(why: string): WeirError {
  return new WeirError('config.value', `signal validity: ${why}`)
}
