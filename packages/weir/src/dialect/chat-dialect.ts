/**
 * OpenAI's chat completions, the dialect that everything internal speaks: nothing is translated.
 */
import type { ClientDialect, Problem } from './client-dialect.ts'
import { toWireError } from './wire-error.ts'

export const CHAT: ClientDialect = {
  name: 'chat',
  statusOf: (status) => status,
  errorBody: toText,
  refusalBody: ({ body }) =>
    JSON.stringify(body ?? { error: { message: 'the upstream refused the request' } }),
  errorEvent: (problem) => `data: ${toText(problem)}\n\n`,
  toErrorEvent: (text) => `data: ${text}\n\n`,
  keepAlive: Buffer.from(': keep-alive\n\n'),
}

function toText({ code, message }: Problem): string {
  return JSON.stringify(toWireError(code, message))
}
