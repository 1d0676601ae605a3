/**
 * Redaction: what looks like an address, a key or a telephone number in stored texts is replaced before a row is written, to the store or to the
 * spool. Patterns find forms, not meaning: names and street addresses pass. The built-in ones take time proportional to the text; those of the
 * operator may not, so they get a budget, and a text that uses it up is withheld as a whole rather than stored as it is.
 */
import { createContext, Script } from 'node:vm'
import { isRecord, parseJson } from '@weir/core/basics'

export interface RedactOptions {
  readonly emails: boolean
  /** API keys, tokens and JSON web tokens of well-known forms. */
  readonly keys: boolean
  /** Telephone numbers of 8 to 15 digits, and with them other long numbers, decimal ones too. */
  readonly phones: boolean
  /** Regular expressions of the operator. */
  readonly patterns: readonly string[]
}

/** Time for the operator's patterns on one text, ms. */
const BUDGET_MS = 50
const REDACTED = '[redacted]'
const WITHHELD = '[withheld: the patterns of record.redact took too long]'

/** Every repetition is bounded: no text makes them slow. */
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g
const KEY =
  /(?<![A-Za-z0-9])(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[abpr]|glpat|hf|npm|AKIA|ASIA|AIza|eyJ|weir|w[ak]-)[-_A-Za-z0-9]{12,400}(?:\.[-_A-Za-z0-9]{1,2000}){0,2}/g
const PHONE = /(?<![\w.])\+?\d(?:[ ()./-]{0,2}\d){7,14}(?![\w.])/g

/** A row's JSON text with its texts redacted. Undefined options: as it is. */
export function createRedactor(options: RedactOptions): (line: string) => string {
  const redact = createTextRedactor(options)
  return (line) => {
    const row = parseJson(line)
    if (!isRecord(row)) return line
    const { messages, models } = row
    return JSON.stringify({
      ...row,
      ...(messages === undefined ? {} : { messages: redactAll(messages, redact) }),
      models: redactAll(models, redact),
    })
  }
}

export function createTextRedactor({
  emails,
  keys,
  phones,
  patterns,
}: RedactOptions): (text: string) => string {
  const builtIn = [...(emails ? [EMAIL] : []), ...(keys ? [KEY] : []), ...(phones ? [PHONE] : [])]
  const own = createOwnRedactor(patterns)
  return (text) => own(builtIn.reduce((left, pattern) => left.replace(pattern, REDACTED), text))
}

/** The virtual machine's time limit also ends a regular expression in the middle, which nothing else does. */
function createOwnRedactor(patterns: readonly string[]): (text: string) => string {
  if (patterns.length === 0) return (text) => text
  const context = createContext({ text: '', patterns: patterns.map((pattern) => new RegExp(pattern, 'gu')) })
  const script = new Script(
    `for (const pattern of patterns) text = text.replace(pattern, '${REDACTED}'); text`,
  )
  return (text) => {
    context['text'] = text
    try {
      return String(script.runInContext(context, { timeout: BUDGET_MS }))
    } catch {
      return WITHHELD
    }
  }
}

/** Names of models and of members stay; everything that is text inside them is looked at. */
function redactAll(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((one) => redactAll(one, redact))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redactAll(one, redact)]))
}
