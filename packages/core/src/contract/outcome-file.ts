/**
 * Outcomes file, one row at a time: unknown JSON -> Outcome, and back to one line. Pure; the streams are weir's record/outcome-file.ts.
 * The format is docs/outcomes.md. Known keys are checked, unknown keys are dropped, null means absent.
 *
 * Errors name file, line, field and remedy, and never show the row's text: JSON engines quote what they could not read, so their
 * messages are not passed on.
 */
import { WeirError } from './errors.ts'
import { isRecord, parseJson } from './json.ts'
import type { Purpose } from './attempt.ts'
import type { ModelOutcome, Outcome, RecordedCheck, Sample, StoredMessage } from './outcome.ts'
import { SIGNALS, type SignalName, type Signals } from './score.ts'

/** Where a row came from, for messages. */
export interface RowPlace {
  /** File name as the user gave it; `-` for standard input. */
  readonly file: string
  /** Line, counted from 1. */
  readonly line: number
}

/** Roles that a stored message may have: those request/query.ts can read. */
const ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** Parses one line. Throws `data.json` when it is not a JSON object, `data.field` when a field is missing or wrong. */
export function parseOutcomeLine(text: string, place: RowPlace): Outcome {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1]
    const where = at === undefined ? '' : ` at column ${Number(at) + 1}`
    throw new WeirError(
      'data.json',
      `${show(place)}: not valid JSON${where}; write one JSON object per line (docs/outcomes.md), or pass --skip-bad to leave the line out`,
    )
  }
  return parseOutcome(value, place)
}

/** Checks one row. Throws `data.json` when it is not an object, `data.field` naming the field otherwise. */
export function parseOutcome(value: unknown, place: RowPlace): Outcome {
  if (!isRecord(value)) {
    throw new WeirError(
      'data.json',
      `${show(place)}: a row must be a JSON object, not ${kindOf(value)}; write one object per line (docs/outcomes.md)`,
    )
  }
  const read = createReader(value, { place, path: '' })
  const id = read.text('id')
  if (id === undefined || id === '') throw read.wrong('id', 'is missing', 'give every row a unique id')
  const messages = parseMessages(value['messages'], place)
  const servedAt = read.text('servedAt')
  return {
    id,
    ...defined('dataset', read.text('dataset')),
    ...defined('category', read.text('category')),
    ...defined('metric', read.text('metric')),
    ...defined('prompt', read.text('prompt')),
    ...defined('messages', messages),
    models: parseModels(value['models'], place),
    ...defined('servedAt', servedAt),
    ...defined('decision', parseDecision(value['decision'], place)),
  }
}

/** One line without its newline: known keys in a fixed order, so that equal rows give equal bytes. */
export function serializeOutcome(row: Outcome): string {
  const { id, dataset, category, metric, prompt, messages, models, servedAt, decision } = row
  return JSON.stringify({ id, dataset, category, metric, prompt, messages, models, servedAt, decision })
}

function parseModels(value: unknown, place: RowPlace): Outcome['models'] {
  if (!isRecord(value) || Object.keys(value).length === 0) {
    const problem = isRecord(value) ? 'has no model' : `must be an object, not ${kindOf(value)}`
    throw wrong(place, { field: 'models', problem, remedy: 'write {"<model>": {"score": 0.8}, …}' })
  }
  // fromEntries defines own keys, so that a model called "__proto__" stays a model.
  return Object.fromEntries(
    Object.entries(value).map(([name, outcome]) => [name, parseModel(outcome, place, `models[${name}]`)]),
  )
}

function parseModel(value: unknown, place: RowPlace, path: string): ModelOutcome {
  if (!isRecord(value)) {
    const problem = `must be an object, not ${kindOf(value)}`
    throw wrong(place, { field: path, problem, remedy: 'write {"score": 0.8}' })
  }
  const read = createReader(value, { place, path: `${path}.` })
  return {
    ...defined('score', read.score('score')),
    ...defined('response', read.text('response')),
    ...defined('inputTokens', read.amount('inputTokens')),
    ...defined('outputTokens', read.amount('outputTokens')),
    ...defined('costUsd', read.amount('costUsd')),
    ...defined('latencyMs', read.amount('latencyMs')),
    ...defined('samples', parseSamples(value['samples'], place, `${path}.samples`)),
    ...defined('answer', read.text('answer')),
    ...(value['noAnswer'] === true ? { noAnswer: true } : {}),
    ...defined('logprob', read.logprob('logprob')),
    ...defined('answerProb', read.score('answerProb')),
    ...defined('confidence', read.score('confidence')),
    ...defined('signals', parseSignals(value['signals'], place, `${path}.signals`)),
    ...defined('checks', parseChecks(value['checks'], place, `${path}.checks`)),
  }
}

function parseSamples(value: unknown, place: RowPlace, path: string): readonly Sample[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    const problem = `must be an array, not ${kindOf(value)}`
    throw wrong(place, { field: path, problem, remedy: 'write [{"score": 1}, {"score": 0}]' })
  }
  return value.map((sample: unknown, index): Sample => {
    const field = `${path}[${index}]`
    if (!isRecord(sample)) {
      const problem = `must be an object, not ${kindOf(sample)}`
      throw wrong(place, { field, problem, remedy: 'write {"score": 1}' })
    }
    const read = createReader(sample, { place, path: `${field}.` })
    return {
      ...defined('score', read.score('score')),
      ...defined('response', read.text('response')),
      ...defined('answer', read.text('answer')),
    }
  })
}

/** Signals that this weir does not know are dropped, like unknown keys. */
function parseSignals(value: unknown, place: RowPlace, path: string): Signals | undefined {
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) {
    const problem = `must be an object, not ${kindOf(value)}`
    throw wrong(place, { field: path, problem, remedy: 'write {"logprob": -0.2}' })
  }
  const read = createReader(value, { place, path: `${path}.` })
  const known = (Object.keys(SIGNALS) as SignalName[]).map((name) => [name, read.number(name)] as const)
  return Object.fromEntries(known.filter(([, one]) => one !== undefined))
}

const PURPOSES: readonly Purpose[] = ['answer', 'self-check', 'judge', 'external']

function parseChecks(value: unknown, place: RowPlace, path: string): readonly RecordedCheck[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    const problem = `must be an array, not ${kindOf(value)}`
    throw wrong(place, { field: path, problem, remedy: 'write [{"purpose": "judge", "model": "…"}]' })
  }
  return value.map((check: unknown, index): RecordedCheck => {
    const field = `${path}[${index}]`
    const purpose = isRecord(check) ? PURPOSES.find((one) => one === check['purpose']) : undefined
    if (!isRecord(check) || purpose === undefined || typeof check['model'] !== 'string') {
      const problem = `must be an object with a model and a purpose of ${PURPOSES.join(', ')}`
      throw wrong(place, { field, problem, remedy: 'write {"purpose": "judge", "model": "…"}' })
    }
    const read = createReader(check, { place, path: `${field}.` })
    return {
      model: check['model'],
      purpose,
      ...defined('costUsd', read.amount('costUsd')),
      ...defined('latencyMs', read.amount('latencyMs')),
      ...defined('calls', read.amount('calls')),
    }
  })
}

function parseMessages(value: unknown, place: RowPlace): readonly StoredMessage[] | undefined {
  if (value === undefined || value === null) return undefined
  const remedy = 'write [{"role": "user", "content": "…"}], or a prompt instead'
  if (!Array.isArray(value) || value.length === 0) {
    const problem = Array.isArray(value) ? 'is empty' : `must be an array, not ${kindOf(value)}`
    throw wrong(place, { field: 'messages', problem, remedy })
  }
  return value.map((message: unknown, index): StoredMessage => {
    if (!isRecord(message) || typeof message['role'] !== 'string' || !ROLES.has(message['role'])) {
      const problem = `must have a role of ${[...ROLES].join(', ')}`
      throw wrong(place, { field: `messages[${index}]`, problem, remedy })
    }
    return { role: message['role'], content: message['content'] }
  })
}

/** Decisions are written by weir itself; here it only matters that the row can be told apart by its decision's id. */
function parseDecision(value: unknown, place: RowPlace): Outcome['decision'] {
  if (value === undefined || value === null) return undefined
  if (isRecord(value) && typeof value['id'] === 'string')
    return value as unknown as NonNullable<Outcome['decision']>
  throw wrong(place, {
    field: 'decision',
    problem: 'must be an object with an id',
    remedy: 'leave it out of rows that weir did not serve',
  })
}

interface FieldReader {
  text(key: string): string | undefined
  /** A quality in [0, 1]. */
  score(key: string): number | undefined
  /** A finite number of at least 0. */
  amount(key: string): number | undefined
  /** A natural-log probability: at most 0. */
  logprob(key: string): number | undefined
  /** A finite number. */
  number(key: string): number | undefined
  wrong(key: string, problem: string, remedy: string): WeirError
}

function createReader(
  record: Readonly<Record<string, unknown>>,
  { place, path }: { readonly place: RowPlace; readonly path: string },
): FieldReader {
  const fail = (key: string, problem: string, remedy: string): WeirError =>
    wrong(place, { field: `${path}${key}`, problem, remedy })
  return {
    text(key) {
      const value = record[key]
      if (value === undefined || value === null) return undefined
      if (typeof value === 'string') return value
      throw fail(key, `must be text, not ${kindOf(value)}`, 'write it in double quotes')
    },
    score(key) {
      const value = record[key]
      if (value === undefined || value === null) return undefined
      if (typeof value === 'number' && value >= 0 && value <= 1) return value
      const remedy =
        'scale scores to 0 (worst) … 1 (best); leave the field out of answers that were not judged'
      throw fail(key, `must be a number from 0 to 1, not ${kindOf(value)}`, remedy)
    },
    amount(key) {
      const value = record[key]
      if (value === undefined || value === null) return undefined
      if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value
      throw fail(
        key,
        `must be a number of at least 0, not ${kindOf(value)}`,
        'leave it out when it is not known',
      )
    },
    logprob(key) {
      const value = record[key]
      if (value === undefined || value === null) return undefined
      if (typeof value === 'number' && value <= 0) return Math.max(value, -Number.MAX_VALUE)
      throw fail(
        key,
        `must be a number of at most 0, not ${kindOf(value)}`,
        'write the natural log of a probability',
      )
    },
    number(key) {
      const value = record[key]
      if (value === undefined || value === null) return undefined
      if (typeof value === 'number' && Number.isFinite(value)) return value
      throw fail(key, `must be a number, not ${kindOf(value)}`, 'leave it out when it is not known')
    },
    wrong: fail,
  }
}

interface FieldProblem {
  readonly field: string
  readonly problem: string
  readonly remedy: string
}

function wrong(place: RowPlace, { field, problem, remedy }: FieldProblem): WeirError {
  return new WeirError('data.field', `${show(place)}: ${field} ${problem}; ${remedy}, or pass --skip-bad`)
}

function show({ file, line }: RowPlace): string {
  return `${file === '-' ? 'standard input' : file}:${line}`
}

/** What a value is, in words; numbers in full, text never: it may be a prompt. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? 'text' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })
}
