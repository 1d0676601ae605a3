/**
 * Tokens of the demo models: words in pieces of up to six letters, digits in groups of three, every other sign alone; a space belongs
 * to the token behind it. Joined again they are the text, so a stream may be cut at any of them.
 */
export function splitTokens(text: string): readonly string[] {
  return text.match(/\s?\p{L}{1,6}|\s?\d{1,3}|\s?[^\s\p{L}\d]|\s+/gu) ?? []
}
