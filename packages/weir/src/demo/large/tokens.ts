/** Words, numbers and signs of a question for the recursive readers. */

export interface Cursor {
  readonly tokens: readonly string[]
  at: number
}

/** Lower-case tokens; articles and politeness carry nothing and are left out. */
export function tokenise(text: string): Cursor {
  const found = text.toLowerCase().match(/\d+(?:,\d{3})*(?:\.\d+)?|[a-z]+|[-+*/^()×÷,%=]/g) ?? []
  return {
    tokens: found.filter((token) => !SILENT.has(token)).map((token) => token.replace(/(\d),(\d)/g, '$1$2')),
    at: 0,
  }
}

const SILENT: ReadonlySet<string> = new Set(['the', 'a', 'an', 'please', 'you', 'your', 'me'])

/** Moves past the words when they come next. */
export function take(cursor: Cursor, words: string): boolean {
  const wanted = words.split(' ')
  if (!wanted.every((word, offset) => cursor.tokens[cursor.at + offset] === word)) return false
  cursor.at += wanted.length
  return true
}

/** The first of the phrases that comes next; moves past it. */
export function takeOneOf<T extends string>(cursor: Cursor, phrases: readonly T[]): T | undefined {
  return phrases.find((phrase) => take(cursor, phrase))
}

export function takeNumber(cursor: Cursor): number | undefined {
  const token = cursor.tokens[cursor.at]
  if (token === undefined || !/^\d/.test(token)) return undefined
  cursor.at += 1
  return Number(token)
}

export function isAtEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.tokens.length
}
