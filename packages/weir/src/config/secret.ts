/**
 * Secret: a value that is read from a reference (`env:NAME`) and never printed. String conversion, JSON and console output give
 * the reference; only `reveal` gives the value, and only upstream/ calls it.
 */
import { inspect } from 'node:util'
import { WeirError } from '@weir/core'

export interface Secret {
  /** As written in the configuration, for example "env:OPENAI_API_KEY". */
  readonly reference: string
  reveal(): string
  toString(): string
  toJSON(): string
}

export function createSecret(reference: string, value: string): Secret {
  const print = (): string => reference
  const secret = { reference, reveal: (): string => value, toString: print, toJSON: print }
  return Object.freeze(Object.defineProperty(secret, inspect.custom, { value: print, enumerable: false }))
}

export interface SecretSource {
  /** The text of the configuration. */
  readonly reference: string
  /** Where it stands, for the message: file, line and key. */
  readonly where: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]*)$/
const PRINTABLE = /^[\x21-\x7e]+$/

/** Throws `config.secret` when the text is not a reference, or its variable is missing, empty or unfit for a header. Never echoes a value. */
export function resolveSecret({ reference, where, env }: SecretSource): Secret {
  const name = REFERENCE.exec(reference)?.[1]
  if (name === undefined) {
    throw new WeirError(
      'config.secret',
      `${where} must be a reference such as env:OPENAI_API_KEY, not the key itself; put the key into an environment variable`,
    )
  }
  const value = env[name]?.trim()
  if (value === undefined || value === '') {
    throw new WeirError(
      'config.secret',
      `${where} refers to the environment variable ${name}, which is not set; export ${name}=…`,
    )
  }
  if (!PRINTABLE.test(value)) {
    throw new WeirError(
      'config.secret',
      `${where}: the value of ${name} has spaces or characters that no header may carry; set it again`,
    )
  }
  return createSecret(reference, value)
}
