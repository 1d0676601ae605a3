/**
 * Input tokens of a chat request, estimated without a tokenizer: a token is about 4 bytes of English text or JSON and 3 of most others, a
 * picture about 1,600 (Anthropic's figure for one of a megapixel), and each message has a frame of 4. Expect a quarter to either side.
 */
import { asRecord, asRecords, type Json } from './hub.ts'

const BYTES_PER_TOKEN = 3.6
const TOKENS_PER_IMAGE = 1600
const TOKENS_PER_MESSAGE = 4
/** Of a file's base64 text: a page of a PDF is some 50 kB and 2,000 tokens. */
const FILE_BYTES_PER_TOKEN = 25

export function estimateTokens(body: Json): number {
  const messages = asRecords(body['messages'])
  const texts = messages.reduce((sum, message) => sum + messageTokens(message), 0)
  return Math.ceil(texts + jsonTokens(body['tools']) + jsonTokens(body['response_format']))
}

function messageTokens({ content, tool_calls: calls, reasoning_content: reasoning }: Json): number {
  const parts = typeof content === 'string' ? textTokens(content) : partsTokens(content)
  return TOKENS_PER_MESSAGE + parts + jsonTokens(calls) + textTokens(reasoning)
}

function partsTokens(content: unknown): number {
  return asRecords(content).reduce((sum, { type, text, file }) => {
    if (type === 'image_url') return sum + TOKENS_PER_IMAGE
    if (type !== 'file') return sum + textTokens(text)
    const data = asRecord(file)['file_data']
    return sum + (typeof data === 'string' ? data.length / FILE_BYTES_PER_TOKEN : TOKENS_PER_IMAGE)
  }, 0)
}

function textTokens(text: unknown): number {
  return typeof text === 'string' ? Buffer.byteLength(text) / BYTES_PER_TOKEN : 0
}

function jsonTokens(value: unknown): number {
  return value === undefined ? 0 : textTokens(JSON.stringify(value))
}
