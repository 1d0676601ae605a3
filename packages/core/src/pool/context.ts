/**
 * Context: how many tokens a query may take in a model's window, without a tokenizer.
 *
 *   tokens = ceil(bytes / 3) + 1600 * images + the answer's limit, where the caller set one
 *
 * Bytes are UTF-8, of the whole request as it was written without its inline images and files: messages, tools, schema and the JSON around
 * them. Three bytes a token is on the safe side: English prose has about 4.5, source code 3.3, Chinese and Japanese 3 to 4 (counted with
 * OpenAI's o200k and cl100k vocabularies); long numbers and base64 come near 2. A query is therefore kept from a window that it would
 * have fitted more often than it is sent to one that it does not. 1,600 tokens is what Anthropic counts for its largest image.
 */
import type { Query } from '../contract/query.ts'

const BYTES_PER_TOKEN = 3
const IMAGE_TOKENS = 1600

/** An estimate, not calibrated. */
export function estimateContextTokens(query: Query): number {
  const { images, maxOutputTokens = 0, bytes = textBytes(query) } = query
  return Math.ceil(bytes / BYTES_PER_TOKEN) + images * IMAGE_TOKENS + maxOutputTokens
}

/** Of a query that came without its size, such as a recorded one: its text alone. */
function textBytes({ turns }: Query): number {
  let bytes = 0
  for (const { text } of turns)
    for (let at = 0; at < text.length; at += 1) bytes += sizeOf(text.charCodeAt(at))
  return bytes
}

/** UTF-8 bytes of a code unit; both halves of a pair are 2 of its 4. */
function sizeOf(unit: number): number {
  if (unit < 0x80) return 1
  if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return 2
  return 3
}
